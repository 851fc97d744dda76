"""What runs from a Task to nodes share: a temporary folder, the worker's events, one last word."""

import os
import time
from collections.abc import Callable
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from . import temporary
from .errors import PanelError
from .lifetime import the_worker
from .signal import call_safely

IDLE, RUNNING, CANCELLING = "idle", "running", "cancelling"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"

_LATER_MS = 2000
Listener = Callable[[dict[str, Any]], None]


class Run(VTKObservationMixin):
    """The base of `Translation` and `Generation`; use it once.

    The listener hears the worker's events (`progress` with `fraction`, `eta_s`, `text`; `warning`
    with `text`; ...) and in the end exactly one `done` (`nodes`, `seconds`) or `error` (`text`,
    `cancelled`, `lost` where the scene cannot take the result, perhaps `log`), all on the GUI
    thread.

    Attributes:
        state: one of the names above.
        results: the new nodes.
        closed: whether the scene was closed during the run.
    """

    def __init__(self, worker: Any = None) -> None:
        VTKObservationMixin.__init__(self)
        self.state = IDLE
        self.results: list[Any] = []
        self.closed = False
        self._worker = worker or the_worker()
        self._job: Any = None
        self._lost = ""
        self._told: set[str] = set()

    @property
    def open(self) -> bool:
        """Whether it has begun and not ended yet."""
        return self.state in (RUNNING, CANCELLING)

    def cancel(self) -> None:
        """End it; the `error` event with `cancelled` comes within two seconds."""
        if self.state == RUNNING:
            self.state = CANCELLING
            self._job.cancel()

    def _check_new(self) -> None:
        if self.state != IDLE:
            raise PanelError(_("This run has begun already."))

    def _begin(self, listener: Listener | None, submit: Callable[[], None]) -> None:
        """Have a temporary folder, watch the scene, and `submit` the first Task.

        Raises:
            PanelError: it cannot begin; nothing is left of it.
        """
        self._listener = listener or (lambda event: None)
        self._started = time.monotonic()
        self._temporary = temporary.new()
        # Before the worker is stopped for the same reason.
        closing = slicer.vtkMRMLScene.StartCloseEvent
        self.addObserver(slicer.mrmlScene, closing, self._scene_closes, priority=1.0)
        try:
            self.state = RUNNING
            submit()
        except BaseException:
            self._tidy()
            self.state = FAILED
            raise

    def _scene_closes(self, *_arguments) -> None:
        self.closed = True
        self._lose(_("The scene was closed during the run, so there is no result."))

    def _lose(self, text: str) -> None:
        """There is nobody any more to give the result to."""
        if self.open and not self._lost:
            self._lost = text
            self.cancel()

    def _heard(self, event: dict[str, Any]) -> None:
        """One event of the worker."""
        if not self.open:
            return
        try:
            if event["event"] == "error":
                self._fail(event)
            elif event["event"] == "done":
                self._take(event)
            else:
                self._hear(event)
        except PanelError as error:
            self._give_up(str(error))
        except Exception:
            self._give_up(_("Internal error; see the Python console."))
            raise

    def _hear(self, event: dict[str, Any]) -> None:
        """An event before the last one of a Task."""
        self._tell(event)

    def _take(self, event: dict[str, Any]) -> None:
        """A Task is done: the next one, or `_end`."""
        raise NotImplementedError

    def _end(self, **more: Any) -> None:
        """All is done, and `results` are there."""
        self.state = DONE
        seconds = time.monotonic() - self._started
        self._tell({"event": "done", "nodes": self.results, "seconds": seconds, **more})

    def _give_up(self, text: str) -> None:
        self._fail({"event": "error", "text": text, "lost": True})
        self._job.cancel()  # nothing, if it has ended

    def _fail(self, event: dict[str, Any]) -> None:
        self._tidy()
        cancelled = bool(event.get("cancelled")) and not self._lost
        self.state = CANCELLED if cancelled else FAILED
        ended = {"cancelled": cancelled, "lost": bool(self._lost) or event.get("lost", False)}
        self._tell({**event, **ended, "text": self._lost or event["text"]})

    def _spoken(self, text: str) -> str:
        """Without temporary paths, which say nothing to the user."""
        return text.replace(f"{self._temporary.path}{os.sep}", "")

    def _tell(self, event: dict[str, Any]) -> None:
        """To the listener; what every Task warns of, once."""
        if "text" in event:
            event = {**event, "text": self._spoken(event["text"])}
        if event["event"] == "warning":
            if event["text"] in self._told:
                return
            self._told.add(event["text"])
        call_safely(self._listener, event)

    def _tidy(self) -> None:
        self.removeObservers()
        self._temporary.remove()
        # A worker that is being killed may still finish a write.
        qt.QTimer.singleShot(_LATER_MS, self._temporary.remove)
