"""The worker process, as the panels see it: hand in a Task, hear its events.

`WorkerClient` starts `medgansynth worker` when there is work, keeps it warm, and answers for it
when it crashes, talks nonsense or falls silent. The worker's protocol is described in
`MedGANSynthLib/worker.py`. The client sends one Task at a time, so that a crash costs one Task.
"""

import contextlib
import json
from collections import deque
from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.schema import from_dict
from MedGANSynthLib.tasks import TASKS

from . import temporary
from .child import Child, library_command
from .errors import PanelError
from .panel_words import in_the_panel
from .paths import check_absolute
from .signal import call_safely

Listener = Callable[[dict[str, Any]], None]

SILENCE_S = 300
"""A Task, or the start, that says nothing for so long hangs."""
LOG_LINES = 200
_TAIL_LINES = 100
_PUSH_MS, _FORCE_MS = 500, 1600


class Job:
    """One Task that was handed in; `open` until its listener has heard `done` or `error`."""

    def __init__(self, client: "WorkerClient", number: int, line: bytes, listener: Listener):
        self.id = str(number)
        self.line = line
        self.open = True
        self.cancelled = False
        self.listener = listener
        self._client = client

    def cancel(self) -> None:
        """End it; its `error` event, with `cancelled` true, comes within two seconds."""
        if self.open and not self.cancelled:
            self.cancelled = True
            self._client._cancel(self)


