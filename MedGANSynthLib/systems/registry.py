"""Systems by name. Standard library only: a System's schemas are known without importing torch."""

import importlib
from typing import Any

from ..errors import MedGANSynthError

# name -> (module and class of the System, module and class of its objective, ... of its data)
SYSTEMS: dict[str, tuple[str, str, str]] = {
    "cyclegan": (
        "systems.cyclegan:CycleGAN",
        "systems.settings:CycleGANObjective",
        "data.settings:SlicePairs",
    ),
}


def system_schemas(name: str, where: str) -> tuple[type, type]:
    """The dataclasses of a System's `[objective]` and `[data]` tables."""
    _check(name, where)
    return _load(SYSTEMS[name][1]), _load(SYSTEMS[name][2])


def system_class(name: str) -> Any:
    """The System's class; imports torch."""
    _check(name, "system")
    return _load(SYSTEMS[name][0])


def _check(name: str, where: str) -> None:
    if name not in SYSTEMS:
        known = ", ".join(sorted(SYSTEMS))
        raise MedGANSynthError(f"{where}: unknown system {name!r}; known: {known}.")


def _load(path: str) -> Any:
    module, name = path.split(":")
    return getattr(importlib.import_module(f"..{module}", __package__), name)
