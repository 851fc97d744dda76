"""Which Run folders the panel lists, kept from one session of Slicer to the next."""

import dataclasses
import json
import os
from pathlib import Path

import qt

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.schema import from_dict, to_dict

from .training_run import TrainingRun

KEY = "MedGANSynth/Runs"


@dataclasses.dataclass(frozen=True)
class Listed:
    """One of them.

    Attributes:
        keep: whether its trainer goes on when Slicer ends.
        slicer: process of the Slicer that has started the trainer; 0: none has.
        trainer: process of the trainer.
    """

    folder: Path
    keep: bool = True
    slicer: int = 0
    trainer: int = 0

    @property
    def is_ours(self) -> bool:
        """Whether this Slicer has started the trainer."""
        return self.slicer == os.getpid()

    @property
    def run(self) -> TrainingRun:
        """What its folder tells; an older process's number may by now be another's."""
        return TrainingRun(self.folder, self.trainer if self.is_ours else 0)


def listed() -> list[Listed]:
    """All that are still there, the latest first."""
    try:
        plain = json.loads(qt.QSettings().value(KEY) or "[]")
        found = [from_dict(Listed, entry, KEY) for entry in plain]
    except (TypeError, ValueError, MedGANSynthError):
        return []
    return [entry for entry in found if entry.folder.is_dir()]


def add(entry: Listed) -> None:
    """List a Run first; what was known of its folder is replaced."""
    others = [other for other in listed() if other.folder != entry.folder]
    _write([entry, *others])


def remove(folder: Path) -> None:
    """List it no longer; its files stay."""
    _write([entry for entry in listed() if entry.folder != folder])


def _write(entries: list[Listed]) -> None:
    qt.QSettings().setValue(KEY, json.dumps([to_dict(entry) for entry in entries]))
