"""Trainings as the scripting API starts them: `logic.train` and what belongs to it."""

import os
from pathlib import Path

from slicer.i18n import tr as _

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.training.config import load_config

from . import run_list, trainer
from .errors import PanelError
from .paths import needed, typed_preset
from .training_run import TrainingRun


def train_task(
    preset: str, data: str | Path | None, out: str | Path, settings: tuple[str, ...], device: str
) -> tasks.Train:
    """The Task whose command is shown and run; its paths are absolute."""
    return tasks.Train(
        preset=typed_preset(preset),
        data=None if data is None else needed(data),
        out=needed(out),
        set=tuple(settings),
        device=device,
    )


def start_training(task: tasks.Train, keep: bool) -> TrainingRun:
    """Start a training, and list it.

    Raises:
        PanelError: the preset or a setting is wrong, or the folder cannot be used.
    """
    try:
        load_config(task.preset, task.set)
    except MedGANSynthError as error:
        raise PanelError(str(error)) from None
    folder = Path(task.out)
    if TrainingRun(folder).alive:
        text = _("{name} is being trained already; wait for it, or stop it first.")
        raise PanelError(text.format(name=folder.name))
    process = trainer.start(task)
    run_list.add(run_list.Listed(folder, keep, os.getpid(), process))
    return TrainingRun(folder, process)
