"""Where a volume node's voxels lie: 4x4 arrays, voxel index [i, j, k] to RAS millimetres."""

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _

from .errors import PanelError
from .nodes import called

_RIGHT_ANGLE = 1e-3  # cosine between axes; the library refuses more
_SAME_MM = 1e-3


def ijk_to_ras(node) -> np.ndarray:
    """The node's own grid, without its parent transform."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def ras_to_world(node) -> np.ndarray:
    """The parent transform of a node, with all above it.

    Raises:
        PanelError: it is not linear, or cannot be undone.
    """
    transform = node.GetParentTransformNode()
    if transform is None:
        return np.eye(4)
    if not transform.IsTransformToWorldLinear():
        raise PanelError(
            _(
                "{name} lies under the non-linear transform {transform}; harden the transform, or "
                "take {name} out of it."
            ).format(name=called(node), transform=called(transform))
        )
    matrix = vtk.vtkMatrix4x4()
    transform.GetMatrixTransformToWorld(matrix)
    world = slicer.util.arrayFromVTKMatrix(matrix)
    if is_singular(world):
        raise PanelError(
            _("{name} lies under the transform {transform}, which is singular; correct it.").format(
                name=called(node), transform=called(transform)
            )
        )
    return world


def ijk_to_world(node) -> np.ndarray:
    """The node's grid in world space.

    Raises:
        PanelError: as `ras_to_world`.
    """
    return ras_to_world(node) @ ijk_to_ras(node)


def is_singular(affine: np.ndarray) -> bool:
    """Whether the axes do not span space, or are not numbers."""
    if not np.isfinite(affine).all():
        return True
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return bool((lengths == 0).any() or abs(np.linalg.det(affine[:3, :3] / lengths)) < 1e-3)


def shape_of(node) -> tuple[int, int, int]:
    """Number of voxels along i, j, k."""
    return node.GetImageData().GetDimensions()


def same_grid(shape, affine, other_shape, other_affine) -> bool:
    """Whether shapes are equal and the corner voxels lie within a micrometre."""
    if tuple(shape) != tuple(other_shape):
        return False
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in shape], indexing="ij")).reshape(3, -1)
    difference = (affine - other_affine) @ np.vstack([corners, np.ones(8)])
    return bool(np.linalg.norm(difference[:3], axis=0).max() <= _SAME_MM)


def without_shear(affine: np.ndarray) -> tuple[np.ndarray, bool]:
    """The closest grid with axes at right angles, and whether that is another one.

    The rotation is the orthogonal factor of the axes' polar decomposition; voxel sizes and the
    first voxel's place stay.
    """
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    axes = affine[:3, :3] / lengths
    if np.abs(axes.T @ axes - np.eye(3)).max() <= _RIGHT_ANGLE:
        return affine, False
    left, _values, right = np.linalg.svd(axes)
    straight = affine.copy()
    straight[:3, :3] = left @ right * lengths
    return straight, True


def closest_axes(affine: np.ndarray) -> tuple[list[int], list[bool]]:
    """For R, A and S the voxel axis that runs closest to it, and whether it runs the other way.

    The axis that follows its direction best chooses first, as in nibabel's `io_orientation`.
    """
    left, _values, right = np.linalg.svd(affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0))
    rotation = left @ right
    axes, turned = [0, 0, 0], [False, False, False]
    for axis in np.argsort(-np.abs(rotation).max(axis=0), kind="stable"):
        direction = int(np.argmax(np.abs(rotation[:, axis])))
        axes[direction] = int(axis)
        turned[direction] = bool(rotation[direction, axis] < 0)
        rotation[direction] = 0
    return axes, turned
