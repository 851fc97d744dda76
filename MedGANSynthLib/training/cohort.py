"""What a System trains on and is judged by; `systems.registry` names one for each System."""

from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from torch.utils.data import Dataset

from ..events import Events
from ..systems.base import System
from .config import Config


class Judge(Protocol):
    """Validation figures and pictures of the exported networks, in evaluation mode.

    Attributes:
        caption: what `preview` shows, in one line.
    """

    caption: str

    def measure(self, networks: dict[str, nn.Module]) -> dict[str, float]:
        """Figures by name; `config.best` names the one that chooses a checkpoint."""

    def preview(self, networks: dict[str, nn.Module], path: Path) -> None:
        """Write a PNG."""


class Cohort(Protocol):
    """The people of a training as one System sees them.

    Attributes:
        items: endless training items by number.
    """

    items: Dataset

    def __init__(self, config: Config, data: Path | None, events: Events) -> None:
        """Read the data list `data`, or make phantoms where it is None."""

    def judge(self, system: System, device: torch.device) -> Judge:
        """The judge of that system's exported networks."""

    def describe(self, system: System) -> dict[str, Any]:
        """The parts of `model.json` that a training knows."""
