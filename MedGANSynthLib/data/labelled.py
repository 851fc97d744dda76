"""Slices together with their label maps, as two channels."""

import numpy as np

from ..errors import MedGANSynthError
from ..volume.geometry import reorient, resample_to, same_grid
from ..volume.grid import Grid
from ..volume.preprocessing import prepare
from ..volume.volume import Volume
from .images import Pictures
from .label_settings import LabelledSlices


def load_labelled(subject: str, volumes: dict[str, Volume], settings: LabelledSlices) -> Pictures:
    """The slices of a person that have a label: channel 0 the image, channel 1 the labels.

    Args:
        volumes: the image under `settings.modality`, the label map under `settings.label`.

    Raises:
        MedGANSynthError: a label map on another grid, or without any label.
    """
    s = settings
    volume, labels = volumes[s.modality], volumes[s.label]
    if not same_grid(volume, labels):
        raise MedGANSynthError(
            f"{subject}: its label map lies on another grid; resample it with nearest neighbours."
        )
    pixel = None if s.spacing is None else (s.spacing, s.spacing)
    slices = reorient(volume, s.orientation).shape[2]
    grid = Grid(s.orientation, (pixel, pixel, None), size=(s.size, s.size, slices))
    prepared = prepare(volume, grid, s.intensity)
    on_grid = resample_to(labels, prepared.array.shape, prepared.affine, "nearest").array
    used = np.flatnonzero((on_grid > 0).any(axis=(0, 1)))
    if not len(used):
        raise MedGANSynthError(f"{subject}: its label map is empty; leave the case out.")
    images = np.stack([prepared.array, as_channel(on_grid, s.classes)])[..., used]
    return Pictures(
        subject,
        np.ascontiguousarray(images.transpose(3, 0, 1, 2)),
        prepared.spacing,
        prepared.intensity_range,
    )


def as_channel(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels 0 to `classes` as float32 from -1 to 1."""
    return (2 * np.clip(np.rint(labels), 0, classes) / classes - 1).astype(np.float32)


def as_labels(channel: np.ndarray, classes: int) -> np.ndarray:
    """The nearest labels, int64: what `as_channel` undoes."""
    return np.clip(np.rint((channel + 1) / 2 * classes), 0, classes).astype(np.int64)
