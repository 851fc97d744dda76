"""The form for another project's weights: what it says, and what is wrong with it."""

import re
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib.models import catalogue

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class ImportForm:
    """Reads the widgets of the import section."""

    def __init__(self, ui, changed):
        self.ui = ui
        for edit in (ui.weightsEdit, ui.reverseEdit):
            edit.connect("currentPathChanged(QString)", lambda: changed())
        for edit in (ui.sourceEdit, ui.targetEdit, ui.licenceEdit, ui.nameEdit):
            edit.connect("textChanged(QString)", lambda: changed())

    def problem(self) -> str | None:
        """Why nothing can be imported yet."""
        fields = self.fields()
        if not fields["weights"] or not Path(fields["weights"]).is_file():
            return _("Choose the file with the weights")
        if fields["reverse"] and not Path(fields["reverse"]).is_file():
            return _("There is no file of weights for the way back; choose one, or none")
        for key in ("source", "target"):
            if not _NAME.fullmatch(fields[key]):
                return _("Say which modality goes in and which comes out, such as t1 and t2")
        if fields["source"] == fields["target"]:
            return _("Name two different modalities")
        if not _NAME.fullmatch(fields["name"]):
            return _("Give the model a name of letters, digits, dots and hyphens")
        if fields["name"].casefold() in [e.name.casefold() for e in catalogue.list_entries()]:
            return _("There is a model of that name; choose another name")
        return None

    def fields(self) -> dict[str, Any]:
        """The fields of the Task `models import`, all but where it writes."""
        return {
            "weights": self.ui.weightsEdit.currentPath,
            "architecture": self.ui.architectureBox.currentText,
            "name": self.ui.nameEdit.text.strip(),
            "source": self.ui.sourceEdit.text.strip(),
            "target": self.ui.targetEdit.text.strip(),
            "reverse": self.ui.reverseEdit.currentPath or None,
            "spacing": self.ui.spacingBox.value or None,
            "licence": self.ui.licenceEdit.text.strip() or "unknown",
        }
