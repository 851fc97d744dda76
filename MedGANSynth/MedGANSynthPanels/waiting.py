"""For scripts: wait for a run while Slicer's window stays alive."""

import time
from collections.abc import Callable

import slicer

from .errors import PanelError


class Waiting:
    """Listens to a run, and passes on what it hears."""

    def __init__(self, listener: Callable[[dict], None] | None = None):
        self.listener = listener
        self.last: dict = {}

    def hear(self, event: dict) -> None:
        """To be given to the run as its listener."""
        self.last = event
        if self.listener is not None:
            self.listener(event)

    def results(self, run) -> list:
        """The nodes that a run makes.

        Raises:
            PanelError: it failed or was cancelled.
        """
        self.end(run)
        return run.results

    def end(self, run) -> None:
        """Wait until a run has ended.

        Raises:
            PanelError: it failed or was cancelled.
        """
        while run.open:
            slicer.app.processEvents()
            time.sleep(0.005)
        if self.last.get("event") == "error":
            raise PanelError(self.last["text"])
