"""The form for another project's weights: what it says, and what is wrong with it."""

import re
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib.models import catalogue

from .paths import is_file, typed

ALPHA_WGAN = "alpha-WGAN"
"""The architecture whose generators make volumes of nobody; the others translate."""
_ROWS = {
    "sourceEdit": False,
    "reverseEdit": False,
    "spacingBox": False,
    "encoderEdit": True,
    "voxelEdit": True,
    "cropEdit": True,
}
"""Rows that not every architecture has, and whether alpha-WGAN has them."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class ImportForm:
    """Reads the widgets of the import section; `changed()` is called when one was changed."""

    def __init__(self, ui, changed):
        self.ui = ui
        self.changed = changed
        for edit in (ui.weightsEdit, ui.reverseEdit, ui.encoderEdit):
            edit.connect("currentPathChanged(QString)", lambda: changed())
        for name in ("source", "target", "voxel", "crop", "licence", "name"):
            getattr(ui, f"{name}Edit").connect("textChanged(QString)", lambda: changed())
        ui.architectureBox.connect("currentIndexChanged(int)", lambda: self._on_architecture())
        ui.importSection.connect("contentsCollapsed(bool)", lambda: self._show_rows())

    @property
    def makes_nobody(self) -> bool:
        """Whether the weights are those of a generator; else they translate."""
        return self.ui.architectureBox.currentText == ALPHA_WGAN

    @property
    def task(self) -> str:
        """The Task that imports them."""
        return "models import-alpha-wgan" if self.makes_nobody else "models import"

    def problem(self) -> str | None:
        """Why nothing can be imported yet."""
        ui = self.ui
        if not is_file(ui.weightsEdit.currentPath):
            return _("Choose the file with the weights")
        problem = self._of_generator() if self.makes_nobody else self._of_translation()
        if problem:
            return problem
        name = ui.nameEdit.text.strip()
        if not _NAME.fullmatch(name):
            return _("Give the model a name of letters, digits, dots and hyphens")
        if name.casefold() in [e.name.casefold() for e in catalogue.list_entries()]:
            return _("There is a model of that name; choose another name")
        return None

    def fields(self) -> dict[str, Any]:
        """The fields of the Task, all but where it writes."""
        ui = self.ui
        fields = {
            "weights": typed(ui.weightsEdit.currentPath),
            "name": ui.nameEdit.text.strip(),
            "licence": ui.licenceEdit.text.strip() or "unknown",
        }
        if self.makes_nobody:
            return fields | {
                "encoder": typed(ui.encoderEdit.currentPath),
                "modality": ui.targetEdit.text.strip(),
                "spacing": _three(ui.voxelEdit.text, float),
                "crop": _three(ui.cropEdit.text, int) or [],
            }
        return fields | {
            "architecture": ui.architectureBox.currentText,
            "source": ui.sourceEdit.text.strip(),
            "target": ui.targetEdit.text.strip(),
            "reverse": typed(ui.reverseEdit.currentPath),
            "spacing": ui.spacingBox.value or None,
        }

    def _on_architecture(self) -> None:
        self._show_rows()
        self.changed()

    def _show_rows(self) -> None:
        ui = self.ui
        if ui.importSection.collapsed:  # which hides all of them
            return
        for name, of_generators in _ROWS.items():
            for part in (name, f"{name}Label"):
                getattr(ui, part).setVisible(of_generators == self.makes_nobody)
        ui.targetEditLabel.text = _("Shows:") if self.makes_nobody else _("To:")

    def _of_translation(self) -> str | None:
        ui = self.ui
        reverse = ui.reverseEdit.currentPath
        if reverse and not is_file(reverse):
            return _("There is no file of weights for the way back; choose one, or none")
        source, target = ui.sourceEdit.text.strip(), ui.targetEdit.text.strip()
        if not (_NAME.fullmatch(source) and _NAME.fullmatch(target)):
            return _("Say which modality goes in and which comes out, such as t1 and t2")
        return _("Name two different modalities") if source == target else None

    def _of_generator(self) -> str | None:
        ui = self.ui
        encoder = ui.encoderEdit.currentPath
        if encoder and not is_file(encoder):
            return _("There is no file of weights for the encoder; choose one, or none")
        if not _NAME.fullmatch(ui.targetEdit.text.strip()):
            return _("Say which modality comes out, such as t2")
        if _three(ui.voxelEdit.text, float) is None:
            return _("Say how large its voxels are: three numbers in mm, such as 1 1 1")
        if ui.cropEdit.text.strip() and _three(ui.cropEdit.text, int) is None:
            return _("Say how many voxels to keep: three whole numbers, or nothing to keep all")
        return None


def _three(text: str, kind: type) -> list | None:
    """Three numbers above 0; None where there are others or none."""
    try:
        numbers = [kind(word) for word in text.replace(",", " ").split()]
    except ValueError:
        return None
    return numbers if len(numbers) == 3 and all(0 < n < 1e6 for n in numbers) else None
