"""CTK's versions of Qt's own boxes, lists and buttons."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTextBrowser,
)

from ..pythonqt.declare import declared, stored, with_setters


@with_setters
class ctkComboBox(QComboBox):
    """Shows `defaultText` while nothing is chosen."""

    def _placeholder(self) -> None:
        self.placeholderText = self.defaultText

    defaultText = stored(str, "", changed="_placeholder")
    forceDefault = stored(bool, False)
    scrollWheelEffect = stored(int, 0)


@with_setters
class ctkCheckableComboBox(QComboBox):
    checkedIndexesChanged = Signal()

    def __init__(self, parent=None, /):
        super().__init__(parent)
        self._items = QStandardItemModel(0, 1, self)
        self.setModel(self._items)
        self._items.rowsInserted.connect(self._make_checkable)
        self._items.itemChanged.connect(lambda _item: self.checkedIndexesChanged.emit())

    def _make_checkable(self, _parent, first: int, last: int) -> None:
        for row in range(first, last + 1):
            item = self._items.item(row)
            if item is not None:
                item.setCheckable(True)

    def checkableModel(self) -> QStandardItemModel:
        return self._items

    def checkedIndexes(self) -> tuple:
        rows = [self._items.index(row, 0) for row in range(self._items.rowCount())]
        checked = Qt.CheckState.Checked
        return tuple(row for row in rows if self._items.itemFromIndex(row).checkState() == checked)

    def checkState(self, index) -> Qt.CheckState:
        return self._items.itemFromIndex(index).checkState()

    def setCheckState(self, index, state) -> None:
        item = self._items.itemFromIndex(index)
        item.setCheckable(True)
        item.setCheckState(Qt.CheckState(state))

    def allChecked(self) -> bool:
        return len(self.checkedIndexes()) == self._items.rowCount()

    def noneChecked(self) -> bool:
        return not self.checkedIndexes()


class ctkCheckBox(QCheckBox):
    pass


class ctkPushButton(QPushButton):
    pass


class ctkMenuButton(QPushButton):
    pass


class ctkSearchBox(QLineEdit):
    pass


class ctkFittedTextBrowser(QTextBrowser):
    pass


@with_setters
class ctkCollapsibleGroupBox(QGroupBox):
    """A group box that is checkable, and closed while unchecked."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.checkable = True

    collapsed = declared(
        bool,
        lambda self: not self.checked,
        lambda self, collapsed: self.setChecked(not collapsed),
    )


@with_setters
class ctkMessageBox(QMessageBox):
    """A message that can be told not to come again, remembered in the settings."""

    dontShowAgainSettingsKey = stored(str, "")
    dontShowAgainVisible = stored(bool, False)
    dontShowAgain = stored(bool, False)

    def exec_(self) -> int:
        key = self.dontShowAgainSettingsKey
        remembered = QSettings().value(key) if key else None
        if remembered is not None:
            return int(remembered)
        answer = self.exec()
        if key and self.dontShowAgain:
            QSettings().setValue(key, answer)
        return answer
