"""Starts the library's trainer as a process of its own, which outlives panel, module and Slicer."""

import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import slicer
from slicer.i18n import tr as _

import MedGANSynthLib
from MedGANSynthLib import schema, tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.tasks.words import words

from .errors import PanelError
from .training_run import LOG, REQUEST

_started: list[subprocess.Popen] = []


@dataclasses.dataclass(frozen=True)
class Request:
    """What `request.json` of a Run folder holds, in the worker's own form."""

    task: Literal["train"]
    fields: dict[str, Any]


def command_of(task: tasks.Train) -> list[str]:
    """The command, to be run in the folder that holds the library."""
    return [_python(), "-m", "MedGANSynthLib", *words(task)]


def command_text(task: tasks.Train) -> str:
    """The same as a line for a terminal."""
    command, library = command_of(task), str(_library())
    if sys.platform == "win32":
        return f'cd /d "{library}" && {subprocess.list2cmdline(command)}'
    return f"cd {shlex.quote(library)} && {shlex.join(command)}"


def start(task: tasks.Train) -> int:
    """Start (or resume) a training; its process id.

    Raises:
        PanelError: the Run folder cannot be written to, or Python cannot be started.
    """
    folder = Path(task.out)
    request = {"task": "train", "fields": schema.to_dict(task)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REQUEST).write_text(json.dumps(request, indent=1), encoding="utf-8")
        with open(folder / LOG, "wb") as log:
            process = subprocess.Popen(
                command_of(task),
                cwd=_library(),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                creationflags=_detached(),
            )
    except OSError as error:
        text = _("{file} cannot be used ({reason}); choose another folder.")
        name = error.filename or folder
        raise PanelError(text.format(file=name, reason=error.strerror or error)) from None
    _started.append(process)  # else Python complains that nobody waits for it
    return process.pid


def request_of(folder: Path) -> tasks.Train:
    """What was started in a Run folder.

    Raises:
        PanelError: it was not started from here.
    """
    try:
        request = schema.read_json(Request, folder / REQUEST)
        return schema.from_dict(tasks.Train, request.fields, REQUEST)
    except MedGANSynthError:
        text = _("{name} was not started in Slicer; resume it with its own command.")
        raise PanelError(text.format(name=folder.name)) from None


def _python() -> str:
    """Slicer's launcher of Python, which a user can type too; outside of Slicer, Python."""
    return shutil.which("PythonSlicer") or sys.executable


def _library() -> Path:
    return Path(MedGANSynthLib.__file__).resolve().parents[1]


def _environment() -> dict[str, str]:
    """That of Slicer's own start, which its launcher of Python expects."""
    if shutil.which("PythonSlicer"):
        return dict(slicer.util.startupEnvironment())
    return dict(os.environ)


def _detached() -> int:
    names = ("DETACHED_PROCESS", "CREATE_NEW_PROCESS_GROUP")
    return sum(getattr(subprocess, name, 0) for name in names)
