"""For scripts: wait for a run while Slicer's window stays alive."""

import sys
import time
from collections.abc import Callable

import slicer
from slicer.i18n import tr as _

from .errors import PanelError


class Waiting:
    """Listens to a run, and passes on what it hears.

    What the script's own listener raises is shown once, and ends nothing.

    Raises:
        PanelError: the listener cannot be called.
    """

    def __init__(self, listener: Callable[[dict], None] | None = None):
        if listener is not None and not callable(listener):
            raise PanelError(_("The listener has to be a function of one argument, the event."))
        self.listener = listener
        self._has_raised = False
        self.last: dict = {}

    def hear(self, event: dict) -> None:
        """To be given to the run as its listener."""
        self.last = event
        if self.listener is None:
            return
        try:
            self.listener(event)
        except Exception:
            if not self._has_raised:
                self._has_raised = True
                sys.excepthook(*sys.exc_info())

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
