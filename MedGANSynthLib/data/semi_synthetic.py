"""`medgansynth cine warp`: heart cycles made of end-diastolic and end-systolic frames."""

import hashlib
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MedGANSynthError
from ..events import Events
from ..files import file_hash
from ..volume.finished import finished
from ..volume.frames import SUNNYBROOK, pixels_as_mm, place_and_phase, read_png
from ..volume.provenance import Provenance, Source
from ..volume.volume import Volume
from ..volume.write import write
from .beating import Frame, semi_synthetic_cycle
from .datalist import SPLITS, Case, DataList, write_datalist
from .split import by_file, by_share

MODEL = "semi-synthetic-cycles"
"""The name under which such cycles are marked."""

_CONTOUR = 127


def make_cycles(
    images: Path,
    masks: Path,
    outer: Path | None,
    out: Path,
    frames: int,
    side: int,
    validation: float,
    split: Path | None,
    seed: int,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Write one semi-synthetic cycle and its mask for each slice with two frames, and a data list.

    The frame with the larger ventricle counts as end diastole. Files are marked synthetic and name
    the two frames that they are made of. Cycles that are there already are not made again.

    Args:
        images, masks: folders of 8-bit PNGs with Sunnybrook names, which agree; masks of the left
            ventricle's blood.
        outer: the same with its muscle, for some frames.
        out: folder of the cycles and `data.json`.
        side: pixels of the square round the ventricle that is kept.
        validation, split, seed: as in `medgansynth datalist`.

    Raises:
        MedGANSynthError: no slice with two frames and masks, files that cannot be used.
    """
    if not 2 <= frames <= 256:
        raise MedGANSynthError(f"--frames {frames}: must be from 2 to 256.")
    if not 16 <= side <= 1024:
        raise MedGANSynthError(f"--side {side}: must be from 16 to 1024.")
    for name, folder in (("--images", images), ("--masks", masks), ("--outer", outer)):
        if folder is not None and not folder.is_dir():
            raise MedGANSynthError(f"{folder}: is not a folder; check {name}.")
    pairs = _pairs(images, masks)
    if not pairs:
        raise MedGANSynthError(
            f"{images}: no slice has two frames with masks in {masks}; names must be Sunnybrook's, "
            "such as SC-N-03-IM-0001-0280.png."
        )
    people = [person for person, *_ in pairs]
    home = by_file(people, split) if split else by_share(people, validation, 0.0, seed)
    cases: dict[str, list[Case]] = defaultdict(list)
    for number, (person, place, names) in enumerate(pairs):
        events.progress(number / len(pairs), f"{person}, slice {place}")
        if person not in home:
            continue
        stem = f"{person}_slice{place:02d}"
        paths = {kind: out / f"{stem}_{kind}.nii.gz" for kind in ("cine", "mask")}
        marks = _marks([images / name for name in names], masks, outer, frames, side)
        if overwrite or not finished(dict.fromkeys(paths.values(), marks)):
            cycle = _cycle([images / name for name in names], masks, outer, frames, side)
            for kind, array in cycle.items():
                volume = Volume(array, pixels_as_mm(), kind, marks)
                write(volume, paths[kind], overwrite=True, dtype="uint8")
        cases[home[person]].append(Case(person, paths))
    kinds = {"cine": "semi-synthetic heart cycle", "mask": "left ventricle"}
    listed = DataList(kinds, **{name: tuple(cases[name]) for name in SPLITS})
    write_datalist(listed, out / "data.json", description="Cycles warped between two real frames.")
    events.progress(1.0, "done")
    made = sum(len(split_cases) for split_cases in cases.values())
    text = f"{out}: {made} semi-synthetic cycles of {len(home)} people, and data.json."
    return {"text": text, "outputs": [str(out / "data.json")], "cycles": made}


def _pairs(images: Path, masks: Path) -> list[tuple[str, int, tuple[str, str]]]:
    """Person, slice and the two file names."""
    slices = defaultdict(list)
    for path in sorted(images.glob("*.png")):
        match = SUNNYBROOK.fullmatch(path.name)
        if match and (masks / path.name).is_file():
            person = re.sub(r"[^A-Za-z0-9._-]", "-", match["person"]) or "person"
            slices[person, place_and_phase(match)[0]].append(path.name)
    return [
        (person, place, tuple(names))
        for (person, place), names in sorted(slices.items())
        if len(names) == 2
    ]


def _cycle(
    paths: list[Path], masks: Path, outer: Path | None, frames: int, side: int
) -> dict[str, np.ndarray]:
    """Cycle and mask `[i, j, 1, t]`, uint8."""
    arrays = []
    for path in paths:
        found = [read_png(path), read_png(masks / path.name) > _CONTOUR]
        drawn = outer is not None and (outer / path.name).is_file()
        found.append(read_png(outer / path.name) > _CONTOUR if drawn else None)
        if any(a is not None and a.shape != found[0].shape for a in found):
            raise MedGANSynthError(f"{path.name}: its mask has another size; mend the files.")
        if not found[1].any():
            raise MedGANSynthError(f"{path.name}: its mask is empty; remove the frame.")
        if side > min(found[0].shape):
            raise MedGANSynthError(
                f"--side {side}: {path.name} has {' x '.join(map(str, found[0].shape))} pixels; "
                "take fewer."
            )
        arrays.append(found)
    arrays.sort(key=lambda found: -found[1].sum())
    if arrays[0][0].shape != arrays[1][0].shape:
        raise MedGANSynthError(f"{paths[0].name} and {paths[1].name}: differ in size.")
    window = _window(arrays[0][1], side)
    ed, es = (
        Frame(*(None if a is None else np.ascontiguousarray(a[window]) for a in found))
        for found in arrays
    )
    cycle, mask = semi_synthetic_cycle(ed, es, frames)
    kinds = {"cine": np.clip(np.rint(cycle), 0, 255), "mask": mask}
    return {kind: array.astype(np.uint8)[:, :, None] for kind, array in kinds.items()}


def _marks(
    paths: list[Path], masks: Path, outer: Path | None, frames: int, side: int
) -> Provenance:
    """What a cycle follows from."""
    drawn = [folder / path.name for folder in (masks, outer) if folder for path in paths]
    used = [*((p, "cine") for p in paths), *((p, "mask") for p in drawn if p.is_file())]
    return Provenance(
        MODEL,
        hashlib.sha256(b"").hexdigest(),
        inputs=tuple(Source(file_hash(path), kind) for path, kind in used),
        settings={"frames": frames, "side": side, "weights": "none"},
    )


def _window(inside: np.ndarray, side: int) -> tuple[slice, slice]:
    """The square round the mask, moved to lie in the image."""
    window = []
    for place, length in zip(np.nonzero(inside), inside.shape, strict=True):
        start = min(max(round(float(place.mean()) - side / 2), 0), length - side)
        window.append(slice(start, start + side))
    return tuple(window)
