"""Temporary folders of the module, which always go away again.

The name says which process of which computer made the folder, so that the next start of Slicer can
remove what a crash has left: volumes of patients should not lie about.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from MedGANSynthLib.machine import NAME, lives

from .errors import PanelError

_NAME = re.compile(rf"MedGANSynth-{NAME}-(\d+)-\w+")


class Temporary:
    """A new empty folder; `remove` it, or use it in a `with` statement.

    Raises:
        OSError: Slicer's temporary folder cannot be written.
    """

    def __init__(self) -> None:
        root = Path(slicer.app.temporaryPath)
        root.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(prefix=f"MedGANSynth-{NAME}-{os.getpid()}-", dir=root))

    def remove(self) -> None:
        """Remove the folder and all in it; a second time does nothing."""
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *exception: object) -> None:
        self.remove()


def new() -> Temporary:
    """A new empty folder.

    Raises:
        PanelError: Slicer's temporary folder cannot be written.
    """
    try:
        return Temporary()
    except OSError as error:
        raise cannot_be_used(error) from None


def cannot_be_used(error: OSError) -> PanelError:
    """What to say when nothing can be written into a temporary folder."""
    text = _(
        "The temporary folder cannot be written to ({folder}: {reason}); free some space there, "
        "or choose another one in Edit, Application Settings, Modules."
    )
    folder, reason = error.filename or slicer.app.temporaryPath, error.strerror or error
    return PanelError(text.format(folder=folder, reason=reason))


def remove_leftovers() -> None:
    """Remove the folders of processes of this computer that have ended."""
    try:
        folders = list(Path(slicer.app.temporaryPath).iterdir())
    except OSError:  # not there, or not ours to read
        return
    for folder in folders:
        made = _NAME.fullmatch(folder.name)
        if made and not lives(int(made[1])):
            shutil.rmtree(folder, ignore_errors=True)
