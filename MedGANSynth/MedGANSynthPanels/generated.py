"""What becomes of generated files: nodes in the folder "Synthetic" of the subject hierarchy."""

from pathlib import Path

import numpy as np
import slicer
import vtk

from MedGANSynthLib.volume.provenance import Provenance

from .made_sequences import browse, enter_scene, new_frame
from .marking import mark, provenance_beside
from .names import free_name, result_name
from .nifti_in import Frames, read_frames
from .nodes import LABELS
from .volumes_in import fill, show_window

FOLDER = "Synthetic"
CINE = "time"
"""Name of a cine's index; a walk's is another."""
_STEPS_PER_S = 5.0


class Drawn:
    """Each file becomes a volume, or of several frames a sequence, as it comes.

    The first sequence is played. A file of labels belongs to the image before it.

    Args:
        stem: the beginning of the nodes' names; their number follows.
        kind: what is shown, "T1".

    Attributes:
        number: how many images there are.
    """

    def __init__(self, stem: str, kind: str):
        self.stem, self.kind = stem, kind
        self.number = 0

    def take(self, path: Path) -> list:
        """The new nodes.

        Raises:
            PanelError: the file is damaged or not marked.
        """
        frames, provenance = read_frames(path), provenance_beside(path)
        if provenance.settings.get("map") == "labels":
            name = result_name(f"{self.stem}-{self.number - 1}", "labels")
            return [place_generated(frames, name, provenance, LABELS)]
        name = result_name(f"{self.stem}-{self.number}", self.kind)
        is_first = self.number == 0
        self.number += 1
        if len(frames.array) > 1:
            return [place_cine(frames, name, provenance, is_first)]
        return [place_generated(frames, name, provenance)]

    def finish(self) -> list:
        """Nothing is left to do."""
        return []


class Walked:
    """Each file becomes a frame of one sequence, which enters the scene in the end.

    Of cines, one cycle follows the other.
    """

    def __init__(self, stem: str, kind: str):
        self.name = result_name(stem, kind)
        self.sequence = _empty(self.name, "step", "")
        self.first: tuple[Frames, Provenance] | None = None

    def take(self, path: Path) -> list:
        """As for `Drawn`; nothing enters the scene yet."""
        frames, provenance = read_frames(path), provenance_beside(path)
        self.first = self.first or (frames, provenance)
        for array in frames.array:
            number = str(self.sequence.GetNumberOfDataNodes() + 1)
            node = new_frame(self.name, array, frames.affine, provenance)
            self.sequence.SetDataNodeAtValue(node, number)
        return []

    def finish(self) -> list:
        """The sequence, with a browser."""
        frames, provenance = self.first
        fps = 1.0 / frames.step_s if len(frames.array) > 1 else _STEPS_PER_S
        return [_with_browser(self.sequence, frames, provenance, fps)]


def place_generated(
    frames: Frames, name: str, provenance: Provenance, kind: str = "vtkMRMLScalarVolumeNode"
):
    """A new marked volume, or label map, on the model's own grid."""
    node = slicer.mrmlScene.AddNewNodeByClass(kind, free_name(name))
    array = frames.array[0]
    if kind == LABELS:
        node.CreateDefaultDisplayNodes()
        array = array.round().astype(np.int16)
    else:
        show_window(node, array)  # before the voxels, else a histogram is made for nothing
    fill(node, array, frames.affine)
    mark(node, provenance)
    enter_folder(node)
    return node


def place_cine(frames: Frames, name: str, provenance: Provenance, playing: bool):
    """A new marked sequence whose browser plays it at its own speed, over and over."""
    sequence = _empty(name, CINE, "s")
    for number, array in enumerate(frames.array):
        node = new_frame(name, array, frames.affine, provenance)
        sequence.SetDataNodeAtValue(node, f"{number * frames.step_s:.6g}")
    node = _with_browser(sequence, frames, provenance, 1.0 / frames.step_s)
    logic = slicer.modules.sequences.logic()
    browser = logic.GetFirstBrowserNodeForSequenceNode(node)
    browser.SetPlaybackLooped(True)
    browser.SetPlaybackActive(playing)
    return node


def enter_folder(node) -> None:
    """Put a node's item into the folder, which is made if it is not there."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    scene = hierarchy.GetSceneItemID()
    items = vtk.vtkIdList()
    hierarchy.GetItemChildren(scene, items)
    children = [items.GetId(number) for number in range(items.GetNumberOfIds())]
    folder = next((child for child in children if _is_folder(hierarchy, child)), None)
    if folder is None:
        folder = hierarchy.CreateFolderItem(scene, FOLDER)
    if item := hierarchy.GetItemByDataNode(node):  # none of a sequence, where no plugin shows it
        hierarchy.SetItemParent(item, folder)


def _is_folder(hierarchy, item: int) -> bool:
    """Whether it is ours; a volume may have the name, too."""
    return hierarchy.GetItemName(item) == FOLDER and hierarchy.GetItemDataNode(item) is None


def _empty(name: str, index: str, unit: str):
    """A sequence in no scene, ordered by numbers."""
    sequence = slicer.vtkMRMLSequenceNode()
    sequence.SetName(name)
    sequence.SetIndexName(index)
    sequence.SetIndexUnit(unit)
    sequence.SetIndexType(slicer.vtkMRMLSequenceNode.NumericIndex)
    return sequence


def _with_browser(sequence, frames: Frames, provenance: Provenance, fps: float):
    node = enter_scene(sequence, provenance)
    proxy = browse([node], fps).GetProxyNode(node)
    show_window(proxy, frames.array)
    mark(proxy, provenance)
    for made in (node, proxy):
        enter_folder(made)
    return node
