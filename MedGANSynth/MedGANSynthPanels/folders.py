"""Folders for results: what speaks against one is said before anything is computed."""

import os
import tempfile
from pathlib import Path

from slicer.i18n import tr as _

from .errors import PanelError
from .paths import typed


def results_problem(out: str | os.PathLike, volumes: str | os.PathLike) -> str | None:
    """Why the results of the folder `volumes` cannot go into `out`; None if they can."""
    if typed(out) is None:
        return _("Choose a folder for the results")
    if same(out, volumes):
        return _("Choose another folder for the results than the volumes' own")
    return writing_problem(out)


def report_problem(out: str | os.PathLike) -> str | None:
    """Why a report cannot be written into the new folder `out`; None if it can."""
    if typed(out) is None:
        return _("Choose a new folder for the report")
    if os.path.lexists(typed(out)):
        return _("{folder} exists already; choose a new one").format(folder=out)
    return writing_problem(out)


def same(one: str | os.PathLike, other: str | os.PathLike) -> bool:
    """Whether two typed paths are those of the same folder, by whatever way."""
    return os.path.realpath(typed(one) or "") == os.path.realpath(typed(other) or "")


def is_empty(folder: Path) -> bool:
    """Whether nothing lies in a folder.

    Raises:
        PanelError: it is none, or it must not be looked into.
    """
    try:
        return not any(folder.iterdir())
    except PermissionError:
        text = _("{folder} cannot be looked into (no permission); choose another folder.")
    except OSError:
        text = _("{folder} is not a folder; choose one.")
    raise PanelError(text.format(folder=folder))


def writing_problem(folder: str | os.PathLike) -> str | None:
    """Why nothing can be written into a folder, which need not exist yet; None if it can.

    It is tried: the rights that a folder shows are not the whole truth everywhere.
    """
    there = typed(folder)
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    try:
        tempfile.TemporaryFile(dir=there).close()
    except FileNotFoundError:  # such as /proc, which is there and holds what the system puts there
        return _("{folder} takes no new files; choose another folder").format(folder=there)
    except OSError as error:
        text = _("{folder} cannot be written to ({reason}); choose another folder")
        return text.format(folder=there, reason=error.strerror)
    return None
