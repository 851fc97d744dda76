"""One row of a form for the folder of each kind of image."""

from collections.abc import Callable

import ctk
import qt
from slicer.i18n import tr as _

from .fitting import spoken
from .narrow import let_shrink


class FolderRows:
    """Path edits in a form from row `first` on; `chosen()` is called after the user has chosen.

    Rows that are not needed are hidden and used again, as in `InputRows`.
    """

    def __init__(self, form, first: int, chosen: Callable[[], None]) -> None:
        self.form, self.first, self.chosen = form, first, chosen
        self.rows: list[tuple] = []
        self.modalities: list[str] = []

    def show(self, modalities: list[str], optional: tuple[str, ...], folders: dict) -> None:
        """Have a row for each modality and show the chosen folders."""
        self.modalities = list(modalities)
        while len(self.rows) < len(modalities):
            self.rows.append(self._new_row())
        for index, (label, edit) in enumerate(self.rows):
            needed = index < len(modalities)
            label.visible = edit.visible = needed
            if not needed:
                continue
            modality = modalities[index]
            text = _("{name} folder (optional):") if modality in optional else _("{name} folder:")
            name = spoken(modality)
            label.text = text.format(name=name[:1].upper() + name[1:])
            edit.toolTip = _("Files whose names agree with those of the other folders")
            if edit.currentPath != folders.get(modality, ""):
                was_blocked = edit.blockSignals(True)
                edit.currentPath = folders.get(modality, "")
                edit.blockSignals(was_blocked)

    @property
    def edits(self) -> dict[str, object]:
        """The path edit of each modality."""
        return {m: row[1] for m, row in zip(self.modalities, self.rows, strict=False)}

    def folders(self) -> dict[str, str]:
        """The chosen folders by modality."""
        found = {modality: edit.currentPath for modality, edit in self.edits.items()}
        return {modality: path for modality, path in found.items() if path}

    def _new_row(self) -> tuple:
        label, edit = qt.QLabel(), ctk.ctkPathLineEdit()
        edit.filters = ctk.ctkPathLineEdit.Dirs
        let_shrink([edit])
        edit.connect("currentPathChanged(QString)", lambda _path: self.chosen())
        self.form.insertRow(self.first + len(self.rows), label, edit)
        return label, edit
