"""Does an input look like what the model's card asks for? Warnings, never refusals."""

from collections.abc import Sequence

import nibabel as nib
import numpy as np

from ..models.manifest import Direction, Manifest, Port
from ..volume.contrast import CONTRASTS, contrast_in, contrast_made
from ..volume.intensity import intensity_range
from ..volume.volume import Volume

_COARSE = 1.5  # times the coarsest in-plane voxels that the model takes as they are
_OBLIQUE = 20.0  # degrees
_SCALE = 5.0


def doubts(
    manifest: Manifest, direction: Direction, volumes: Sequence[Volume], names: Sequence[str]
) -> list[str]:
    """What speaks against translating these inputs, one sentence each.

    Args:
        volumes: in the order of the direction's inputs.
        names: what to call them: their file names.
    """
    found = []
    for volume, port, name in zip(volumes, direction.inputs, names, strict=True):
        found += _contrast(volume, port, name)
        found += _geometry(manifest, direction, volume, name)
        found += _range(manifest, volume, port, name)
    return found


def _contrast(volume: Volume, port: Port, name: str) -> list[str]:
    if volume.modality not in (None, port.modality):
        return [f"{name}: is {volume.modality}, but the model takes {port.modality}."]
    if port.modality not in CONTRASTS:
        return []
    made = contrast_made(volume.provenance.direction) if volume.provenance is not None else None
    if made is not None:
        unlike = made != port.modality
        return [f"{name}: is a synthetic {made}, but the model takes {port.modality}."] * unlike
    named = contrast_in(name)
    if named is None or named == port.modality:
        return []
    return [f"{name}: its name says {named}, but the model takes {port.modality}."]


def _geometry(manifest: Manifest, direction: Direction, volume: Volume, name: str) -> list[str]:
    """Spacing along the model's axes, and the angle between voxel axes and the patient's."""
    found = []
    codes = [pair for code in manifest.grid.orientation for pair in _AXES if code in pair]
    sizes = {
        next(pair for pair in _AXES if code in pair): size
        for code, size in zip(volume.axcodes, volume.spacing, strict=True)
    }
    coarse = [
        f"{sizes[pair]:.3g} mm along {_AXES[pair]} (the model takes {allowed[0]:g} to "
        f"{allowed[1]:g})"
        for pair, allowed in zip(codes, manifest.grid.spacing, strict=True)
        if allowed is not None and sizes[pair] > _COARSE * allowed[1]
    ]
    if coarse:
        lengths = " and ".join(coarse)
        found.append(f"{name}: its voxels measure {lengths}, so expect a blurred result.")
    between = sizes[codes[2]]
    across = next(n for n, code in enumerate(volume.axcodes) if code in codes[2])
    has_neighbours = direction.slices > 1 and volume.array.shape[across] > 1
    if has_neighbours and between > 2 * direction.step_mm:
        found.append(
            f"{name}: its slices lie {between:.3g} mm apart; the model looks for neighbours "
            f"{direction.step_mm:g} mm away."
        )
    rotation = volume.affine[:3, :3] / nib.affines.voxel_sizes(volume.affine)
    angle = float(np.degrees(np.arccos(np.clip(np.abs(rotation).max(axis=0).min(), 0, 1))))
    if angle > _OBLIQUE:
        found.append(
            f"{name}: its axes are turned by {angle:.0f} degrees against the patient's; the model "
            "saw upright heads."
        )
    return found


_AXES = {"LR": "left-right", "AP": "front-back", "IS": "up-down"}


def _range(manifest: Manifest, volume: Volume, port: Port, name: str) -> list[str]:
    low, high = intensity_range(volume.array, manifest.intensity)
    if port.reference_range[0] >= 0 > low:
        return [f"{name}: has negative values; images like the model's inputs have none."]
    if port.unit.startswith("arbitrary"):
        return []
    ratio = (high - low) / (port.reference_range[1] - port.reference_range[0])
    if not 1 / _SCALE <= ratio <= _SCALE:
        return [
            f"{name}: its values run from {low:.4g} to {high:.4g}, the model's inputs from "
            f"{port.reference_range[0]:.4g} to {port.reference_range[1]:.4g} {port.unit}."
        ]
    return []
