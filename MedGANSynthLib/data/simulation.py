"""Images simulated on the anatomy of real label maps: T1w, T2w, FLAIR, FA, MD and amyloid-like PET.

Every figure measured on them must be called simulated. MR signals follow `mr_signal`, diffusion
`diffusion` and `fibres`. The PET is our own choice, of the order that florbetapir studies find
(Landau et al., J Nucl Med 54:70-77, 2013): uptake relative to the cerebellar cortex 1.0 there, 1.5
in white matter whatever the person's load, 1.0 to 1.8 in the cortex by load, 0.3 in CSF, seen by a
scanner of 6 mm. The load also lowers the contrast of grey and white matter in T1w by up to 6 %, so
that there is something to learn; in people the relation is weaker.
"""

import hashlib

import numpy as np
from scipy import ndimage

from ..errors import MedGANSynthError
from ..volume.content import is_label_map
from ..volume.geometry import reorient, resample_to
from ..volume.provenance import Provenance
from ..volume.smoothing import FWHM
from ..volume.volume import Volume
from . import diffusion
from .fibres import fibre_order, smooth_noise
from .mr_signal import Tissue, signals

MODALITIES = ("t1", "t2", "flair", "fa", "md", "pet")

# FreeSurfer's label numbers (FreeSurferColorLUT); left and right.
_LABELS = {
    Tissue.WHITE: (2, 41, 7, 46, 16, 28, 60, 85),
    Tissue.GREY: (3, 42, 8, 47, 25, 57, 77, 80),  # with lesions
    Tissue.DEEP_GREY: (10, 49, 11, 50, 12, 51, 13, 52, 17, 53, 18, 54, 26, 58),
}
_CEREBELLUM = (7, 46, 8, 47)

SPACING_MM = 4.0
"""Voxel side of the images where none is asked for."""
_FINE_MM, _COARSE_MM = 2.0, 16.0
_MARGIN_MM = 8.0
_WARP_MM, _WARP_SCALE_MM = 2.0, 20.0
_TEXTURE, _NOISE, _BIAS = 0.03, 0.02, 0.1
_PET_FWHM_MM = 6.0


def simulate(labels: Volume, seed: int, spacing: float = SPACING_MM) -> dict[str, Volume]:
    """One person's images, all on one grid.

    Args:
        labels: FreeSurfer-style label map, any grid.
        seed: of the deformation, tissue constants, load, shading and noise.
        spacing: voxel side of the images in millimetres, 2 to 16.

    Returns:
        float32 volumes for each of `MODALITIES`, RAS axes, marked as synthetic: MR signals of 0
        to about 1500, FA 0 to 1, MD in 1e-3 mm^2/s, uptake relative to the cerebellar cortex; and
        "mask" (uint8, brain without CSF).

    Raises:
        MedGANSynthError: no label map, no white matter in it, or a spacing out of range.
    """
    if not _FINE_MM <= spacing <= _COARSE_MM:
        raise MedGANSynthError(f"--spacing {spacing:g}: simulated images have 2 to 16 mm.")
    if not is_label_map(labels.array):
        raise MedGANSynthError("it is no label map but an image; give FreeSurfer's segmentations.")
    if not np.isin(labels.array, _LABELS[Tissue.WHITE]).any():
        raise MedGANSynthError(
            "the label map has no white matter (FreeSurfer's 2 and 41); give another."
        )
    rng = np.random.default_rng([seed, 2])
    fractions, cerebellum, affine = _tissues(_cropped(reorient(labels, "RAS")), rng)
    white, grey, deep, csf = fractions
    brain = white + grey + deep
    load = rng.uniform()
    images = _mr(fractions, load, rng)

    order = fibre_order(white, brain > 0.5, _FINE_MM, rng)
    tensor = (
        white * diffusion.fibres(order)
        + (grey + deep) * diffusion.isotropic(np.full(white.shape, diffusion.GREY))
        + csf * diffusion.isotropic(np.full(white.shape, diffusion.CSF))
    )
    cortex = np.where(cerebellum, 1.0, 1.0 + 0.8 * load)
    pet = 1.5 * white + cortex * grey + (1.0 + 0.4 * load) * deep + 0.3 * csf
    pet = ndimage.gaussian_filter(pet, _PET_FWHM_MM / FWHM / _FINE_MM)

    def coarse(array: np.ndarray) -> np.ndarray:
        shape = tuple(int(np.ceil(n * _FINE_MM / spacing)) for n in array.shape)
        return resample_to(Volume(array, affine), shape, _respaced(affine, spacing)).array

    made = {name: _acquired(coarse(image), rng) for name, image in images.items()}
    tensor = np.stack([coarse(component) for component in tensor])
    inside = coarse(brain) > 0.5
    made["fa"] = diffusion.fractional_anisotropy(tensor) * inside
    made["md"] = (1e3 * diffusion.mean_diffusivity(tensor) * inside).astype(np.float32)
    made["pet"] = coarse(pet) * inside
    provenance = Provenance(
        "label-simulation", hashlib.sha256(b"").hexdigest(), seed=seed, settings={"weights": "none"}
    )
    volumes = {n: Volume(a, _respaced(affine, spacing), n, provenance) for n, a in made.items()}
    mask = Volume(inside.astype(np.uint8), _respaced(affine, spacing), "mask", provenance)
    return volumes | {"mask": mask}


