"""A run as the user sees it: percentage, time left, log."""

import time

from slicer.i18n import tr as _


class RunView:
    """The progress bar and the log of a panel."""

    def __init__(self, ui):
        self.ui = ui
        self.begun: float | None = None
        ui.progressBar.hide()

    def start(self, text: str) -> None:
        """A run begins."""
        self.begun = None
        self.ui.progressBar.setValue(0)
        self.ui.progressBar.setFormat(text)
        self.ui.progressBar.show()
        self.log(text)

    def progress(self, fraction: float, eta_s: float | None, text: str) -> None:
        """How far the run is, from 0 to 1."""
        if self.begun is None:
            self.begun = time.monotonic()
        percent = int(100 * fraction)
        left = _(", {time} left").format(time=duration(eta_s)) if eta_s is not None else ""
        self.ui.progressBar.setValue(percent)
        self.ui.progressBar.setFormat(f"{percent} %{left}")
        self.ui.progressBar.toolTip = text

    def seconds(self) -> float | None:
        """How long it has been at work, without what it took to start; None: it has not begun."""
        return None if self.begun is None else time.monotonic() - self.begun

    def finish(self, text: str) -> None:
        """The run is over."""
        self.ui.progressBar.hide()
        self.log(text)

    def log(self, text: str) -> None:
        """Add a line with the time of day."""
        self.ui.logText.appendPlainText(f"{time.strftime('%H:%M:%S')}  {text}")


def duration(seconds: float) -> str:
    """Seconds as people say them: "12 s", "3:05 min", "1:10 h"."""
    whole = int(seconds + 0.5)
    if whole < 1:
        return _("less than a second")
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    if whole < 3600:
        return _("{minutes}:{seconds:02} min").format(minutes=whole // 60, seconds=whole % 60)
    return _("{hours}:{minutes:02} h").format(hours=whole // 3600, minutes=whole // 60 % 60)
