"""Volumes of the scene as the cases of a study: a list to say what they are, and their files."""

import csv
from collections.abc import Callable
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .errors import PanelError
from .marking import is_synthetic, provenance_of
from .nodes import called
from .table_widget import share_width
from .volume_list import volumes
from .volumes_out import export_volume, file_name
from .watching import Watching

LABELS = ("real", "synthetic", "")


class SceneCases(VTKObservationMixin):
    """A table of the scene's volumes; those marked synthetic are known to be.

    `changed()` is called when a volume has come, gone or got another name; `stop` in the end.
    """

    def __init__(self, table, changed: Callable[[], None]) -> None:
        VTKObservationMixin.__init__(self)
        self.table = table
        self.changed = changed
        self._waiting = False
        self._watching = Watching(self._look)
        self.nodes: list = []
        self.names: list[str] = []
        table.setColumnCount(2)
        table.setHorizontalHeaderLabels([_("Volume"), _("is")])
        scene = slicer.vtkMRMLScene
        for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndCloseEvent):
            self.addObserver(slicer.mrmlScene, event, self._look)

    def stop(self) -> None:
        """Watch the scene no more."""
        self._waiting = False
        self._watching.set([])
        self.removeObservers()

    def _look(self, *_arguments) -> None:
        """Once for all that happens now."""
        if not self._waiting:
            self._waiting = True
            qt.QTimer.singleShot(0, self._tell)

    def _tell(self) -> None:
        if self._waiting:
            self._waiting = False
            self.changed()

    def show(self) -> None:
        """List the volumes that are there now; what was said of them stays."""
        said = {node.GetID(): label for node, label in self._said()}
        names = [called(node) for node in volumes()]
        if (self.nodes, self.names) == (volumes(), names):
            return
        self.nodes, self.names = volumes(), names
        self._watching.set(self.nodes)
        self.table.setRowCount(len(self.nodes))
        for row, (node, name) in enumerate(zip(self.nodes, names, strict=True)):
            item = qt.QTableWidgetItem(name)
            item.setToolTip(name)
            self.table.setItem(row, 0, item)
            box = qt.QComboBox()
            box.addItems([_("real"), _("synthetic"), _("left out")])
            marked = "synthetic" if is_synthetic(node) else ""
            box.setCurrentIndex(LABELS.index(said.get(node.GetID(), marked)))
            self.table.setCellWidget(row, 1, box)
        share_width(self.table, 0)

    def counts(self) -> tuple[int, int]:
        """How many real, how many synthetic."""
        labels = [label for _node, label in self._said()]
        return labels.count("real"), labels.count("synthetic")

    def write(self, folder: Path) -> Path:
        """Write the volumes and the table of cases that `study prepare` reads.

        Raises:
            PanelError: a volume has gone or cannot be written.
        """
        rows = []
        for number, (node, label) in enumerate(self._said()):
            if not label:
                continue
            if node.GetScene() is None:
                raise PanelError(_("A volume of the list is no longer there; look at it again."))
            name = f"{number}-{file_name(node.GetName())}.nrrd"
            export_volume(node, folder / name)
            made = provenance_of(node)
            rows.append({"path": name, "label": label, "model": made.model if made else ""})
        with open(folder / "cases.csv", "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, ("path", "label", "model"))
            table.writeheader()
            table.writerows(rows)
        return folder / "cases.csv"

    def _said(self) -> list:
        boxes = [self.table.cellWidget(row, 1) for row in range(len(self.nodes))]
        return [
            (node, LABELS[box.currentIndex]) for node, box in zip(self.nodes, boxes, strict=True)
        ]
