"""`medgansynth datalist`: from folders, a BIDS tree, a CSV file, simulations or phantoms."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import MedGANSynthError
from ..events import Events
from ..volume.write import write
from .datalist import SPLITS, Case, DataList, write_datalist
from .discover import BIDS_SUFFIXES, in_bids, in_csv, in_folders, parse_pairs, parse_subject
from .doubts import doubts
from .phantom import head_phantom
from .simulated_cases import people_in, write_simulations
from .simulation import SPACING_MM
from .split import by_file, by_share

LABELS = ("mask", "labels")
"""Modalities of which many people may share one file."""
_DESCRIPTIONS = {
    "t1": "T1-weighted",
    "t2": "T2-weighted",
    "pd": "proton density",
    "flair": "FLAIR",
    "fa": "fractional anisotropy",
    "md": "mean diffusivity",
    "pet": "amyloid-like PET",
    "mask": "brain mask",
}


def make_datalist(
    out: Path,
    folder: Sequence[str],
    bids: Path | None,
    modality: Sequence[str],
    subject: str,
    csv: Path | None,
    root: Path | None,
    phantom: int,
    simulate: Path | None,
    spacing: float | None,
    validation: float,
    test: float,
    split: Path | None,
    seed: int,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Find the cases, split them by person and write the list; images are never touched.

    Args:
        out: the list. Images below its folder are named relative to it; of images elsewhere the
            folder that holds them all is written into the list as `root`.
        folder: "MODALITY=DIR", once for each modality.
        bids: a BIDS tree; `modality` holds "MODALITY=SUFFIX".
        subject: of folders and trees whose names do not follow BIDS, a regular expression: its
            first group is the person, a second one the examination.
        csv: a table of cases, which may have a column `split`.
        root: the folder that the table's paths are relative to; None for the table's own.
        phantom: how many phantoms to write beside the list.
        simulate: a folder of label maps, of each of which images are simulated beside the list.
        spacing: voxel side of those in millimetres; None for the usual.
        validation, test: shares of the people.
        split: a split file (JSON) in place of shares.
        seed: of the split and of the phantoms.

    Raises:
        MedGANSynthError: in one sentence what cannot be used.
    """
    if out.exists() and not overwrite:
        raise MedGANSynthError(f"{out}: exists already; choose another name or pass --overwrite.")
    if modality and bids is None:
        raise MedGANSynthError("--modality names files of a BIDS tree; give --bids too.")
    if root and csv is None:
        raise MedGANSynthError("--root is the folder of a CSV's paths; give --csv too.")
    if spacing is not None and simulate is None:
        raise MedGANSynthError("--spacing is the voxel side of simulations; give --simulate too.")
    if subject and not folder and bids is None:
        raise MedGANSynthError(
            "--subject reads the names of --folder and --bids; give one of them."
        )
    people = parse_subject(subject)
    given_split: dict[str, str] = {}

    def home(subjects: Iterable[str]) -> dict[str, str]:
        """Who goes where; asked before images are written, too."""
        if split is not None:
            return by_file(subjects, split)
        return given_split or by_share(subjects, validation, test, seed)

    match [bool(folder), bids is not None, csv is not None, phantom != 0, simulate is not None]:
        case [True, False, False, False, False]:
            folders = parse_pairs(tuple(folder), "--folder")
            cases = in_folders({name: Path(place) for name, place in folders.items()}, people)
        case [False, True, False, False, False]:
            suffixes = parse_pairs(tuple(modality), "--modality") or _present(bids)
            cases = in_bids(bids, suffixes, events, people)
        case [False, False, True, False, False]:
            cases, given_split = in_csv(csv, root or csv.parent)
        case [False, False, False, True, False]:
            phantoms = _phantoms(phantom, seed)
            home(phantoms)
            cases = _write_phantoms(phantoms, out.parent, overwrite, events)
        case [False, False, False, False, True]:
            maps = people_in(simulate)
            home(maps)
            side = SPACING_MM if spacing is None else spacing
            cases = write_simulations(maps, out.parent, side, seed, overwrite, events)
        case _:
            raise MedGANSynthError(
                "Give exactly one of --folder, --bids, --csv, --phantom and --simulate."
            )
    datalist = _split(cases, home([case.subject for case in cases]), events)
    write_datalist(datalist, out, common_root(cases, out))
    for doubt in doubts(datalist, LABELS):
        events.warning(doubt.text)
    return {
        "text": f"{out}: written.",
        "rows": [_row(name, cases, datalist.modality) for name, cases in datalist.splits().items()],
        "outputs": [str(out)],
    }


def _present(bids: Path) -> dict[str, str]:
    """The usual BIDS suffixes that occur in the tree."""
    found = {
        name: suffix
        for name, suffix in BIDS_SUFFIXES.items()
        if next(bids.rglob(f"sub-*_{suffix}.nii*"), None)
    }
    if not found:
        raise MedGANSynthError(
            f"{bids}: no file is named like sub-01_T1w.nii.gz, as BIDS wants it; rename them, or "
            "name their ends with --modality t1=... t2=..."
        )
    return found


def _phantoms(number: int, seed: int) -> dict[str, int]:
    """Person -> seed."""
    if not 1 <= number <= 10_000:
        raise MedGANSynthError(f"--phantom must lie between 1 and 10000, not {number}.")
    return {f"sub-phantom{person:04}": person for person in range(seed, seed + number)}


def _write_phantoms(
    people: dict[str, int], folder: Path, overwrite: bool, events: Events
) -> list[Case]:
    cases = []
    for number, (person, seed) in enumerate(people.items()):
        events.progress(number / len(people), f"phantom {seed}")
        images = {}
        for name, volume in head_phantom(seed).items():
            if name == "labels":
                continue
            path = folder / "phantoms" / f"{person}_{name}.nii.gz"
            write(volume, path, overwrite, dtype=volume.array.dtype.name)
            images[name] = path
        cases.append(Case(person, images))
    events.progress(1.0, "phantoms written")
    return cases


def _split(cases: list[Case], home: dict[str, str], events: Events) -> DataList:
    left_out = sorted({case.subject for case in cases} - set(home))
    if left_out:
        events.warning(f"left out, being in no split: {', '.join(left_out)}.")
    names = dict.fromkeys(name for case in cases for name in case.images)
    return DataList(
        {name: _DESCRIPTIONS.get(name, name) for name in names},
        **{name: tuple(c for c in cases if home.get(c.subject) == name) for name in SPLITS},
    )


def common_root(cases: list[Case], out: Path) -> Path | None:
    """None when every image lies below the list's folder, else the folder that holds them all."""
    images = [image.resolve() for case in cases for image in case.images.values()]
    if all(image.is_relative_to(out.parent.resolve()) for image in images):
        return None
    try:
        return Path(os.path.commonpath([image.parent for image in images]))
    except ValueError:  # two drives
        raise MedGANSynthError("the images lie on different drives; bring them to one.") from None


def _row(split: str, cases: tuple[Case, ...], modality: dict[str, str]) -> dict[str, Any]:
    counts = {name: sum(name in case.images for case in cases) for name in modality}
    people = len({case.subject for case in cases})
    return {"split": split, "people": people, "cases": len(cases), **counts}
