"""Checkpoints: tensors and plain types only, written whole, the previous one kept."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import MedGANSynthError
from ..files import whole_file
from ..models.restricted import load_restricted

LAST, PREVIOUS, BEST = "last.pt", "previous.pt", "best.pt"


def save(folder: Path, state: dict[str, Any], best: bool) -> None:
    """Write `state` as `last`; what was `last` becomes `previous`; a copy is `best` if it is.

    Raises:
        MedGANSynthError: disk full, no permission, the folder was moved away; the old checkpoints
            are intact.
    """
    last = folder / LAST
    with whole_file(last, make_folder=False) as temporary:  # of a Run that was moved: no second
        with open(temporary, "wb") as file:  # given a name, torch hides why it could not write
            torch.save(_plain(state), file)
        if last.exists():
            # `last` itself is only ever replaced by the finished new file.
            _hard_copy(last, folder / PREVIOUS)
    if best:
        _hard_copy(last, folder / BEST)


def _plain(state: Any) -> Any:
    """NumPy's numbers as Python's: the restricted reader takes no other."""
    if type(state) is dict:  # not a network's state, which has tensors alone
        return {key: _plain(value) for key, value in state.items()}
    if type(state) in (list, tuple):
        return type(state)(_plain(value) for value in state)
    return state.item() if isinstance(state, np.generic) else state


def load_latest(
    folder: Path, warn: Callable[[str], None] = lambda text: None
) -> dict[str, Any] | None:
    """The newest readable checkpoint, or None where there is none; one that is passed over is said.

    Raises:
        MedGANSynthError: there are checkpoints, but none can be read.
    """
    found, damaged = [p for p in (folder / LAST, folder / PREVIOUS) if p.exists()], []
    for path in found:
        try:
            state = load_restricted(path)
        except MedGANSynthError:
            damaged.append(path.name)
            continue
        for name in damaged:
            warn(f"{folder.parent.name}: {name} cannot be read; going on from {path.name}.")
        return state
    if found:
        raise MedGANSynthError(
            f"{folder.parent.name}: no checkpoint in it can be read; "
            "start a new run in another folder."
        )
    return None


def _hard_copy(source: Path, target: Path) -> None:
    """A second name for the same file, replacing `target` in one step."""
    with whole_file(target, make_folder=False) as temporary:
        try:
            os.link(source, temporary)
        except OSError:  # a file system without links
            temporary.write_bytes(source.read_bytes())
