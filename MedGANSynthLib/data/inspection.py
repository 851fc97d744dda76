"""Images of a data list, looked at one by one: what they are, and which of them are no good."""

import collections
import dataclasses
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MedGANSynthError
from ..volume.cine import read_cine
from ..volume.content import is_label_map
from ..volume.read import read

ODD_SPACING = 2.0
"""A voxel side that differs from the median by more than this factor is worth a word."""


@dataclasses.dataclass(frozen=True)
class Image:
    """One image of one case.

    Attributes:
        shape: voxels along i, j, k (and t); empty where it cannot be read.
        spacing: voxel sides in millimetres, sorted, since orientations differ.
        affine: voxel index to RAS millimetres.
        problem: why no network can learn from it; empty for a good one.
        notes: what else was noticed, one sentence each.
    """

    path: Path
    subject: str
    split: str
    modality: str
    shape: tuple[int, ...] = ()
    spacing: tuple[float, ...] = ()
    affine: np.ndarray | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()


def inspect(
    path: Path, subject: str, split: str, modality: str, is_label: bool, is_cine: bool
) -> Image:
    """Read one image whole and judge it."""
    found = Image(path, subject, split, modality)
    try:
        volume = read_cine(path, modality) if is_cine else read(path, modality)
    except MedGANSynthError as error:
        return dataclasses.replace(found, problem=str(error))
    problem, notes = "", volume.notes
    if volume.array.min() == volume.array.max():
        problem = f"{path.name}: is blank (every voxel is {volume.array.flat[0]:g}); leave it out."
        notes = ()
    elif not is_label and is_label_map(volume.array):
        problem = f"{path.name}: is a label map, not an image of {modality}; leave it out."
    return dataclasses.replace(
        found,
        shape=volume.shape,
        spacing=tuple(sorted(volume.spacing)),
        affine=volume.affine,
        problem=problem,
        notes=notes,
    )


def rows_by_modality(images: Iterable[Image]) -> list[dict[str, Any]]:
    """For each modality how many images, of which sizes, with which voxel sides."""
    by_modality = collections.defaultdict(list)
    for image in images:
        by_modality[image.modality].append(image)
    return [
        {
            "modality": modality,
            "images": len(found),
            "voxels": _shares(shown(i.shape) for i in found if i.shape),
            "mm": _shares(shown(i.spacing) for i in found if i.shape),
        }
        for modality, found in by_modality.items()
    ]


def odd_ones(images: Iterable[Image]) -> list[str]:
    """One sentence for each image whose voxels are far from the usual size of its modality."""
    by_modality = collections.defaultdict(list)
    for image in images:
        if image.spacing:
            by_modality[image.modality].append(image)
    sentences = []
    for modality, found in by_modality.items():
        usual = [
            statistics.median(sides) for sides in zip(*(i.spacing for i in found), strict=True)
        ]
        for image in found:
            ratios = [max(a / b, b / a) for a, b in zip(image.spacing, usual, strict=True)]
            if max(ratios) > ODD_SPACING:
                sentences.append(
                    f"{image.subject}: the voxels of its {modality} measure "
                    f"{shown(image.spacing)} mm, others' {shown(usual)} mm."
                )
    return sentences


def shown(numbers: Iterable[float]) -> str:
    """ "240 x 240 x 155"."""
    return " x ".join(f"{number:.3g}" if number % 1 else f"{number:g}" for number in numbers)


def _shares(texts: Iterable[str]) -> str:
    """The most frequent ones first, each with how many there are; at most three."""
    counts = collections.Counter(texts).most_common()
    if len(counts) == 1:
        return counts[0][0]
    named = [f"{text} ({count})" for text, count in counts[:3]]
    return ", ".join(named) + (f", {len(counts) - 3} more" if len(counts) > 3 else "")
