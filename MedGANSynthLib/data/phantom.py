"""A procedural head phantom in several MR contrasts, for tests, demonstration and debug training.

Nothing in it comes from a person. It has the structure that matters for image synthesis (layers,
folds, ventricles, partial volume, bias field, noise) but no pathology, and so few tissues that one
contrast is nearly a function of another inside the brain: translating it is far easier than
translating people. Any figure measured on it must be called a phantom's.
"""

import hashlib

import numpy as np

from ..errors import MedGANSynthError
from ..volume.provenance import Provenance
from ..volume.volume import Volume
from .anatomy import Anatomy, Points
from .mr_signal import CONTRASTS, signals

_CENTRE_MM = (0.0, 4.0, 5.0)  # the field of view's middle, from the middle of the brain
_FINE_MM = 3.0  # voxel sides longer than about this are sampled several times and averaged
_TEXTURE = 0.03  # standard deviation of the variation inside a tissue
_NOISE = 0.02  # standard deviation of each channel, brightest brain tissue = 1
_GAIN = 1000.0


def head_phantom(
    seed: int,
    shape: tuple[int, int, int] = (128, 128, 30),
    spacing: tuple[float, float, float] = (1.6, 1.6, 5.0),
    modalities: tuple[str, ...] = ("t1", "t2"),
) -> dict[str, Volume]:
    """Images of the head that belongs to `seed`, all on one grid with RAS axes.

    Args:
        seed: the person; the anatomy does not depend on the other arguments.
        shape: voxels along left-right, posterior-anterior, inferior-superior.
        spacing: voxel sides in millimetres.
        modalities: some of "t1", "t2", "pd", "flair".

    Returns:
        One int16 volume for each modality (arbitrary MR signal, 0 to about 1500), "mask" (uint8,
        the brain with its ventricles and sulci) and "labels" (uint8, values of `Tissue`); all
        with provenance, so that files made of them are marked synthetic.

    Raises:
        MedGANSynthError: an unknown modality.
    """
    unknown = [m for m in modalities if m not in CONTRASTS]
    if unknown:
        known = ", ".join(CONTRASTS)
        raise MedGANSynthError(f"The phantom has no modality {unknown[0]!r}; choose from {known}.")
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = _CENTRE_MM - (np.array(shape) - 1) / 2 * spacing

    rng = np.random.default_rng([seed, 1])
    values = np.stack([signals(m, rng) for m in modalities])
    images, labels, mask = _render(Anatomy(seed), values, affine, shape)

    # There are no weights; the hash is that of nothing, and `settings` says so.
    provenance = Provenance(
        "head-phantom", hashlib.sha256(b"").hexdigest(), seed=seed, settings={"weights": "none"}
    )
    volumes = {}
    for modality, image in zip(modalities, images, strict=True):
        image *= _bias_field(rng, affine, shape)
        real, imaginary = rng.standard_normal((2, *shape), dtype=np.float32) * _NOISE
        magnitude = np.hypot(image + real, imaginary)  # Rician
        gain = _GAIN * rng.uniform(0.8, 1.25)
        volumes[modality] = Volume(np.rint(magnitude * gain).astype(np.int16), affine, modality)
    volumes |= {"mask": Volume(mask, affine, "mask"), "labels": Volume(labels, affine, "labels")}
    return {n: v.with_array(v.array, provenance=provenance) for n, v in volumes.items()}


def _render(
    anatomy: Anatomy, values: np.ndarray, affine: np.ndarray, shape: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Paint the anatomy slice by slice, with sub-voxel samples along long voxel sides.

    Args:
        values: signal of each tissue in each modality, `[modality, tissue]`.

    Returns:
        Noise-free images `[modality, i, j, k]`, labels and brain mask `[i, j, k]`.
    """
    spacing = np.diag(affine)[:3]
    parts = [round(s / _FINE_MM) | 1 for s in spacing]  # odd: one sample at the voxel's centre
    axes = [_samples(affine[axis, 3], spacing[axis], shape[axis], parts[axis]) for axis in range(3)]
    blur = float(max(s / p for s, p in zip(spacing, parts, strict=True)))
    images = np.empty((len(values), *shape), np.float32)
    labels, mask = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
    centre = tuple(slice(p // 2, None, p) for p in parts)
    x, y = axes[0][:, None, None], axes[1][None, :, None]
    for k in range(shape[2]):
        z = axes[2][None, None, k * parts[2] : (k + 1) * parts[2]]
        points = anatomy.points(x, y, z)
        surfaces = anatomy.surfaces(points)
        signal, names = _paint(anatomy, points, surfaces, values, blur)
        blocks = signal.reshape(len(values), shape[0], parts[0], shape[1], parts[1], parts[2])
        texture = anatomy.texture_at(tuple(p[centre][..., 0] for p in points))
        images[..., k] = blocks.mean(axis=(2, 4, 5)) * (1.0 + _TEXTURE * texture)
        labels[..., k] = names[centre][..., 0]
        mask[..., k] = (surfaces[:3].min(axis=0) < 0)[centre][..., 0]
    return images, labels, mask


def _paint(
    anatomy: Anatomy, points: Points, surfaces: np.ndarray, values: np.ndarray, blur: float
) -> tuple[np.ndarray, np.ndarray]:
    """Signal `[modality, *points]` and tissue `[*points]`."""
    shape = points[0].shape
    points, surfaces = tuple(p.ravel() for p in points), surfaces.reshape(len(surfaces), -1)
    signal = np.zeros((len(values), points[0].size), np.float32)
    names = np.zeros(points[0].size, np.uint8)
    cranium = surfaces[-1]
    near = cranium < 30.0 - 1.5 * np.minimum(points[2], 0.0)  # face and neck reach further down
    for where, layers in (
        (near & (cranium > -blur), anatomy.outside),
        (cranium < blur, anatomy.inside),
    ):
        here = np.flatnonzero(where)
        part, part_names = signal.take(here, axis=1), names.take(here)
        for tissue, cover in layers(
            tuple(p.take(here) for p in points), surfaces.take(here, axis=1), blur
        ):
            np.copyto(part_names, np.uint8(tissue), where=cover > 0.5)
            for channel, value in zip(part, values[:, tissue], strict=True):
                channel += cover * (value - channel)
        signal[:, here], names[here] = part, part_names
    return signal.reshape(len(values), *shape), names.reshape(shape)


def _samples(first: float, spacing: float, voxels: int, parts: int) -> np.ndarray:
    """Positions in mm of `parts` samples inside every voxel along one axis."""
    index = np.arange(voxels * parts) // parts
    within = (np.arange(voxels * parts) % parts - (parts - 1) / 2) / parts
    return (first + spacing * (index + within)).astype(np.float32)


def _bias_field(
    rng: np.random.Generator, affine: np.ndarray, shape: tuple[int, int, int]
) -> np.ndarray:
    """Smooth receive sensitivity of the coil, about 0.8 to 1.2, `[i, j, k]`."""
    field = np.zeros(shape, np.float32)
    for axis, voxels in enumerate(shape):
        mm = affine[axis, 3] + affine[axis, axis] * np.arange(voxels, dtype=np.float32)
        tilt, bowl = rng.normal(0.0, 0.05), rng.normal(0.0, 0.06)
        line = tilt * mm / 100.0 + bowl * (mm / 100.0) ** 2
        field += line.astype(np.float32).reshape([-1 if a == axis else 1 for a in range(3)])
    return np.exp(field)
