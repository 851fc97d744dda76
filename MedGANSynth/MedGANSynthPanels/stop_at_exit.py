"""Trainings that shall not outlive Slicer write their checkpoint when it ends."""

import slicer

from . import run_list
from .errors import PanelError


class StopAtExit:
    """Watches for the end of Slicer, whether or not the module is shown."""

    def __init__(self) -> None:
        slicer.app.connect("aboutToQuit()", self._quit)

    def stop(self) -> None:
        """Watch no longer."""
        slicer.app.disconnect("aboutToQuit()", self._quit)

    def _quit(self) -> None:
        for entry in run_list.listed():
            run = entry.run
            if entry.is_ours and not entry.keep and run.alive:
                try:
                    run.stop()
                except PanelError:
                    continue  # nobody is left to be told