class WorkerClient:
    """The one worker process. All listeners are called on the GUI thread.

    Events are those of the worker (`event`: "progress", "warning", "metric", "preview", "done",
    "error"). An `error` has `text` (one sentence), `cancelled` and, if the process itself failed,
    `log`: the last lines of what it printed.
    """

    def __init__(self, command: list[str] | None = None, silence_s: int = SILENCE_S) -> None:
        self._command = command
        self._silence_s = silence_s
        self._lines: deque[str] = deque(maxlen=LOG_LINES)
        self._queue: deque[Job] = deque()
        self._current: Job | None = None
        self._child: Child | None = None
        self._leaving: list[Child] = []
        self._ready = False
        self._number = self._silent_s = 0
        self._clock = qt.QTimer()
        self._clock.setInterval(1000)
        self._clock.connect("timeout()", self._tick)

    @property
    def log(self) -> str:
        """The last lines that the worker has printed."""
        return "\n".join(self._lines)

    @property
    def busy(self) -> bool:
        """Whether any Job is open."""
        return self._current is not None or bool(self._queue)

    def submit(self, task: str, fields: dict[str, Any], listener: Listener) -> Job:
        """Hand in a Task by its command's name; `fields` may hold paths.

        Raises:
            PanelError: a field is wrong, or a path relative; see `paths.typed`.
        """
        check_absolute(task, fields)
        plain = json.dumps(fields, default=_plain)
        _check_fields(task, plain)
        self._number += 1
        line = f'{{"id": "{self._number}", "task": {json.dumps(task)}, "fields": {plain}}}'
        job = Job(self, self._number, line.encode(), listener)
        self._queue.append(job)
        self._advance()
        return job

    def stop(self, wait: bool = True) -> None:
        """Cancel every Job and end the process.

        With `wait`, nothing of it is left on return (under two seconds); without, soon after.
        """
        jobs = self._take_all()
        child, self._child = self._child, None
        if child is not None:
            self._leaving.append(child)
            child.let_go()
        self._clock.stop()
        for job in jobs:
            job.cancelled = True
        self._end_all(jobs, _("MedGANSynth was stopped."))
        if wait:
            for child in tuple(self._leaving):
                child.end()

    def _advance(self) -> None:
        """Give the worker something to do, if it can take it."""
        if self._current is not None or not self._queue:
            return
        self._silent_s = 0
        if self._child is not None and self._child.leaving:
            self._leaving.append(self._child)
            self._child = None
        if self._child is None:
            self._start()
        elif self._ready:
            self._current = self._queue.popleft()
            self._child.write(self._current.line)

    def _start(self) -> None:
        self._ready = False
        try:
            child = Child(self._command or library_command("worker"), self._lines)
        except OSError as error:  # no room for its temporary folder
            text = str(temporary.cannot_be_used(error))
            qt.QTimer.singleShot(0, lambda: self._end_all(self._take_all(), text))
            return
        self._child = child
        child.spoke.connect(lambda: self._spoke(child))
        child.line.connect(lambda line: self._heard(child, line))
        child.ended.connect(lambda how: self._ended(child, how))
        self._clock.start()

    def _spoke(self, child: Child) -> None:
        if child is self._child:
            self._silent_s = 0

    def _heard(self, child: Child, line: bytes) -> None:
        if child is not self._child:
            return
        try:
            event = json.loads(line)
            kind = event["event"]
        except (ValueError, TypeError, KeyError, RecursionError):
            start = line[:60].decode("utf-8", "replace")
            self._fail(_("The worker process wrote what is no event: {start}").format(start=start))
            return
        if kind == "ready":
            with contextlib.suppress(KeyError, TypeError, ValueError):
                child.group = int(event["pid"])
            self._ready = True
            self._advance()
        elif self._current is not None and (
            event.get("id") == self._current.id or (kind, event.get("id")) == ("error", None)
        ):  # an error of no Task is of a line that the worker could not read
            self._pass_on(self._current, kind, event)

    def _pass_on(self, job: Job, kind: str, event: dict[str, Any]) -> None:
        if kind in ("warning", "error"):
            event["text"] = in_the_panel(event["text"])
        if kind in ("done", "error"):
            self._current = None
            if job.cancelled:
                self._end(job)
            else:
                job.open = False
                call_safely(job.listener, event)
            self._advance()
        elif not job.cancelled:
            call_safely(job.listener, event)

    def _cancel(self, job: Job) -> None:
        if job is not self._current:
            self._queue.remove(job)
            self._end(job)
            return
        child = self._child
        child.write(json.dumps({"id": job.id, "task": "cancel"}).encode())

        # It may be deaf in one long convolution: then the process has to go.
        def push() -> None:
            if job.open and child is self._child:
                child.let_go()

        def force() -> None:
            if job.open and child is self._child:
                self._fail("")

        qt.QTimer.singleShot(_PUSH_MS, push)
        qt.QTimer.singleShot(_FORCE_MS, force)

    def _tick(self) -> None:
        """Counts seconds rather than reading a clock: a suspended computer is no hang."""
        if not self.busy:
            return
        self._silent_s += 1
        if self._silent_s >= self._silence_s:
            text = _("The worker process has been silent for {seconds} s and was ended.")
            self._fail(text.format(seconds=self._silence_s))

    def _ended(self, child: Child, how: str) -> None:
        if child in self._leaving:
            self._leaving.remove(child)
        if child is self._child:
            text = _("The worker process has failed ({how}); try again, and see the log.")
            self._fail(text.format(how=how))

    def _fail(self, text: str) -> None:
        """The process is of no more use: what it did is lost, what waits gets a new one."""
        child, self._child = self._child, None
        if child.running:
            self._leaving.append(child)
            child.kill()
        if self._current is not None or not self._ready:
            # A worker that never gets ready would be started for ever.
            jobs = [self._current] if self._ready else self._take_all()
            self._current = None
            self._end_all(jobs, text)
        self._advance()

    def _take_all(self) -> list[Job]:
        jobs = [job for job in (self._current, *self._queue) if job is not None]
        self._current = None
        self._queue.clear()
        return jobs

    def _end_all(self, jobs: list[Job], text: str) -> None:
        for job in jobs:
            self._end(job, text)

    def _end(self, job: Job, text: str = "") -> None:
        """The last event of a Job that the worker has not ended itself."""
        job.open = False
        event = {"event": "error", "id": job.id, "cancelled": job.cancelled}
        if job.cancelled:
            event["text"] = text or _("Cancelled.")
        else:
            event |= {"text": text, "log": "\n".join(list(self._lines)[-_TAIL_LINES:])}
        call_safely(job.listener, event)


def _plain(value: Any) -> Any:
    """What JSON does not know: NumPy's numbers are numbers, paths are texts."""
    return value.item() if hasattr(value, "item") else str(value)


def _check_fields(task: str, plain: str) -> None:
    """Refuse what the worker would refuse, before it has to be started.

    Raises:
        PanelError: what is wrong with a field.
    """
    if task in TASKS:
        try:
            from_dict(TASKS[task], json.loads(plain), task)
        except MedGANSynthError as error:
            raise PanelError(in_the_panel(str(error))) from None
