"""The training image nearest to a generated one: does a generator copy?"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..data.cycles import CENTRES, cut_cycles
from ..data.datalist import Case, read_datalist
from ..errors import MedGANSynthError
from ..events import Events
from ..volume.cine import read_cine
from ..volume.geometry import reorient
from ..volume.grid import Grid
from ..volume.preprocessing import prepare
from ..volume.read import read
from ..volume.volume import Volume
from .generator import Generator
from .shown import shown


def training_cases(generator: Generator, data: Path) -> list[Case]:
    """The cases of a data list's training split that have what the model makes.

    Raises:
        MedGANSynthError: a data list without that modality in its training split.
    """
    modality = generator.generation.output.modality
    cases = [c for c in read_datalist(data).training if modality in c.images]
    if not cases:
        raise MedGANSynthError(f"{data}: its training split has no {modality}; give another list.")
    return cases


def nearest(
    generator: Generator, volumes: Sequence[Volume], cases: Sequence[Case], events: Events
) -> tuple[list[list[np.ndarray]], list[float]]:
    """For each volume the pictures of its nearest neighbour, in its units, and how far that is.

    The distance is the root of the mean squared difference over all voxels in the model's range
    [-1, 1]. Slices are compared with every slice of the training volumes, cines with the cycles cut
    round the middle of the image and round the heart.
    """
    low, high = generator.generation.output.reference_range
    own = [(volume.array - low) * np.float32(2 / (high - low)) - 1 for volume in volumes]
    best = [(np.inf, None)] * len(own)
    for number, case in enumerate(cases):
        events.progress(number / len(cases), f"comparing with {case.subject}")
        for candidate in _candidates(generator, case):
            for index, array in enumerate(own):
                distance = float(np.sqrt(np.mean((array - candidate) ** 2)))
                if distance < best[index][0]:
                    best[index] = distance, candidate.copy()
    half = np.float32((high - low) / 2)
    return (
        [shown(volumes[0].with_array((array + 1) * half + low)) for _, array in best],
        [distance for distance, _ in best],
    )


def _candidates(generator: Generator, case: Case) -> Iterator[np.ndarray]:
    """Training images of the shape of the generated ones, in [-1, 1]."""
    manifest, generation = generator.package.manifest, generator.generation
    grid, path = manifest.grid, case.images[generation.output.modality]
    if generation.form == "cine":
        cine = read_cine(path)
        for centre in CENTRES:
            cut = cut_cycles(
                case.subject,
                cine,
                size=grid.size[0],
                field=grid.size[0] * grid.spacing[0][0],
                frames=generation.frames,
                intensity=manifest.intensity,
                centre=centre,
            )
            yield from np.moveaxis(cut.images, 1, -1)[:, :, :, None]
        return
    volume = read(path)
    size = grid.size
    if generation.form == "slice":
        size = (*size[:2], reorient(volume, grid.orientation).shape[2])
    spacing = (*grid.spacing[:2], None) if generation.form == "slice" else grid.spacing
    array = prepare(volume, Grid(grid.orientation, spacing, size=size), manifest.intensity).array
    if generation.form == "slice":
        yield from np.moveaxis(array, 2, 0)[..., None]
    else:
        yield generator.cropped(array)
