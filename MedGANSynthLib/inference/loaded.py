"""Packages and networks that stay loaded between tasks, in a process that asks for it.

`medgansynth worker` does: its second translation with a model neither opens the package again nor
loads the network. Everywhere else nothing is kept.
"""

import dataclasses
from pathlib import Path

import torch
from torch import nn

from ..models import package as packages
from ..models.catalogue import MANIFEST, WEIGHTS, find
from ..models.package import Package
from ..networks.fold import folded
from ..networks.layout import placed


@dataclasses.dataclass
class Shelf:
    """The last package, while its files stay as they were, and its networks on the last device."""

    stamp: tuple[object, ...] = ()
    package: Package | None = None
    device: torch.device | None = None
    networks: dict[str, nn.Module] = dataclasses.field(default_factory=dict)


_shelf: Shelf | None = None
_loads = 0


def keep_last() -> None:
    """From now on the last package and its networks stay in memory."""
    global _shelf
    _shelf = Shelf()


def forget() -> None:
    """Give back the memory of what is kept."""
    if _shelf is not None:
        keep_last()


def loads() -> int:
    """How many networks this process has read from disk."""
    return _loads


def release_gpu() -> None:
    """Leave the GPU memory that is not in use to other programs."""
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def open_package(name_or_path: str | Path) -> Package:
    """`models.package.open_package`, or the package that is kept if its files did not change.

    Raises:
        MedGANSynthError: no such package (any more), or what is wrong with it.
    """
    path = find(name_or_path)
    stamp = _stamp(path)
    if _shelf is not None and _shelf.package is not None and _shelf.stamp == stamp:
        return _shelf.package
    forget()
    package = packages.open_package(path)
    if _shelf is not None:
        _shelf.stamp, _shelf.package = stamp, package
    return package


def load_network(package: Package, name: str, device: torch.device) -> nn.Module:
    """The network in evaluation mode, folded and laid out so that it computes fastest.

    Raises:
        MedGANSynthError: no such network, or weights that do not fit.
    """
    global _loads
    kept = _shelf if _shelf is not None and _shelf.package is package else None
    if kept is not None and kept.device == device and name in kept.networks:
        return kept.networks[name]
    if kept is not None and kept.device != device:
        kept.device, kept.networks = device, {}
    network = placed(folded(package.load_network(name, device)), device)
    _loads += 1
    if kept is not None:
        kept.networks[name] = network
    return network


def _stamp(path: Path) -> tuple[object, ...]:
    """What changes when somebody replaces the package at `path`."""
    files = [path / MANIFEST, path / WEIGHTS] if path.is_dir() else [path]
    facts: list[object] = [path.absolute()]
    for file in files:
        if file.is_file():  # what is missing, `open_package` says
            status = file.stat()
            facts += [status.st_mtime_ns, status.st_size, status.st_ino]
    return tuple(facts)
