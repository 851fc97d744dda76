"""The original files of a study: found, checked for copies and overlap, and read."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from ..data.datalist import read_datalist
from ..errors import MedGANSynthError
from ..events import Events
from ..files import file_hash
from ..volume.provenance import Provenance
from ..volume.read import read
from ..volume.volume import Volume
from ..wording import counted, listed
from .cases import Source, from_bids, from_folders, from_table, warn_of_contrasts, without
from .harmonise import straighten
from .plan import Planned


def gather(
    table: Path | None,
    real: Path | None,
    synthetic: Path | None,
    bids: Path | None,
    include: Sequence[str],
    exclude: Sequence[str],
    events: Events,
) -> list[Source]:
    """The cases of a table, of two folders or of a BIDS tree; exactly one of them is given.

    Label maps in a folder or tree are left out, and what is left out is told.
    """
    if sum((table is not None, real is not None or synthetic is not None, bids is not None)) != 1:
        raise MedGANSynthError("give one of --cases, --real with --synthetic, or --bids.")
    if table is not None:
        found = from_table(table)
    elif bids is not None:
        found = from_bids(bids)
    elif real is None or synthetic is None:
        raise MedGANSynthError("--real and --synthetic belong together; give both folders.")
    else:
        found = from_folders(real, synthetic)
    found = without(found, include, exclude, table is not None, events)
    warn_of_contrasts(found, events)
    return found


def hash_all(sources: list[Source], progress: Callable[[float], None]) -> dict[Path, str]:
    """SHA-256 of each file; the same content twice is refused."""
    hashes: dict[Path, str] = {}
    first: dict[str, Path] = {}
    for number, source in enumerate(sources):
        try:
            sha256 = file_hash(source.path)
        except OSError as error:
            raise MedGANSynthError(
                f"{source.path.name}: cannot be read ({error.strerror})."
            ) from None
        if sha256 in first:
            raise MedGANSynthError(
                f"{_place(source.path)}: has the same content as {_place(first[sha256])}; list "
                "every case once."
            )
        hashes[source.path] = sha256
        first[sha256] = source.path
        progress((number + 1) / len(sources))
    return hashes


class Copies:
    """Refuses voxels that have come before, in whichever file format."""

    def __init__(self) -> None:
        self._first: dict[bytes, Path] = {}

    def refuse(self, path: Path, volume: Volume) -> None:
        """A straightened volume; the same file may come again, as a catch case does.

        Raises:
            MedGANSynthError: another file has the same voxels.
        """
        content = hashlib.sha256(repr(volume.shape).encode() + volume.array.tobytes()).digest()
        first = self._first.setdefault(content, path)
        if first != path:
            raise MedGANSynthError(
                f"{_place(path)}: shows the same voxels as {_place(first)}; list every case once."
            )


def warn_of_left_out(sources: list[Source], planned: dict[str, Planned], events: Events) -> None:
    """Warn of cases that are in no reader's order, and of those that only became obvious fakes.

    Args:
        planned: the cases that are shown.
    """
    shown = {plan.source.path: plan for plan in planned.values()}
    whole = {plan.source.path for plan in planned.values() if not plan.made_obvious}
    out = [_place(s.path) for s in sources if s.path not in shown]
    if out:
        events.warning(
            f"{counted(len(out), 'case')} of {len(sources)} left out, to keep real and synthetic "
            f"cases in balance: {listed(out)}."
        )
    ruined = [_place(path) for path in shown if path not in whole]
    if ruined:
        events.warning(
            f"{counted(len(ruined), 'synthetic case')} shown as obvious fakes alone and not "
            f"scored: {listed(ruined)}."
        )


def _place(path: Path) -> str:
    """A file with its folder: the files of two folders may have the same names."""
    return f"{path.parent.name}/{path.name}"


def warn_of_training(
    sources: list[Source], hashes: dict[Path, str], training: Path | None, events: Events
) -> None:
    """Warn of cases that belong to people in the training split of a data list."""
    if training is None:
        return
    seen = read_datalist(training).training
    images = {file_hash(image) for case in seen for image in case.images.values()}
    subjects = {case.subject for case in seen}
    same = [s.path.name for s in sources if hashes[s.path] in images or s.subject in subjects]
    if same:
        events.warning(
            f"{counted(len(same), 'case')} of people the model was trained on "
            f"({', '.join(same[:3])}): a network may have learned them by heart."
        )


def load(source: Source) -> tuple[Volume, Provenance | None]:
    """The straightened volume, and its mark.

    Raises:
        MedGANSynthError: unreadable; marked synthetic but listed as real.
    """
    volume = read(source.path)
    if volume.provenance is not None and source.label == "real":
        raise MedGANSynthError(
            f"{source.path.name}: is listed as real but is marked synthetic; mend the list."
        )
    return straighten(volume), volume.provenance
