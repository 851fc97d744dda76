"""Several inputs of one translation: of one person, and on one grid."""

import filecmp
import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..data.discover import stem_of
from ..errors import MedGANSynthError
from ..events import Events
from ..models.manifest import Direction
from ..volume.together import bring_together
from ..volume.volume import Volume

_LABELLED = re.compile(r"(?<![a-z0-9])(sub|ses)-([a-z0-9]+)")
_NUMBERED = re.compile(r"(?<![a-z0-9])([a-z]{2,}|[ps])[-_. ]?0*(\d+)(?![a-z0-9])")
_OF_IMAGES = {"acq", "brain", "dicom", "echo", "file", "image", "img", "reg", "run", "scan", "ser"}
_OF_IMAGES |= {"series", "slice", "vol", "volume"}
"""Words whose numbers count images, not people."""


def refuse_several_people(paths: Mapping[str, Path]) -> None:
    """Refuse files whose names number different people or sessions.

    A name tells `sub-A1` and `ses-2` as BIDS has them, and any word with its number (`patient07`,
    `case 3`, `study_1`); two names are compared by the words that both have.

    Args:
        paths: modality -> file.

    Raises:
        MedGANSynthError: with the two names and what they say.
    """
    for (one, ones), (other, others) in itertools.combinations(
        [(path, _told(path)) for path in paths.values()], 2
    ):
        for word in ones.keys() & others.keys():
            if ones[word] != others[word]:
                raise MedGANSynthError(
                    f"{one.name} and {other.name} are of different people or sessions by their "
                    f"names ({word} {ones[word]}, {word} {others[word]}); give one person's, or "
                    "rename one of them."
                )


def refuse_same_file(paths: Mapping[str, Path]) -> None:
    """Refuse one image as two modalities, under one name or two.

    Raises:
        MedGANSynthError: with the modalities and the files.
    """
    for (one, first), (other, second) in itertools.combinations(paths.items(), 2):
        if first.exists() and second.exists() and _alike(first, second):
            raise MedGANSynthError(
                f"{one} ({first.name}) and {other} ({second.name}) are the same image; give each "
                "modality its own."
            )


def _alike(first: Path, second: Path) -> bool:
    files = first.is_file() and second.is_file()
    return first.samefile(second) or (files and filecmp.cmp(first, second, shallow=False))


def _told(path: Path) -> dict[str, str]:
    """Word -> number or label that a file's name tells of whom it shows."""
    stem = stem_of(path).lower()
    numbered = {word: n for word, n in _NUMBERED.findall(stem) if word not in _OF_IMAGES}
    return numbered | dict(_LABELLED.findall(stem))


def on_one_grid(direction: Direction, volumes: Sequence[Volume], events: Events) -> list[Volume]:
    """All inputs of `direction` on the first one's grid; a warning for each that was resampled.

    Raises:
        MedGANSynthError: an input that shares no place with the first.
    """
    names = [port.modality for port in direction.inputs]
    together, notes = bring_together(dict(zip(names, volumes, strict=True)))
    for note in notes:
        events.warning(note)
    return list(together.values())
