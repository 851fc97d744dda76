"""Places in space: a segmentation's visible segments, a ROI, or the voxels of a mask volume."""

from collections.abc import Iterator

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from vtk.util.numpy_support import vtk_to_numpy

from .errors import PanelError
from .geometry import ijk_to_world, ras_to_world, same_grid, shape_of
from .nodes import called
from .volumes_in import is_in_scene

_EDGE_MM = 1e-6


class Restriction:
    """Voxels of a result that are kept; the others get the result's background.

    Attributes:
        kind: what the provenance says, "segmentation", "roi" or "mask".

    Raises:
        PanelError: the node is none of the three.
    """

    def __init__(self, node):
        self.node = node
        self.name = called(node)
        if node.IsA("vtkMRMLSegmentationNode"):
            self.kind, self._mask = "segmentation", segmentation_mask
        elif node.IsA("vtkMRMLMarkupsROINode"):
            self.kind, self._mask = "roi", roi_mask
        elif node.IsA("vtkMRMLScalarVolumeNode") and node.GetImageData() is not None:
            self.kind, self._mask = "mask", volume_mask
        else:
            text = _("{name} marks no place in space; choose a segmentation, a ROI or a mask.")
            raise PanelError(text.format(name=self.name))

    def mask(self, shape: tuple[int, int, int], affine: np.ndarray) -> np.ndarray:
        """Voxels [k, j, i] to keep, boolean.

        Args:
            shape: number of voxels along i, j, k.
            affine: voxel index to world.

        Raises:
            PanelError: the node has gone, or no voxel lies inside it.
        """
        if not is_in_scene(self.node):
            raise PanelError(_("{name} is not in the scene any more.").format(name=self.name))
        mask = self._mask(self.node, shape, affine)
        if not mask.any():
            text = _("{name} holds no voxel of the volume; draw it over the volume.")
            if self.kind == "segmentation" and has_hidden_segments(self.node):
                text = _(
                    "{name} holds no voxel of the volume in a segment that is shown; hidden "
                    "segments do not count, so show what is meant."
                )
            raise PanelError(text.format(name=self.name))
        return mask


def roi_mask(node, shape, affine: np.ndarray) -> np.ndarray:
    """Voxels whose centres lie in a ROI's box, its faces included."""
    ras_to_world(node)  # a box that is bent is no box any more
    box = slicer.util.arrayFromVTKMatrix(node.GetObjectToWorldMatrix())
    to_box = np.linalg.solve(box, affine)
    half = np.array(node.GetSize()) / 2 + _EDGE_MM
    mask = np.empty(shape[::-1], bool)
    i, j = np.arange(shape[0])[None, :], np.arange(shape[1])[:, None]
    for k in range(shape[2]):
        inside = [
            np.abs(row[0] * i + row[1] * j + (row[2] * k + row[3])) <= edge
            for row, edge in zip(to_box[:3], half, strict=True)
        ]
        mask[k] = inside[0] & inside[1] & inside[2]
    return mask


def volume_mask(node, shape, affine: np.ndarray) -> np.ndarray:
    """Voxels whose centres lie in a voxel of the volume that is above 0."""
    return _looked_up(slicer.util.arrayFromVolume(node) > 0, node, shape, affine)


def covered(node, shape, affine: np.ndarray) -> np.ndarray:
    """Voxels whose centres lie in any voxel of a volume."""
    return _looked_up(np.ones(shape_of(node)[::-1], bool), node, shape, affine)


def _looked_up(inside: np.ndarray, node, shape, affine: np.ndarray) -> np.ndarray:
    """What lies at the voxels of another grid, False outside of the node's."""
    there = ijk_to_world(node)
    if same_grid(shape_of(node), there, shape, affine):
        return inside
    to_index = np.linalg.solve(there, affine)
    mask = np.zeros(shape[::-1], bool)
    i, j = np.arange(shape[0])[None, :], np.arange(shape[1])[:, None]
    for k in range(shape[2]):
        places = [
            np.rint(row[0] * i + row[1] * j + (row[2] * k + row[3])).astype(np.int32)
            for row in to_index[2::-1]
        ]
        within = np.logical_and.reduce(
            [(p >= 0) & (p < n) for p, n in zip(places, inside.shape, strict=True)]
        )
        mask[k][within] = inside[tuple(p[within] for p in places)]
    return mask


def segmentation_mask(node, shape, affine: np.ndarray) -> np.ndarray:
    """Voxels whose centres lie in any visible segment; any parent transform is followed."""
    mask = np.zeros(shape[::-1], bool)
    for _name, inside in segment_masks(node, shape, affine):
        mask |= inside
    return mask


def segment_masks(node, shape, affine: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Name and voxels of one visible segment after the other."""
    # On a copy: the node itself shall not get a labelmap because somebody looks at it.
    segmentation = slicer.vtkSegmentation()
    segmentation.DeepCopy(node.GetSegmentation())
    reference = _grid(shape, affine)
    binary = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    if not segmentation.ContainsRepresentation(binary):
        segmentation.SetConversionParameter(
            slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName(),
            slicer.vtkSegmentationConverter.SerializeImageGeometry(reference),
        )
        segmentation.CreateRepresentation(binary)
    to_world = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(
        node.GetParentTransformNode(), None, to_world
    )
    for segment_id in visible_segments(node):
        segment = segmentation.GetSegment(segment_id)
        yield segment.GetName(), _segment_mask(segment, binary, reference, to_world)


def visible_segments(node) -> list[str]:
    """The IDs of the segments that are shown; without display all of them."""
    ids = list(node.GetSegmentation().GetSegmentIDs())
    display = node.GetDisplayNode()
    return ids if display is None else [i for i in ids if display.GetSegmentVisibility(i)]


def has_hidden_segments(node) -> bool:
    """Whether segments are not shown, and so are not among the `visible_segments`."""
    return len(visible_segments(node)) < node.GetSegmentation().GetNumberOfSegments()


def _segment_mask(segment, binary: str, reference, to_world) -> np.ndarray:
    labels = segment.GetRepresentation(binary)
    shape = reference.GetDimensions()[::-1]
    if labels is None or 0 in labels.GetDimensions():
        return np.zeros(shape, bool)
    resampled = slicer.vtkOrientedImageData()
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
        labels, reference, resampled, False, False, to_world
    )
    voxels = vtk_to_numpy(resampled.GetPointData().GetScalars())
    return voxels.reshape(shape) == segment.GetLabelValue()


def _grid(shape, affine: np.ndarray):
    grid = slicer.vtkOrientedImageData()
    grid.SetDimensions(shape)
    grid.SetImageToWorldMatrix(slicer.util.vtkMatrixFromArray(affine))
    grid.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    return grid
