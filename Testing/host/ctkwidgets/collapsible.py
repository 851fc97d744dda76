"""ctkCollapsibleButton: a header that shows and hides what lies below it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QStyle, QStyleOption, QWidget

from ..pythonqt.declare import declared, with_setters

HEADER = 26
NO_LIMIT = 16777215


@with_setters
class ctkCollapsibleButton(QAbstractButton):
    """Checked means open. `collapsed` is its opposite."""

    contentsCollapsed = Signal(bool)

    def __init__(self, *arguments):
        text = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        parent = next((a for a in arguments if not isinstance(a, str)), None)
        super().__init__(parent)
        self.text = text
        self.checkable = True
        self.checked = True
        self._hidden_by_user: list[QWidget] = []
        self.setContentsMargins(0, HEADER, 0, 0)
        self.toggled.connect(self._show_contents)

    def _collapsed(self) -> bool:
        return not self.checked

    def _set_collapsed(self, collapsed: bool) -> None:
        self.checked = not collapsed

    collapsed = declared(bool, _collapsed, _set_collapsed)

    def _show_contents(self, opened: bool) -> None:
        contents = [child for child in self.children() if child.inherits("QWidget")]
        if opened:
            for child in contents:
                if child not in self._hidden_by_user:
                    child.show()
        else:
            self._hidden_by_user = [child for child in contents if child.isHidden()]
            for child in contents:
                child.hide()
        self.setMaximumHeight(NO_LIMIT if opened else HEADER)
        self.updateGeometry()
        self.contentsCollapsed.emit(not opened)

    def hitButton(self, position: QPoint) -> bool:
        return QRect(0, 0, self.width, HEADER).contains(position)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        if layout is None or not self.checked:
            return QSize(120, HEADER)
        return layout.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        if layout is None or not self.checked:
            return QSize(80, HEADER)
        return layout.totalMinimumSize()

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        header = QRect(0, 0, self.width, HEADER)
        painter.fillRect(header, self.palette.button())
        arrow = QStyleOption()
        arrow.initFrom(self)
        arrow.rect = QRect(6, 7, 12, 12)
        element = (
            QStyle.PrimitiveElement.PE_IndicatorArrowDown
            if self.checked
            else QStyle.PrimitiveElement.PE_IndicatorArrowRight
        )
        self.style().drawPrimitive(element, arrow, painter, self)
        place = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(header.adjusted(24, 0, -4, 0), place, self.text)
        painter.end()
