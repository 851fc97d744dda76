"""One row of a form for each volume that a model takes."""

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from .fitting import spoken

HIDDEN = ("vtkMRMLLabelMapVolumeNode", "vtkMRMLTensorVolumeNode")


class InputRows:
    """Selectors in a form from row `first` on; `chosen()` is called after the user has chosen."""

    def __init__(self, form, first: int, chosen: Callable[[], None]):
        self.form = form
        self.first = first
        self.chosen = chosen
        self.selectors: dict[str, object] = {}

    def show(self, modalities: list[str], nodes: dict[str, object]) -> None:
        """Have a row for each modality and show the chosen nodes."""
        if modalities != list(self.selectors):
            self._rebuild(modalities)
        for modality, selector in self.selectors.items():
            was_blocked = selector.blockSignals(True)
            selector.setCurrentNode(nodes.get(modality))
            selector.blockSignals(was_blocked)

    def nodes(self) -> dict[str, object]:
        """The chosen node of each modality that has one."""
        found = {modality: s.currentNode() for modality, s in self.selectors.items()}
        return {modality: node for modality, node in found.items() if node is not None}

    def _rebuild(self, modalities: list[str]) -> None:
        for _row in self.selectors:
            self.form.removeRow(self.first)
        self.selectors = {}
        for row, modality in enumerate(modalities, self.first):
            selector = self._selector()
            selector.toolTip = _("The {modality} volume to translate").format(
                modality=spoken(modality)
            )
            text = _("{modality} volume:").format(modality=spoken(modality))
            self.form.insertRow(row, qt.QLabel(text), selector)
            self.selectors[modality] = selector

    def _selector(self):
        selector = slicer.qMRMLNodeComboBox()
        selector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
        selector.hideChildNodeTypes = list(HIDDEN)
        selector.addEnabled = False
        selector.removeEnabled = False
        selector.noneEnabled = True
        selector.noneDisplay = _("Choose a volume")
        selector.setMRMLScene(slicer.mrmlScene)
        selector.connect("currentNodeChanged(vtkMRMLNode*)", lambda _node: self.chosen())
        return selector
