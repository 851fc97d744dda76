"""Synthetic voxels as volume nodes, on the voxel grid of the input they were made from."""

import numpy as np
import slicer
from slicer.i18n import tr as _

from .asked import check_node
from .browsers import sequence_of
from .errors import PanelError
from .geometry import ijk_to_ras, same_grid, shape_of
from .marking import is_synthetic
from .names import free_name, has_name
from .nodes import called

_SAMPLES = 250_000


class Sent:
    """What a volume node was when it was read: its grid, and which voxels."""

    def __init__(self, node):
        self.shape, self.affine = shape_of(node), ijk_to_ras(node)
        self._voxels = _version(node)

    def has_grid_of(self, node) -> bool:
        """Whether a node has this grid; its parent transform does not count."""
        if node.GetImageData() is None:
            return False
        return same_grid(shape_of(node), ijk_to_ras(node), self.shape, self.affine)

    def has_voxels_of(self, node) -> bool:
        """Whether nobody has said that voxels were changed."""
        return _version(node) == self._voxels


def _version(node) -> int:
    """When the voxels were changed last; no two arrays have the same."""
    image = node.GetImageData()
    scalars = image.GetPointData().GetScalars() if image is not None else None
    return scalars.GetMTime() if scalars is not None else 0


class Original:
    """The input that a result will belong to, and whether it is still there and the same."""

    def __init__(self, node):
        self.node = node
        self.name = called(node)
        self.sent = Sent(node)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along i, j, k."""
        return self.sent.shape

    def check(self) -> None:
        """Raises PanelError if the result can no longer be laid over it."""
        if not is_in_scene(self.node):
            text = _("{name} was removed during the run, so there is nothing to lay the result on.")
            raise PanelError(text.format(name=self.name))
        if not self.sent.has_grid_of(self.node):
            raise changed(self.name)

    @property
    def was_edited(self) -> bool:
        """Whether its voxels were changed since."""
        return not self.sent.has_voxels_of(self.node)


def changed(name: str) -> PanelError:
    """What went in lies on another grid now."""
    return PanelError(_("{name} was changed during the run; start again.").format(name=name))


def edited(name: str) -> str:
    """What the user should know of an input whose voxels are others now."""
    text = _("The voxels of {name} changed during the run; the result is made of what they were.")
    return text.format(name=name)


def is_in_scene(node) -> bool:
    """Whether this very node, not another of its ID, is in the scene."""
    return node is not None and slicer.mrmlScene.GetNodeByID(node.GetID() or "") is node


def check_in_scene(node) -> None:
    """Raises PanelError if a node is not (any more) in the scene."""
    check_node(node)
    if not is_in_scene(node):
        text = _("{name} is not in the scene any more; choose another.")
        raise PanelError(text.format(name=called(node)))


def check_output(output, inputs) -> None:
    """Refuse an output node that cannot, or should not, be replaced.

    Raises:
        PanelError: it is an input, not in the scene, no scalar volume, shows a sequence's frame,
            or holds a real image.
    """
    if output is None:
        return
    check_in_scene(output)
    if any(output is node for node in inputs):
        raise PanelError(_("The output is also an input; choose another output."))
    if output.GetClassName() != "vtkMRMLScalarVolumeNode":
        text = _("{name} cannot hold the result; choose a scalar volume or a new one.")
        raise PanelError(text.format(name=called(output)))
    if sequence_of(output) is not None:
        text = _("{name} shows a frame of a sequence; choose another output or a new one.")
        raise PanelError(text.format(name=called(output)))
    if output.GetImageData() is not None and not is_synthetic(output):
        text = _("{name} is not synthetic and stays as it is; choose another output or a new one.")
        raise PanelError(text.format(name=called(output)))


def place_volume(original: Original, array: np.ndarray, name: str, output=None):
    """Put voxels into the scene where `original` lies.

    The node gets the input's grid, parent transform and place in the subject hierarchy, a window
    that fits its own intensities, and neither file nor DICOM identity of what it replaces.

    Args:
        array: float32 [k, j, i], as many as the input has.
        output: the node to fill; None makes a new one.

    Raises:
        PanelError: the input or the output has gone.
    """
    original.check()
    check_output(output, [original.node])
    if output is None:
        output = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", free_name(name))
    else:
        _forget_origin(output)
        if not has_name(output, name):
            output.SetName(free_name(name, output))
    show_window(output, array)  # before the voxels, else a histogram is made for nothing
    fill(output, array, ijk_to_ras(original.node))
    output.SetAndObserveTransformNodeID(original.node.GetTransformNodeID())
    enter_hierarchy(original.node, output)
    return output


def fill(node, array: np.ndarray, affine: np.ndarray) -> None:
    """Voxels and grid of a volume node."""
    with slicer.util.NodeModify(node):
        slicer.util.updateVolumeFromArray(node, array)
        node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(affine))


def show_window(node, array: np.ndarray) -> None:
    """Grey values that fit the voxels."""
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(*window(array))


def window(array: np.ndarray) -> tuple[float, float]:
    """From the minimum to the 99.5th percentile of the voxels above it: bright fluid stays grey."""
    values = array.ravel()[:: max(1, array.size // _SAMPLES)]
    low = float(values.min())
    above = values[values > low]
    high = float(np.percentile(above, 99.5)) if above.size else low + 1.0
    return low, high


def enter_hierarchy(original, node) -> None:
    """Put a node's item under the parent of another's."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(original))
    if parent:
        hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), parent)


def _forget_origin(output) -> None:
    """So that saving cannot overwrite the file, or pose as the DICOM series, it was loaded from."""
    storage = output.GetStorageNode()
    output.SetAndObserveStorageNodeID(None)
    if storage is not None:
        slicer.mrmlScene.RemoveNode(storage)
    for attribute in output.GetAttributeNames():
        if attribute.startswith("DICOM."):
            output.RemoveAttribute(attribute)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    hierarchy.SetItemUID(hierarchy.GetItemByDataNode(output), "DICOM", "")
