"""The line of a panel that says what is going on, and in one sentence what went wrong."""

from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from .narrow import breakable

ICON = 16
MOST = 3
"""So many notices are shown."""


class MessageLine:
    """Fills an empty widget of a .ui file: an icon, a text that can be copied, a busy bar."""

    def __init__(self, place):
        layout = qt.QHBoxLayout(place)
        layout.setContentsMargins(0, 0, 0, 0)
        self.place = place
        self._text = ""
        self._holds: Callable[[], bool] | None = None
        self.icon = qt.QLabel()
        self.icon.setAlignment(qt.Qt.AlignTop)
        self.label = qt.QLabel()
        self.label.wordWrap = True
        self.label.setTextFormat(qt.Qt.PlainText)
        self.label.setTextInteractionFlags(qt.Qt.TextSelectableByMouse)
        self.bar = qt.QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(80)
        layout.addWidget(self.icon)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.bar)
        self.clear()

    @property
    def text(self) -> str:
        """What is shown; empty when nothing is."""
        return self._text

    def clear(self) -> None:
        """Nothing to say: the line takes no room."""
        self._text = self.label.text = ""
        self._holds = None
        self.place.hide()

    def keep_while(self, holds: Callable[[], bool]) -> None:
        """What is shown is true only as long as `holds()` is; see `look`."""
        self._holds = holds

    def look(self) -> None:
        """Take away what holds no longer."""
        if self._holds is not None and not self._holds():
            self.clear()

    def conclude(self, text: str, notices: list[str]) -> None:
        """How it went, and what to know of it: each notice once, of many the first."""
        self._list(self.warn if notices else self.say, text, notices)

    def fail(self, text: str, notices: list[str]) -> None:
        """As `conclude`, of what went wrong."""
        self._list(self.complain, text, notices)

    def _list(self, tell: Callable[[str], None], text: str, notices: list[str]) -> None:
        notices = [notice for notice in dict.fromkeys(notices) if notice != text]
        lines, left = [text, *notices[:MOST]], len(notices) - MOST
        if left > 0:
            lines.append(_("And {count} more; see the log.").format(count=left))
        tell("\n".join(lines))

    def say(self, text: str) -> None:
        """How it went."""
        self._show(text, qt.QStyle.SP_MessageBoxInformation)

    def warn(self, text: str) -> None:
        """Something to know, although the work goes on."""
        self._show(text, qt.QStyle.SP_MessageBoxWarning)

    def complain(self, text: str) -> None:
        """What is wrong and what to do, in one sentence."""
        self._show(text, qt.QStyle.SP_MessageBoxCritical)

    def busy(self, text: str) -> None:
        """Something goes on that takes a while, nobody knows how long."""
        self._show(text, None)
        self.bar.show()

    def _show(self, text, icon) -> None:
        self._text, self._holds = text, None
        self.label.text = breakable(text)
        self.bar.hide()
        self.icon.setVisible(icon is not None)
        if icon is not None:
            picture = self.place.style().standardIcon(icon)
            self.icon.setPixmap(picture.pixmap(qt.QSize(ICON, ICON)))
        self.place.show()
