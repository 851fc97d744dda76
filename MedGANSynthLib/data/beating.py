"""A whole cycle made of two real frames: semi-synthetic, and to be called so.

Where only end diastole (ED) and end systole (ES) of a slice are at hand, each is deformed towards
the other and the two are blended along the curve of a contraction. What such a cycle shows between
the two frames is a guess: it never twists, its blood does not flow, and its valves do not move.
"""

import dataclasses

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from .cine_phantom import contraction

ES_SHARE = 0.37
"""End systole's share of the cycle, a heart at rest."""

_CLIP = 8.0  # pixels from a contour beyond which its distance does not count
_LEVELS = ((2, 40), (1, 20))  # shrink factor, iterations
_SMOOTH = 1.5  # pixels, of the displacement field after each iteration


@dataclasses.dataclass(frozen=True)
class Frame:
    """One real frame.

    Attributes:
        image: `[rows, cols]`, any real type.
        endo: the left ventricle's blood, booleans.
        epi: the same with its muscle, where somebody drew it.
    """

    image: np.ndarray
    endo: np.ndarray
    epi: np.ndarray | None = None


def semi_synthetic_cycle(ed: Frame, es: Frame, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """A closed cycle that begins at `ed` and passes through `es` once.

    Returns:
        Images float32 `[rows, cols, frames]` and the left ventricle's mask, uint8, alike.
    """
    with_epi = ed.epi is not None and es.epi is not None
    drives = [_drive(frame, with_epi) for frame in (ed, es)]
    onto_es, onto_ed = _displacement(drives[1], drives[0]), _displacement(drives[0], drives[1])
    # A frame near ES takes most of its grey from ES, for which the contraction is nearly over.
    images, masks = [], []
    distances = [_signed_distance(frame.endo) for frame in (ed, es)]
    for share in contraction(np.arange(frames) / frames, ES_SHARE):
        from_ed, from_es = share * onto_es, (1 - share) * onto_ed
        images.append((1 - share) * _warped(ed.image, from_ed) + share * _warped(es.image, from_es))
        distance = (1 - share) * _warped(distances[0], from_ed)
        masks.append(distance + share * _warped(distances[1], from_es) < 0)
    return np.stack(images, -1).astype(np.float32), np.stack(masks, -1).astype(np.uint8)


def _drive(frame: Frame, with_epi: bool) -> np.ndarray:
    """What is registered: grey values, and the contours as ramps."""
    image = ndimage.gaussian_filter(np.asarray(frame.image, np.float64), 1.0)
    drive = image / max(float(np.percentile(image, 99)), 1e-6)
    for contour in (frame.endo, frame.epi) if with_epi else (frame.endo,):
        drive = drive - np.clip(_signed_distance(contour), -_CLIP, _CLIP) / _CLIP
    return drive


def _signed_distance(inside: np.ndarray) -> np.ndarray:
    """Pixels from the contour, negative inside."""
    return ndimage.distance_transform_edt(~inside) - ndimage.distance_transform_edt(inside)


def _displacement(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    """`[2, rows, cols]`, pixels: `moving` at x + displacement(x) looks like `fixed` at x.

    Diffeomorphic demons (Vercauteren et al. 2009), coarse to fine.
    """
    field = None
    for shrink, iterations in _LEVELS:
        images = [
            sitk.Shrink(sitk.GetImageFromArray(a.astype(np.float32)), [shrink, shrink])
            for a in (fixed, moving)
        ]
        demons = sitk.DiffeomorphicDemonsRegistrationFilter()
        demons.SetNumberOfIterations(iterations)
        demons.SetSmoothDisplacementField(True)
        demons.SetStandardDeviations(_SMOOTH)
        demons.SetNumberOfThreads(1)
        if field is None:
            field = demons.Execute(*images)
        else:
            start = sitk.Resample(field, images[0], sitk.Transform(), sitk.sitkLinear, 0.0)
            field = demons.Execute(*images, start)
    onto = sitk.GetImageFromArray(fixed.astype(np.float32))
    field = sitk.Resample(field, onto, sitk.Transform(), sitk.sitkLinear, 0.0)
    return np.moveaxis(sitk.GetArrayFromImage(field), 2, 0)[::-1]  # x, y to rows, columns


def _warped(image: np.ndarray, displacement: np.ndarray) -> np.ndarray:
    rows, cols = np.indices(image.shape)
    where = (rows + displacement[0], cols + displacement[1])
    return ndimage.map_coordinates(np.asarray(image, np.float64), where, order=1, mode="nearest")
