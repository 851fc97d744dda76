"""What follows from the settings of the Train page: the Run folder, the data, the command."""

import os
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib import tasks

from .data_check import DATA, LIST
from .errors import PanelError
from .folders import writing_problem
from .paths import typed
from .presets import split
from .train_form import TrainForm
from .train_settings import TrainOn
from .training_run import REQUEST
from .training_task import train_task

LONGEST = 200
"""Bytes of a folder's name, with room for what is put behind it."""


class TrainChosen:
    """Made anew whenever it is asked for.

    Attributes:
        settings: those of the page.
        parent: the folder of the Run folder.
        out: the Run folder.
    """

    def __init__(self, settings, form: TrainForm) -> None:
        self.settings, self._form = settings, form
        self.parent = settings.parent or str(Path.home() / "MedGANSynth")
        self.out = typed(self.parent) / (settings.name.strip() or settings.preset)

    @property
    def writes(self) -> bool:
        """Whether a check writes the data list."""
        return self.settings.source not in (TrainOn.PHANTOM, TrainOn.LIST)

    def problem(self) -> str | None:
        """Why neither a check nor a training can begin."""
        return self._form.missing(self.settings) or self._taken()

    def data(self) -> Any:
        """As `DataCheck.start` takes it.

        Raises:
            PanelError: it cannot be named yet.
        """
        return self._form.data(self.settings)

    def key(self) -> tuple | None:
        """All that a check depends on; None where the data cannot be named yet."""
        s = self.settings
        if self._form.missing(s):
            return None
        try:
            return (s.preset, s.settings, s.device, s.validation, self.out, self.data())
        except PanelError:
            return None

    def task(self, result: dict[str, Any] | None) -> tasks.Train | None:
        """The training; `result` is the check's, if there was one."""
        s = self.settings
        if self._form.missing(s):
            return None
        if result is not None:
            data = result["data"]
        elif self.writes:
            data = str(self.out / DATA / LIST)
        else:
            data = s.listFile if s.source == TrainOn.LIST else None
        return train_task(s.preset, data, self.out, split(s.settings), s.device)

    def _taken(self) -> str | None:
        name = self.settings.name.strip()
        if len(os.fsencode(name)) > LONGEST:
            return _("Give a shorter name")
        if name in (".", "..") or any(mark in name for mark in "/\\:"):
            return _("Give a name without slashes or colons; the folder is chosen below it")
        if (self.out / "checkpoints").exists() or (self.out / REQUEST).exists():
            return _("There is a training of that name already; choose another name, or resume it")
        return writing_problem(self.out)
