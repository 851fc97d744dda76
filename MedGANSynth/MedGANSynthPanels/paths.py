"""Paths as people type them, in the one form in which they are used."""

import os
import typing
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib.tasks import TASKS

from .errors import PanelError


def typed(path: str | os.PathLike | None) -> Path | None:
    """What was typed into a field or handed in by a script, as an absolute path.

    `~` is the user's home; a relative path begins in Slicer's current folder. None for nothing.

    Raises:
        PanelError: it is something else than a path.
    """
    if not isinstance(path, str | os.PathLike | None):
        text = _("A path is asked for, and this is of the type {type}; give the path as a text.")
        raise PanelError(text.format(type=type(path).__name__))
    text = os.fspath(path or "").strip()
    return Path(os.path.expanduser(text)).absolute() if text else None


def needed(path: str | os.PathLike | None) -> Path:
    """As `typed`, of a path that must be given.

    Raises:
        PanelError: it is not.
    """
    found = typed(path)
    if found is None:
        raise PanelError(_("A path is missing; name the file or the folder."))
    return found


def is_folder(path: str | os.PathLike | None) -> bool:
    """Whether such a path is a folder; a name too long for the system is none."""
    return os.path.isdir(typed(path) or "")


def is_file(path: str | os.PathLike | None) -> bool:
    """Whether such a path is a file; likewise."""
    return os.path.isfile(typed(path) or "")


def holds(folder: str | os.PathLike | None, name: str) -> bool:
    """Whether there is such a folder with a file of that name in it."""
    place = typed(folder)
    return place is not None and os.path.isfile(place / name)


def typed_preset(preset: Any) -> str:
    """A preset's name as it is; that of a TOML file as an absolute path.

    Raises:
        PanelError: it is something else than a name.
    """
    if not isinstance(preset, str | os.PathLike):
        raise PanelError(_("Name a preset of `medgansynth presets list`, or a TOML file."))
    name = os.fspath(preset)
    return str(typed(name)) if name.endswith(".toml") else name


def check_absolute(task: str, fields: dict[str, Any]) -> None:
    """Refuse a Task with a relative path: the worker's current folder is one that goes away.

    Raises:
        PanelError: which field holds one.
    """
    kinds = typing.get_type_hints(TASKS[task]) if task in TASKS else {}
    for name, value in fields.items():
        kind = kinds.get(name)
        if Path not in (kind, *typing.get_args(kind)):
            continue
        for path in value if isinstance(value, list | tuple) else [value]:
            if path is not None and not os.path.isabs(path):
                text = _("{task}: {field} is the relative path {path}; give the whole path.")
                raise PanelError(text.format(task=task, field=name, path=path or '""'))
