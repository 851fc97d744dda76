"""From a data list, or the built-in phantoms, to the people of each split."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..data.datalist import Case, read_datalist
from ..errors import MedGANSynthError
from ..events import Events

T = TypeVar("T")


def load_people(
    path: Path | None,
    phantoms: int,
    from_case: Callable[[Case], T],
    from_seed: Callable[[int], T],
    events: Events,
) -> tuple[list[T], list[T]]:
    """Training and validation people.

    Without a data list, `phantoms` of them by seed, a quarter for validation.

    Raises:
        MedGANSynthError: a file that cannot be used, by name.
    """
    if path is None:
        made = [from_seed(seed) for seed in range(phantoms)]
        cut = max(1, len(made) * 3 // 4)
        return made[:cut], made[cut:]
    listed = read_datalist(path)
    cases = [*listed.training, *listed.validation]
    if not listed.training:
        raise MedGANSynthError(f"{path}: the training split is empty; add cases to it.")
    people = []
    for number, case in enumerate(cases):
        events.progress(number / len(cases) * 0.999, f"reading {case.subject}")
        people.append(from_case(case))
    training, validation = people[: len(listed.training)], people[len(listed.training) :]
    if not validation:
        events.warning("the data list has no validation people: figures are on training people.")
    return training, validation or training[:1]


def data_hash(path: Path | None, phantoms: int) -> str:
    """SHA-256 of the data list; of the phantoms' description where there is none."""
    text = f"phantoms {phantoms}".encode() if path is None else path.read_bytes()
    return hashlib.sha256(text).hexdigest()
