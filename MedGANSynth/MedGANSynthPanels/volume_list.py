"""The scene's volumes as a list with check boxes."""

from collections.abc import Callable

import qt
import slicer

from .contrast import contrast_of
from .input_rows import HIDDEN
from .nodes import called


class VolumeList:
    """Fills a QListWidget; `chosen()` is called after the user has checked something.

    Args:
        fits: whether the model takes a volume node.
    """

    def __init__(self, ui, chosen: Callable[[], None], fits: Callable[[object], bool]):
        self.list = ui.volumesList
        self.chosen = chosen
        self.fits = fits
        self.list.connect("itemChanged(QListWidgetItem*)", lambda _item: self.chosen())
        ui.checkAllButton.connect("clicked()", lambda: self._check_all(True))
        ui.checkNoneButton.connect("clicked()", lambda: self._check_all(False))

    def show(self, nodes: list) -> None:
        """List the scene's volumes and check these."""
        checked = {node.GetID() for node in nodes if node is not None}
        was_blocked = self.list.blockSignals(True)
        self.list.clear()
        for volume in volumes():
            item = qt.QListWidgetItem(called(volume))
            item.setData(qt.Qt.UserRole, volume.GetID())
            item.setToolTip(called(volume))
            is_checked = volume.GetID() in checked
            item.setCheckState(qt.Qt.Checked if is_checked else qt.Qt.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(was_blocked)

    def nodes(self) -> list:
        """The checked volumes, in the list's order."""
        items = [self.list.item(row) for row in range(self.list.count)]
        ids = [i.data(qt.Qt.UserRole) for i in items if i.checkState() == qt.Qt.Checked]
        return [slicer.mrmlScene.GetNodeByID(identity) for identity in ids]

    def _check_all(self, checked: bool) -> None:
        was_blocked = self.list.blockSignals(True)
        for row in range(self.list.count):
            item = self.list.item(row)
            node = slicer.mrmlScene.GetNodeByID(item.data(qt.Qt.UserRole))
            is_checked = checked and self.fits(node)
            item.setCheckState(qt.Qt.Checked if is_checked else qt.Qt.Unchecked)
        self.list.blockSignals(was_blocked)
        self.chosen()


def matching(modalities: list[str], nodes: dict[str, object]) -> dict[str, object]:
    """`nodes`, and for each modality without one the scene's volume, if a single one shows it."""
    nodes = dict(nodes)
    free = [volume for volume in volumes() if volume not in nodes.values()]
    for modality in modalities:
        found = [volume for volume in free if contrast_of(volume) == modality]
        if nodes.get(modality) is None and len(found) == 1:
            nodes[modality] = found[0]
    return nodes


def volumes() -> list:
    """The scene's volumes that selectors show."""
    return [
        node
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        if not node.GetHideFromEditors() and not any(node.IsA(kind) for kind in HIDDEN)
    ]
