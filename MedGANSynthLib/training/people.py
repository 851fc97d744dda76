"""From a data list, or the built-in phantoms, to the people of each split."""

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..data.datalist import Case, read_datalist
from ..errors import MedGANSynthError
from ..events import Events
from ..files import file_hash
from ..schema import Name, Text

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class DataFacts:
    """What a Run remembers of its data list.

    Attributes:
        sha256: of the list; of the phantoms' description where there is none.
        file: its name, "" for phantoms.
        cases: how many by split.
    """

    sha256: Text
    file: Text
    cases: dict[Name, int]


def load_people(
    path: Path | None,
    phantoms: int,
    from_case: Callable[[Case], T | None],
    from_seed: Callable[[int], T],
    events: Events,
) -> tuple[list[T], list[T]]:
    """Training and validation people.

    Without a data list, `phantoms` of them by seed, a quarter for validation. A case of which
    `from_case` makes None is left out.

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
    count = len(listed.training)
    training, validation = (
        [person for person in part if person is not None]
        for part in (people[:count], people[count:])
    )
    if not training:
        raise MedGANSynthError(
            f"{path}: no case of the training split can be used; see the warnings."
        )
    if not validation:
        events.warning("the data list has no validation people: figures are on training people.")
    return training, validation or training[:1]


def data_facts(path: Path | None, phantoms: int) -> DataFacts:
    """Of the data list `path`; of that many phantoms where there is none.

    Raises:
        MedGANSynthError: not a data list, or an image of it is missing.
    """
    if path is None:
        text = f"phantoms {phantoms}".encode()
        return DataFacts(hashlib.sha256(text).hexdigest(), "", {})
    cases = {split: len(found) for split, found in read_datalist(path).splits().items()}
    sha256 = file_hash(path)
    return DataFacts(sha256, path.name, cases)
