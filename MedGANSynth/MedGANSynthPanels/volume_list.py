"""The scene's volumes as a list with check boxes."""

from collections.abc import Callable

import qt
import slicer

from .input_rows import HIDDEN


class VolumeList:
    """Fills a QListWidget; `chosen()` is called after the user has checked something.

    Args:
        fits: whether the model takes a volume of that name.
    """

    def __init__(self, ui, chosen: Callable[[], None], fits: Callable[[str], bool]):
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
            item = qt.QListWidgetItem(volume.GetName())
            item.setData(qt.Qt.UserRole, volume.GetID())
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
            is_checked = checked and self.fits(item.data(qt.Qt.DisplayRole))
            item.setCheckState(qt.Qt.Checked if is_checked else qt.Qt.Unchecked)
        self.list.blockSignals(was_blocked)
        self.chosen()


def volumes() -> list:
    """The scene's volumes that selectors show."""
    return [
        node
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        if not node.GetHideFromEditors() and not any(node.IsA(kind) for kind in HIDDEN)
    ]
