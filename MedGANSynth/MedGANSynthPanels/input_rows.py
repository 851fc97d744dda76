"""One row of a form for each volume that a model takes."""

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from .fitting import spoken
from .narrow import LEAST
from .nodes import LABELS, called

HIDDEN = (LABELS, "vtkMRMLTensorVolumeNode")


class InputRows:
    """Selectors in a form from row `first` on; `chosen()` is called after the user has chosen.

    Rows that are not needed are hidden and used again: a selector that is deleted while it tells
    what was chosen would bring Slicer down.
    """

    def __init__(self, form, first: int, chosen: Callable[[], None]):
        self.form = form
        self.first = first
        self.chosen = chosen
        self.rows: list[tuple] = []
        self.modalities: list[str] = []

    def show(self, modalities: list[str], nodes: dict[str, object]) -> None:
        """Have a row for each modality and show the chosen nodes."""
        self.modalities = list(modalities)
        while len(self.rows) < len(modalities):
            self.rows.append(self._new_row())
        for index, (label, selector) in enumerate(self.rows):
            needed = index < len(modalities)
            label.visible = selector.visible = needed
            modality = modalities[index] if needed else ""
            label.text = _("{modality} volume:").format(modality=spoken(modality))
            node = nodes.get(modality)
            tip = _("The {modality} volume to translate").format(modality=spoken(modality))
            selector.toolTip = tip if node is None else f"{tip}: {called(node)}"
            was_blocked = selector.blockSignals(True)
            selector.setCurrentNode(node)
            selector.blockSignals(was_blocked)

    @property
    def selectors(self) -> dict[str, object]:
        """The selector of each modality."""
        return {m: row[1] for m, row in zip(self.modalities, self.rows, strict=False)}

    def nodes(self) -> dict[str, object]:
        """The chosen node of each modality that has one."""
        found = {modality: s.currentNode() for modality, s in self.selectors.items()}
        return {modality: node for modality, node in found.items() if node is not None}

    def _new_row(self) -> tuple:
        label = qt.QLabel()
        selector = slicer.qMRMLNodeComboBox()
        selector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
        selector.hideChildNodeTypes = list(HIDDEN)
        selector.addEnabled = False
        selector.removeEnabled = False
        selector.noneEnabled = True
        selector.noneDisplay = _("Choose a volume")
        selector.setMRMLScene(slicer.mrmlScene)
        selector.minimumWidth = LEAST
        selector.connect("currentNodeChanged(vtkMRMLNode*)", lambda _node: self.chosen())
        self.form.insertRow(self.first + len(self.rows), label, selector)
        return label, selector
