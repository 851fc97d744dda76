"""A Run folder as the panel sees it: what its trainer wrote, whether it still lives, how it ended.

All is read from the files that the library documents (`MedGANSynthLib/training/run.py`), so that it
does not matter who started the trainer, or when.
"""

import contextlib
import json
import os
import re
from pathlib import Path

from slicer.i18n import tr as _

from MedGANSynthLib import machine
from MedGANSynthLib.training.refusals import lock_holder

from .errors import PanelError

NEW, STARTING, RUNNING, STOPPING = "new", "starting", "running", "stopping"
STOPPED, FINISHED, FAILED = "stopped", "finished", "failed"
ALIVE = (STARTING, RUNNING, STOPPING)

REQUEST, LOG = "request.json", "trainer.log"
_FULL = 20 * 2**20
_TAIL = 20_000
_CRASH = re.compile(r"error|exception|killed|fault|abort|signal", re.IGNORECASE)
"""In a last line that says why a trainer died, unlike figures and the names of previews."""


class TrainingRun:
    """Call `look()` to bring the attributes up to date.

    Args:
        trainer: process that was started for it and may not have taken the lock yet; 0: none.

    Attributes:
        state: one of the names above.
        fraction: of the whole training, from 0 to 1.
        text: what the trainer says of its progress.
        elapsed_s: seconds at work, over all its sessions.
        left_s: seconds to go; None while nobody knows.
        memory: most bytes of the device's memory, as far as known.
        device: such as "cpu".
        caption: what a preview shows, as far as the trainer says.
        problem: why it failed, in one sentence.
    """

    def __init__(self, folder: Path, trainer: int = 0) -> None:
        self.folder, self.trainer = Path(folder), trainer
        self.stop_asked = False
        self._forget()
        self.look()

    @property
    def name(self) -> str:
        """What the list calls it."""
        return self.folder.name

    @property
    def alive(self) -> bool:
        """Whether a trainer works on it."""
        return self.state in ALIVE

    @property
    def previews(self) -> list[Path]:
        """The pictures so far, in the order of time."""
        return sorted((self.folder / "previews").glob("[0-9]*.png"))

    @property
    def has_figures(self) -> bool:
        """Whether there is anything to plot."""
        return (self.folder / "metrics.csv").exists()

    def look(self) -> None:
        """Read what is new."""
        self._read_events()
        self.state = self._find_state()
        self.problem = self._find_problem() if self.state == FAILED else ""
        if not self.alive:
            self.stop_asked = False
            self.left_s = None

    def stop(self) -> None:
        """Have the trainer write a checkpoint and end.

        Raises:
            PanelError: the folder cannot be written to.
        """
        try:
            (self.folder / "stop").touch()
        except OSError as error:
            text = _("{folder} cannot be written to ({reason}), so the training goes on.")
            raise PanelError(text.format(folder=self.folder, reason=error.strerror)) from None
        self.stop_asked = True

    def log(self) -> str:
        """The last lines that the trainer has printed."""
        try:
            with open(self.folder / LOG, "rb") as file:
                file.seek(max(0, os.path.getsize(self.folder / LOG) - _TAIL))
                return file.read().decode("utf-8", "replace").rstrip()
        except OSError:
            return ""

    def _forget(self) -> None:
        self.fraction, self.text, self.device, self.caption = 0.0, "", "", ""
        self._total = 0
        self.elapsed_s, self.left_s = 0.0, None
        self.memory: int | None = None
        self._last, self._offset = {}, 0
        self._error = ""
        self._before = self._began = self._latest = 0.0
        self._first: tuple[float, float] | None = None

    def _read_events(self) -> None:
        path = self.folder / "events.jsonl"
        try:
            if path.stat().st_size < self._offset:
                self._forget()
            with open(path, "rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError):  # half a line of a trainer that was killed
                continue

    def _take(self, event: dict) -> None:
        kind, when = event["event"], float(event["time"])
        if kind == "started":
            self._before += self._latest - self._began
            self._began, self._first = when, None
            self.device, self._total = str(event["device"]), int(event.get("images", 0))
        self._latest = when
        self.elapsed_s = self._before + max(0.0, when - self._began)  # a clock may be set back
        if kind == "progress":
            self.fraction, self.text = float(event["fraction"]), str(event["text"])
            self._first = self._first or (when, self.fraction)
            gone, done = when - self._first[0], self.fraction - self._first[1]
            self.left_s = gone * (1 - self.fraction) / done if min(gone, done) > 0 else None
        elif kind == "metric" and event.get("memory") is not None:
            self.memory = int(event["memory"])
        elif kind == "preview":
            self.caption = str(event.get("caption", ""))
        elif kind in ("started", "ended", "error"):
            self._last = event
            if kind == "ended":
                self._end(int(event["images"]), bool(event["stopped"]))

    def _end(self, seen: int, stopped: bool) -> None:
        """What it saw in all: its last word on progress was some steps ago."""
        if self._total:
            self.fraction = seen / self._total
            self.text = _("{seen} of {total} images").format(seen=seen, total=self._total)
        if not stopped:
            self.fraction = 1.0

    def _find_state(self) -> str:
        holder, elsewhere = lock_holder(self.folder)
        # Whether it lives on another computer, with which the disk is shared, is not to be known.
        locked = holder.isdigit() and (bool(elsewhere) or _at_work(int(holder)))
        if locked or (self.trainer and _at_work(self.trainer)):
            if self.stop_asked or (self.folder / "stop").exists():
                return STOPPING
            return RUNNING if locked else STARTING
        self.trainer = 0
        if self._last.get("event") == "ended" and self._requested() <= self._latest:
            return STOPPED if self._last["stopped"] else FINISHED
        if self._last or self._requested():
            return FAILED
        if self._offset:  # of a version that did not say how it ended
            return FINISHED if self.fraction == 1.0 else STOPPED
        return NEW

    def _requested(self) -> float:
        """When its trainer was last started by the module."""
        try:
            return (self.folder / REQUEST).stat().st_mtime
        except OSError:
            return 0.0

    def _find_problem(self) -> str:
        free = machine.free_disk(self.folder)
        if free is not None and free < _FULL:
            return _("The disk is full; free some space and resume.")
        if self._last.get("event") == "error" and self._requested() <= self._latest:
            return str(self._last["text"])
        lines = [line for line in self.log().splitlines() if line.strip()]
        if lines and lines[-1].startswith("medgansynth: "):
            return lines[-1].removeprefix("medgansynth: ")
        ended = _("The trainer was killed or crashed; resume it from its last checkpoint.")
        return f"{ended} {lines[-1]}" if lines and _CRASH.search(lines[-1]) else ended


def _at_work(process: int) -> bool:
    """Whether a process lives; a child of ours that has ended is let go, or it would seem to."""
    with contextlib.suppress(AttributeError, OSError, OverflowError):  # Windows; no child of ours
        os.waitpid(process, os.WNOHANG)
    return machine.lives(process)
