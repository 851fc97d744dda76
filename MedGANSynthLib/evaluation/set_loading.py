"""Sets of volumes on one grid and one scale."""

import dataclasses
import fnmatch
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..data.discover import stem_of
from ..errors import MedGANSynthError
from ..events import Events
from ..files import file_hash
from ..volume.content import exclude_advice, refuse_unfit
from ..volume.grid import Grid, Intensity
from ..volume.intensity import intensity_range
from ..volume.preprocessing import prepare
from ..volume.read import read
from ..volume.volume import Volume
from .cases import expand, person

SCALES = ("each", "common")


@dataclasses.dataclass(frozen=True)
class Cohort:
    """One set.

    Attributes:
        names: of the files, without suffix.
        subjects: the person of each (BIDS `sub-...`, else the name).
        hashes: SHA-256 of each file.
        volumes: `[n, i, j, k]`, float32 in [-1, 1], background -1.
        affine: 4x4 of that grid.
        model_sha256: of the model that all of them are marked with, if there is one such.
    """

    names: list[str]
    subjects: list[str]
    hashes: list[str]
    volumes: np.ndarray
    affine: np.ndarray
    model_sha256: str | None = None

    def __len__(self) -> int:
        return len(self.names)


def load_cohorts(
    paths: dict[str, Sequence[Path]],
    grid: Grid | None,
    scale: str,
    fewest: int,
    events: Events,
) -> dict[str, Cohort]:
    """Read several sets and bring them to one grid.

    Args:
        paths: files of each set (`choose`); the first set's first volume gives the grid where
            `grid` is None. Sets without paths are left out.
        scale: "each": every volume is brought to its own percentile range, so that the sets' units
            and a wrong overall brightness do not count; "common": all to the median range of the
            first real set ("real", else the first), for data in known units.
        fewest: cases that each set needs.

    Raises:
        MedGANSynthError: too few cases, a volume that is constant or a label map, what `read`
            refuses.
    """
    if scale not in SCALES:
        raise MedGANSynthError(f"--scale {scale}: must be {' or '.join(SCALES)}.")
    files = {name: list(given) for name, given in paths.items() if given}
    for name, found in files.items():
        if len(found) < fewest:
            raise MedGANSynthError(
                f"the {name} set has {len(found)} volumes; at least {fewest} are needed."
            )
    if grid is None:
        grid = grid_of(read(next(iter(files.values()))[0]))
    fixed = None
    if scale == "common":
        reference = files.get("real") or next(iter(files.values()))
        ranges = [intensity_range(_checked(path, events).array, Intensity()) for path in reference]
        low, high = np.median(ranges, axis=0)
        fixed = (float(low), float(high))
    total, done = sum(map(len, files.values())), 0
    cohorts, resampled = {}, 0
    for name, found in files.items():
        arrays, models = [], set()
        marked = 0
        for path in found:
            events.progress(0.4 * done / total, f"reading {path.name}")
            done += 1
            volume = _checked(path, events)
            marked += volume.provenance is not None
            models.add(volume.provenance.model_sha256 if volume.provenance else None)
            prepared = prepare(volume, grid, Intensity(), fixed)
            resampled += prepared.resampled or prepared.inner_shape != prepared.array.shape
            arrays.append(prepared.array)
        if marked and name != "synthetic":
            events.warning(f"{marked} of {len(found)} volumes in the {name} set are synthetic.")
        cohorts[name] = Cohort(
            [stem_of(path) for path in found],
            [person(path) or stem_of(path) for path in found],
            [file_hash(path) for path in found],
            np.stack(arrays),
            prepared.affine,
            models.pop() if len(models) == 1 else None,
        )
    if resampled:
        shape = "x".join(map(str, grid.size or ()))
        events.warning(f"{resampled} volumes were resampled, cropped or padded to {shape} voxels.")
    return cohorts


def choose(paths: dict[str, Sequence[Path]], exclude: Sequence[str] = ()) -> dict[str, list[Path]]:
    """The volumes of each set: files, and those in folders, without names that match `exclude`."""
    return {
        name: [
            path
            for path in expand(given)
            if not any(fnmatch.fnmatch(path.name, pattern) for pattern in exclude)
        ]
        for name, given in paths.items()
    }


def grid_of(volume: Volume) -> Grid:
    """A volume's own grid, for others to be brought to."""
    return Grid(
        orientation=volume.axcodes,
        spacing=tuple((s, s) for s in volume.spacing),
        size=volume.shape[:3],
    )


def same_content(one: Cohort, other: Cohort) -> list[tuple[str, str]]:
    """Pairs of names whose files are byte for byte the same."""
    where = dict(zip(one.hashes, one.names, strict=True))
    pairs = zip(other.hashes, other.names, strict=True)
    return [(where[sha256], name) for sha256, name in pairs if sha256 in where]


def _checked(path: Path, events: Events) -> Volume:
    volume = read(path)
    refuse_unfit(volume, path.name, exclude_advice(path.name))
    for note in volume.notes:
        events.warning(note)
    return volume
