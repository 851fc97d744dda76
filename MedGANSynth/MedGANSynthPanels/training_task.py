"""Trainings as the scripting API starts them: `logic.train` and what belongs to it."""

import os
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib import schema, tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.refusals import refuse_other_files

from . import run_list, trainer
from .errors import PanelError
from .paths import is_file, needed, typed_preset
from .presets import as_settings
from .training_run import TrainingRun


def train_task(
    preset: str, data: str | Path | None, out: str | Path, settings: Any, device: str
) -> tasks.Train:
    """The Task whose command is shown and run; its paths are absolute.

    Raises:
        PanelError: something is no path, no name or no setting.
    """
    if not isinstance(data, str | os.PathLike | None):
        text = _("A training takes the path of a data list; the result of check_training names it.")
        raise PanelError(text)
    return tasks.Train(
        preset=typed_preset(preset),
        data=None if data is None else needed(data),
        out=needed(out),
        set=as_settings(settings),
        device=device,
    )


def start_training(task: tasks.Train, keep: bool) -> TrainingRun:
    """Start a training, and list it.

    Raises:
        PanelError: the preset, a setting or another field is wrong, there is no such data list, or
            the folder cannot be used.
    """
    try:
        schema.from_dict(tasks.Train, schema.to_dict(task), task.command)
        load_config(task.preset, task.set)
    except MedGANSynthError as error:
        raise PanelError(str(error)) from None
    if task.data is not None and not is_file(task.data):
        text = _("{path} is no data list (a JSON file); check_training writes one.")
        raise PanelError(text.format(path=task.data))
    folder = Path(task.out)
    if TrainingRun(folder).alive:
        text = _("{name} is being trained already; wait for it, or stop it first.")
        raise PanelError(text.format(name=folder.name))
    try:
        refuse_other_files(folder)
    except MedGANSynthError as error:
        raise PanelError(str(error)) from None
    process = trainer.start(task)
    run_list.add(run_list.Listed(folder, keep, os.getpid(), process))
    return TrainingRun(folder, process)
