"""Between our arrays `[i, j, k]` with RAS affines and SimpleITK's images with LPS geometry."""

import numpy as np
import SimpleITK as sitk

from . import spill

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def image_affine(image: sitk.Image | sitk.ImageFileReader) -> np.ndarray:
    """4x4 voxel index to RAS millimetres: diag(-1, -1, 1, 1) @ [direction * spacing | origin]."""
    affine = np.eye(4)
    direction = np.array(image.GetDirection()).reshape(3, 3)
    affine[:3, :3] = direction * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return LPS_TO_RAS @ affine


def set_affine(image: sitk.Image, affine: np.ndarray) -> None:
    """Give `image` the geometry of a RAS affine."""
    lps = LPS_TO_RAS @ affine
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(lps[:3, 3].tolist())


def to_image(array: np.ndarray, affine: np.ndarray) -> sitk.Image:
    """A SimpleITK image of `array` `[i, j, k]` (copied)."""
    image = sitk.GetImageFromArray(array.transpose(2, 1, 0))
    set_affine(image, affine)
    return image


def to_array(image: sitk.Image) -> np.ndarray:
    """The voxels of `image` as `[i, j, k]` (copied once, in ITK's memory order)."""
    view = sitk.GetArrayViewFromImage(image).transpose(2, 1, 0)
    made = spill.empty_like(view, view.dtype)
    made[...] = view
    return made
