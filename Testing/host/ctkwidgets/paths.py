"""ctkPathLineEdit and ctkDirectoryButton: a file or folder, typed or chosen in a dialog."""

from __future__ import annotations

import os

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QToolButton, QWidget

from ..pythonqt.declare import declared, stored, with_setters

# Those of QDir::Filter, and CTK's three additions.
FILTERS = {
    "Dirs": 0x001,
    "Files": 0x002,
    "Drives": 0x004,
    "NoSymLinks": 0x008,
    "AllEntries": 0x007,
    "Readable": 0x010,
    "Writable": 0x020,
    "Executable": 0x040,
    "Hidden": 0x100,
    "AllDirs": 0x400,
    "NoDot": 0x2000,
    "NoDotDot": 0x4000,
    "NoDotAndDotDot": 0x6000,
}
HISTORY = 5


@with_setters
class ctkPathLineEdit(QWidget):
    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)

    def __init__(self, parent=None, /):
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._box = QComboBox(self)
        self._box.editable = True
        self._browse = QToolButton(self)
        self._browse.text = "..."
        layout.addWidget(self._box, 1)
        layout.addWidget(self._browse)
        self._box.editTextChanged.connect(self._edited)
        self._browse.clicked.connect(self.browse)

    currentPath = declared(
        str,
        lambda self: self._box.currentText,
        lambda self, path: self._box.setEditText(path),
    )
    filters = stored(int, FILTERS["AllEntries"])
    nameFilters = stored("QStringList", ())
    label = stored(str, "")
    settingKey = stored(str, "", changed="retrieveHistory")
    showBrowseButton = declared(
        bool,
        lambda self: not self._browse.isHidden(),
        lambda self, shown: self._browse.setVisible(shown),
    )
    showHistoryButton = stored(bool, True)

    def _edited(self, path: str) -> None:
        self.currentPathChanged.emit(path)
        self.validInputChanged.emit(os.path.exists(path))

    def comboBox(self) -> QComboBox:
        return self._box

    def browse(self) -> None:
        if self.filters & FILTERS["Files"]:
            path = QFileDialog.getOpenFileName(
                self, self.label, self.currentPath, ";;".join(self.nameFilters)
            )
        else:
            path = QFileDialog.getExistingDirectory(self, self.label, self.currentPath)
        if path:
            self.currentPath = path
            self.addCurrentPathToHistory()

    def addCurrentPathToHistory(self) -> None:
        path = self.currentPath
        if not (path and self.settingKey):
            return
        earlier = [known for known in self._history() if known != path]
        QSettings().setValue(self.settingKey, [path, *earlier][:HISTORY])

    def _history(self) -> list[str]:
        value = QSettings().value(self.settingKey) or []
        return [value] if isinstance(value, str) else list(value)

    def retrieveHistory(self) -> None:
        self._box.blockSignals(True)
        self._box.clear()
        self._box.addItems(self._history())
        self._box.blockSignals(False)
        self._edited(self.currentPath)


for _name, _value in FILTERS.items():
    setattr(ctkPathLineEdit, _name, _value)


@with_setters
class ctkDirectoryButton(QPushButton):
    directoryChanged = Signal(str)
    directorySelected = Signal(str)

    def __init__(self, parent=None, /):
        super().__init__(parent)
        self.clicked.connect(self.browse)
        self._show()

    def _show(self) -> None:
        self.text = self.directory or "."
        self.directoryChanged.emit(self.directory)

    directory = stored(str, "", changed="_show")
    caption = stored(str, "")

    def browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.caption, self.directory)
        if chosen:
            self.directory = chosen
            self.directorySelected.emit(chosen)
