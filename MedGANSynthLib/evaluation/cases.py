"""Which files belong together in a paired evaluation."""

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..data.discover import stem_of
from ..errors import MedGANSynthError
from ..events import Events
from ..volume.geometry import same_grid
from ..volume.header import SUFFIXES
from ..volume.read import read
from ..volume.volume import Volume


@dataclasses.dataclass(frozen=True)
class FileCase:
    """A prediction file, its target and, where given, its mask and its label map."""

    name: str
    subject: str
    prediction: Path
    target: Path
    mask: Path | None
    labels: Path | None = None


def match_files(
    predictions: Sequence[Path],
    targets: Sequence[Path],
    masks: Sequence[Path],
    labels: Sequence[Path] = (),
) -> list[FileCase]:
    """Pair files: by name where folders are given, else in the order of the lists.

    The subject is the name's BIDS entity `sub-...` where there is one, else the whole name.

    Raises:
        MedGANSynthError: nothing to compare, different counts, or a partner is missing.
    """
    if not predictions or not targets:
        raise MedGANSynthError(
            "nothing to compare: give predictions and --targets, or --data with --model or "
            "--baselines."
        )
    by_name = any(_is_folder_of_files(path) for path in (*predictions, *targets, *masks, *labels))
    files = {
        "prediction": expand(predictions),
        "target": expand(targets),
        "mask": expand(masks),
        "label map": expand(labels),
    }
    if not by_name:
        counts = {name: len(found) for name, found in files.items() if found}
        if len(set(counts.values())) > 1:
            shown = ", ".join(f"{n} {name}s" for name, n in counts.items())
            raise MedGANSynthError(f"{shown}: give one of each for every case, in the same order.")
        none = [None] * len(files["prediction"])
        lists = (found or none for found in files.values())
        return [_case(*together) for together in zip(*lists, strict=True)]
    named = {kind: _bystem_of(found, kind) for kind, found in files.items()}
    cases = []
    for stem, prediction in named["prediction"].items():
        for kind in ("target", "mask", "label map"):
            if named[kind] and stem not in named[kind]:
                raise MedGANSynthError(
                    f"{prediction.name}: no {kind} of the same name; rename it or list the files."
                )
        partners = [named[kind].get(stem) for kind in ("target", "mask", "label map")]
        cases.append(_case(prediction, *partners))
    return cases


def load_mask(path: Path | None, target: Volume, name: str, events: Events) -> np.ndarray:
    """The mask on the target's grid; without one, the target's voxels above its minimum.

    Raises:
        MedGANSynthError: another grid than the target's, no voxel, or a constant target.
    """
    if path is None:
        if target.array.min() == target.array.max():
            raise MedGANSynthError(f"{name}: the target is constant; nothing can be judged by it.")
        events.warning(
            f"{name}: no mask, so all voxels above the target's minimum count and background may "
            "flatter the figures; give a brain mask."
        )
        return target.array > target.array.min()
    mask = read(path)
    require_same_grid(mask, target, f"{name}: the mask {path.name}")
    if not (mask.array > 0).any():
        raise MedGANSynthError(f"{name}: the mask {path.name} is empty; give one of the organ.")
    return mask.array > 0


def load_labels(path: Path | None, target: Volume, name: str) -> np.ndarray | None:
    """The label map on the target's grid, where there is one.

    Raises:
        MedGANSynthError: another grid than the target's.
    """
    if path is None:
        return None
    labels = read(path)
    require_same_grid(labels, target, f"{name}: the label map {path.name}")
    return labels.array


def require_same_grid(volume: Volume, target: Volume, what: str) -> None:
    """Refuse a volume that is not on the target's grid."""
    if not same_grid(volume, target):
        raise MedGANSynthError(
            f"{what} ({_grid(volume)}) lies on another grid than the target ({_grid(target)}); "
            "resample it to the target's grid once, the same way for every method (Python: "
            "MedGANSynthLib.volume.geometry.resample_to; Slicer: Resample Image (BRAINS))."
        )


def _grid(volume: Volume) -> str:
    shape = "x".join(str(n) for n in volume.shape)
    spacing = "x".join(f"{s:.4g}" for s in volume.spacing)
    corner = ", ".join(f"{x:.4g}" for x in volume.affine[:3, 3])
    return f"{shape} voxels of {spacing} mm from ({corner})"


def _case(prediction: Path, target: Path, mask: Path | None, labels: Path | None) -> FileCase:
    given = [path for path in (prediction, target, mask, labels) if path is not None]
    people = {path.name: found for path in given if (found := person(path))}
    if len(set(people.values())) > 1:
        raise MedGANSynthError(
            f"{', '.join(people)} are of different people; list the files in the same order."
        )
    if prediction.resolve() == target.resolve():
        raise MedGANSynthError(
            f"{prediction.name}: is given both as prediction and as target; give two volumes."
        )
    stem = stem_of(prediction)
    return FileCase(stem, person(prediction) or stem, prediction, target, mask, labels)


def person(path: Path) -> str | None:
    """The name's BIDS entity `sub-...`, where it has one."""
    entity = re.match(r"sub-[A-Za-z0-9]+", path.name)
    return entity.group() if entity else None


def _bystem_of(files: Sequence[Path], kind: str) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for path in files:
        if stem_of(path) in named:
            raise MedGANSynthError(
                f"{path.name}: two {kind}s of that name; give one folder of each."
            )
        named[stem_of(path)] = path
    return named


def _is_folder_of_files(path: Path) -> bool:
    """False for a DICOM folder, which is one volume."""
    return path.is_dir() and bool(_volumes(path))


def _volumes(folder: Path) -> list[Path]:
    return sorted(
        p for p in folder.iterdir() if p.name.lower().endswith(SUFFIXES) and p.name[0] != "."
    )


def expand(paths: Sequence[Path]) -> list[Path]:
    """The volumes that files and folders of files stand for; a DICOM folder is one volume."""
    found = []
    for path in paths:
        found += _volumes(path) if _is_folder_of_files(path) else [path]
    return found
