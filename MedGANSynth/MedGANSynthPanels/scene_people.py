"""Volumes and sequences of the scene as the cases of a training: who is on them, and what."""

import re
from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from MedGANSynthLib.volume.contrast import CONTRASTS

from .contrast import contrast_of
from .errors import PanelError
from .fitting import spoken
from .marking import is_synthetic
from .nodes import LABELS, called
from .table_widget import share_width

_VOLUME, _SHOWS, _PERSON = range(3)


class ScenePeople:
    """Fills a table; `changed()` is called when the user has changed it."""

    def __init__(self, table, changed: Callable[[], None]) -> None:
        self.table, self.changed = table, changed
        self.nodes: list = []
        self.modalities: list[str] = []
        table.setColumnCount(3)
        table.setHorizontalHeaderLabels([_("Volume or sequence"), _("shows"), _("Person")])
        table.connect("itemChanged(QTableWidgetItem*)", lambda _item: self.changed())

    def show(self, modalities: tuple[str, ...], labels: tuple[str, ...]) -> None:
        """List what is there now, for these modalities; what the user has said stays."""
        nodes = images_of_the_scene()
        if self.nodes == nodes and self.modalities == list(modalities):
            return
        shows, people = self._shows(), self._people()
        self.nodes, self.modalities = nodes, list(modalities)
        was_blocked = self.table.blockSignals(True)
        self.table.setRowCount(len(nodes))
        for row, node in enumerate(nodes):
            name = qt.QTableWidgetItem(called(node))
            name.setFlags(qt.Qt.ItemIsEnabled)
            name.setToolTip(called(node))
            self.table.setItem(row, _VOLUME, name)
            box = qt.QComboBox()
            box.addItem(_("not used"), "")
            for modality in modalities:
                box.addItem(spoken(modality), modality)
            said = shows.get(node.GetID()) or guess(node, modalities, labels)
            box.setCurrentIndex(max(0, box.findData(said)))
            box.connect("currentIndexChanged(int)", lambda _index: self.changed())
            self.table.setCellWidget(row, _SHOWS, box)
            person = people.get(node.GetID()) or person_of(node)
            self.table.setItem(row, _PERSON, qt.QTableWidgetItem(person))
        share_width(self.table, _VOLUME)
        self.table.blockSignals(was_blocked)

    def there(self) -> set[str]:
        """The modalities of what is used."""
        return {shown for shown in self._shows().values() if shown}

    def contrasts(self) -> set[str]:
        """What the scene holds by its names, used or not."""
        return {shown for shown in map(contrast_of, self.nodes) if shown}

    def cases(self) -> list[dict]:
        """A case for each person: "subject", and a node for each modality.

        Raises:
            PanelError: a person has two of one kind, or no name.
        """
        shows, people = self._shows(), self._people()
        cases: dict[str, dict] = {}
        for node in self.nodes:
            modality, person = shows[node.GetID()], people[node.GetID()].strip()
            if not modality:
                continue
            if not person:
                text = _("Say in the table which person {name} shows.")
                raise PanelError(text.format(name=called(node)))
            case = cases.setdefault(person, {"subject": person})
            if modality in case:
                text = _("{person} has two {modality}; make them two persons, or use one.")
                raise PanelError(text.format(person=person, modality=spoken(modality)))
            case[modality] = node
        return list(cases.values())

    def _shows(self) -> dict[str, str]:
        boxes = [self.table.cellWidget(row, _SHOWS) for row in range(len(self.nodes))]
        pairs = zip(self.nodes, boxes, strict=True)
        return {node.GetID(): box.itemData(box.currentIndex) or "" for node, box in pairs}

    def _people(self) -> dict[str, str]:
        items = [self.table.item(row, _PERSON) for row in range(len(self.nodes))]
        return {
            n.GetID(): i.data(qt.Qt.DisplayRole) for n, i in zip(self.nodes, items, strict=True)
        }


def images_of_the_scene() -> list:
    """Volumes and label maps that selectors show, and sequences of volumes."""
    sequences = [
        node
        for node in slicer.util.getNodesByClass("vtkMRMLSequenceNode")
        if node.GetNumberOfDataNodes() and node.GetNthDataNode(0).IsA("vtkMRMLScalarVolumeNode")
    ]
    logic = slicer.modules.sequences.logic()
    volumes = [
        node
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        if not node.GetHideFromEditors() and not logic.GetFirstBrowserNodeForProxyNode(node)
    ]
    return [*volumes, *sequences]


def guess(node, modalities: tuple[str, ...], labels: tuple[str, ...]) -> str:
    """What a node most likely shows of these; empty if nothing tells, or if it is synthetic."""
    if is_synthetic(node):
        return ""
    if node.IsA(LABELS):
        found = [modality for modality in modalities if modality in labels]
    else:
        images = [modality for modality in modalities if modality not in labels]
        shown = contrast_of(node)
        found = [m for m in images if m == shown] or ([] if shown or len(images) > 1 else images)
    return found[0] if found else ""


def person_of(node) -> str:
    """Whom a node shows: the patient above it in the subject hierarchy, else what its name says."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    level = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelPatient()
    item = hierarchy.GetItemAncestorAtLevel(hierarchy.GetItemByDataNode(node), level)
    if item:
        return hierarchy.GetItemName(item)
    text = re.sub(r"\(synthetic [^)]*\)", "", called(node))
    for pattern in (*CONTRASTS.values(), r"mask|label|cine"):
        text = re.sub(rf"(?:{pattern})(?:w(?![a-z]))?", "", text, flags=re.IGNORECASE)
    return re.sub(r"[\s_.-]+", " ", text).strip() or called(node)
