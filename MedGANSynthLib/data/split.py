"""Splitting people into training, validation and test."""

import dataclasses
import hashlib
from collections.abc import Iterable
from pathlib import Path

from ..errors import MedGANSynthError
from ..schema import read_json
from ..wording import counted
from .datalist import SPLITS


@dataclasses.dataclass(frozen=True)
class SplitFile:
    """A split by hand: JSON with lists of subjects."""

    training: tuple[str, ...]
    validation: tuple[str, ...] = ()
    test: tuple[str, ...] = ()


def by_share(subjects: Iterable[str], validation: float, test: float, seed: int) -> dict[str, str]:
    """Subject -> split, at random.

    People are ordered by a hash of seed and name, so the split does not depend on the order of
    files or the version of any library. A share above 0 gives at least one person.

    Raises:
        MedGANSynthError: shares that are no shares or leave nobody for training.
    """
    for name, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise MedGANSynthError(f"--{name} must be at least 0 and below 1, not {share:g}.")
    people = sorted(set(subjects), key=lambda s: hashlib.sha256(f"{seed} {s}".encode()).digest())
    counts = [max(1, round(share * len(people))) if share else 0 for share in (validation, test)]
    if len(people) <= sum(counts):
        kept = [(n, c) for n, c in zip(("validation", "test"), counts, strict=True) if c]
        wanted, lower = [f"{c} in {n}" for n, c in kept], [f"--{n}" for n, _ in kept]
        few = f"{counted(len(people), 'person')} {'is' if len(people) == 1 else 'are'} too few"
        raise MedGANSynthError(
            f"{few} for {' and '.join(wanted)}; add people, or lower {' and '.join(lower)}."
        )
    names = ["validation"] * counts[0] + ["test"] * counts[1]
    names += ["training"] * (len(people) - len(names))
    return dict(zip(people, names, strict=True))


def by_file(subjects: Iterable[str], path: Path) -> dict[str, str]:
    """Subject -> split, as a split file says; people whom it does not name are left out.

    Raises:
        MedGANSynthError: not a split file, a person twice, a person without images.
    """
    content, subjects = read_json(SplitFile, path), set(subjects)
    made: dict[str, str] = {}
    for split in SPLITS:
        for subject in getattr(content, split):
            if subject in made:
                raise MedGANSynthError(
                    f"{path.name}: {subject} is named in {made[subject]} and again in {split}; "
                    "name every person once."
                )
            if subject not in subjects:
                raise MedGANSynthError(
                    f"{path.name}: {split} names {subject}, of whom no image was found; check "
                    "the spelling or remove the name."
                )
            made[subject] = split
    return made
