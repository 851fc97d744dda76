"""What speaks for one person twice, or for the wrong file, in a data list.

Found by content and by names, so nothing is refused: only people know.
"""

import collections
import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from ..files import file_hash
from ..wording import counted
from .datalist import DataList

TOLD = 5
"""So many sentences of a kind; the rest is counted."""
GLIMPSE = 65_536
"""Bytes that are compared before a whole file is."""

_VISIT = re.compile(
    r"(?<=.)[_-]?(ses|session|study|visit|time|tp|scan|run|v)[_-]?\d+$", re.IGNORECASE
)
"""The end of a name that counts a person's visits; it is never the whole name."""


class Doubt(NamedTuple):
    """A sentence; `grave`: what is learned from such data is worthless."""

    text: str
    grave: bool = False


class Shown(NamedTuple):
    """One image of a list."""

    split: str
    subject: str
    modality: str
    path: Path


def doubts(datalist: DataList, labels: Collection[str] = ()) -> list[Doubt]:
    """One file as two modalities or for two people, and two visits of one person in two splits.

    Args:
        labels: modalities that tell nobody, such as the mask of a template that many share.
    """
    twice, across, names = [], [], []
    for one, other in same_files(datalist, labels):
        again = f"{one.path} and {other.path} are the same file"
        if one.path == other.path:
            again = f"{one.path} is listed"
        if one.subject == other.subject and one.modality != other.modality:
            what = f"{one.subject}: its {one.modality} and its {other.modality} are the same file"
            twice.append(Doubt(f"{what}; check the folders or columns.", True))
        elif one.split != other.split:
            across.append(Doubt(f"{again} in two splits: one person twice?"))
        elif one.subject != other.subject:
            what = f"{again} for {one.subject} and for {other.subject}"
            names.append(Doubt(f"{what}: one person twice, or a wrong file?"))
    return [*_few(twice), *_few(across), *_few(names), *_few(_visits(datalist))]


def same_files(datalist: DataList, labels: Collection[str] = ()) -> Iterator[tuple[Shown, Shown]]:
    """Each image that has been in the list before, with one of the same content.

    That one is the same person's if there is such, else the first.

    Whole files are read only where size and middle are equal: this happens at every start.
    """
    images = [
        Shown(split, case.subject, modality, path)
        for split, cases in datalist.splits().items()
        for case in cases
        for modality, path in case.images.items()
        if modality not in labels and path.is_file()
    ]
    for of_one_size in _alike(images, lambda path: path.stat().st_size):
        for similar in _alike(of_one_size, _middle):
            for same in _alike(similar, file_hash):
                for count, image in enumerate(same[1:], start=1):
                    own = (s for s in same[:count] if s[:2] == image[:2])
                    yield next(own, same[0]), image


def _alike(images: list[Shown], what: Callable[[Path], object]) -> list[list[Shown]]:
    """Those that have `what` in common with another one."""
    groups = collections.defaultdict(list)
    for shown in images:
        groups[what(shown.path)].append(shown)
    return [group for group in groups.values() if len(group) > 1]


def _middle(path: Path) -> bytes:
    """Of part of a file; many scans begin with the same background."""
    with open(path, "rb") as file:
        file.seek(path.stat().st_size // 2)
        return hashlib.sha256(file.read(GLIMPSE)).digest()


def _visits(datalist: DataList) -> list[Doubt]:
    found, home = [], {}
    for split, cases in datalist.splits().items():
        for subject in dict.fromkeys(case.subject for case in cases):
            person = _VISIT.sub("", subject)
            other, where = home.setdefault(person, (subject, split))
            if where != split:
                found.append(
                    Doubt(
                        f"{other} is in {where} and {subject} in {split}: two visits of one "
                        "person? Then give --subject, a pattern for the person's part of the name."
                    )
                )
    return found


def _few(found: list[Doubt]) -> list[Doubt]:
    found = list(dict.fromkeys(found))
    if len(found) <= TOLD:
        return found
    more = counted(len(found) - TOLD, "time")
    return [*found[:TOLD], Doubt(f"So it is {more} more.", found[0].grave)]