def _cropped(labels: Volume) -> Volume:
    """Only the brain and a margin: label maps reach down into the neck."""
    known = np.isin(labels.array, [n for numbers in _LABELS.values() for n in numbers])
    box = []
    for axis, (side, count) in enumerate(zip(labels.spacing, labels.shape, strict=True)):
        others = tuple(a for a in range(3) if a != axis)
        index = np.flatnonzero(known.any(axis=others))
        margin = int(np.ceil(_MARGIN_MM / side))
        box.append(slice(max(index[0] - margin, 0), min(index[-1] + margin + 1, count)))
    affine = labels.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ [part.start for part in box]
    return labels.with_array(labels.array[tuple(box)], affine=affine)


def _tissues(labels: Volume, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fractions `[white, grey, deep, csf]`, where the cerebellum is, and their affine; 2 mm."""
    affine = _respaced(labels.affine, _FINE_MM)
    shape = tuple(
        int(np.ceil(n * s / _FINE_MM)) for n, s in zip(labels.shape, labels.spacing, strict=True)
    )
    steps = [
        _WARP_MM / _FINE_MM * smooth_noise(shape, _WARP_SCALE_MM / _FINE_MM, rng) for _ in range(3)
    ]
    where = np.indices(shape, np.float32) + np.stack(steps)

    def fraction(chosen: np.ndarray) -> np.ndarray:
        part = Volume(chosen.astype(np.float32), labels.affine)
        return ndimage.map_coordinates(resample_to(part, shape, affine).array, where, order=1)

    known = [fraction(np.isin(labels.array, numbers)) for numbers in _LABELS.values()]
    csf = np.clip(fraction(labels.array > 0) - sum(known), 0, 1)
    cerebellum = fraction(np.isin(labels.array, _CEREBELLUM)) > 0.5
    return np.stack([*known, csf]), cerebellum, affine


def _mr(fractions: np.ndarray, load: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Signals without noise, the brightest brain tissue at about 1."""
    made = {}
    for name in ("t1", "t2", "flair"):
        values = signals(name, rng)
        white, grey = values[Tissue.WHITE], values[Tissue.GREY]
        if name == "t1":
            grey += 0.06 * load * (white - grey)
        parts = (white, grey, values[Tissue.DEEP_GREY], values[Tissue.CSF])
        texture = 1 + _TEXTURE * smooth_noise(fractions.shape[1:], 2.0, rng)
        made[name] = texture * sum(p * f for p, f in zip(parts, fractions, strict=True))
    return made


def _acquired(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """With the coil's shading and Rician noise, in arbitrary units; 0 outside the head."""
    shading = np.exp(_BIAS * smooth_noise(image.shape, max(image.shape) / 4, rng))
    real, imaginary = _NOISE * rng.standard_normal((2, *image.shape), dtype=np.float32)
    magnitude = np.hypot(image * shading + real, imaginary)
    return np.where(image > 0.02, 1000 * magnitude, 0).astype(np.float32)


def _respaced(affine: np.ndarray, spacing: float) -> np.ndarray:
    """The same axes and outer corner with voxels of `spacing` mm."""
    old = np.linalg.norm(affine[:3, :3], axis=0)
    made = affine.copy()
    made[:3, :3] *= spacing / old
    made[:3, 3] += (made[:3, :3] - affine[:3, :3]) @ np.full(3, 0.5)
    return made
