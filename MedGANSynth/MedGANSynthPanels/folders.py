"""Folders for results: what speaks against one is said before anything is computed."""

import os
import tempfile
from pathlib import Path

from slicer.i18n import tr as _


def results_problem(out: str | os.PathLike, volumes: str | os.PathLike) -> str | None:
    """Why the results of the folder `volumes` cannot go into `out`; None if they can."""
    if not os.fspath(out):
        return _("Choose a folder for the results")
    if Path(out).resolve() == Path(volumes).resolve():
        return _("Choose another folder for the results than the volumes' own")
    return writing_problem(out)


def writing_problem(folder: str | os.PathLike) -> str | None:
    """Why nothing can be written into a folder, which need not exist yet; None if it can.

    It is tried: the rights that a folder shows are not the whole truth everywhere.
    """
    there = Path(folder).absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        text = _("{folder} cannot be written to ({reason}); choose another folder")
        return text.format(folder=there, reason=error.strerror)
    return None
