"""Progress and results as events. Standard library only.

Everything long takes an `Events` and calls it; who listens decides what becomes of it: JSON
lines on standard output for the Slicer module (`JsonEvents`), text on standard error for a
person (`ConsoleEvents`), nothing in library use (`Events`).

One JSON object a line, always with an `event` key: `progress` (`fraction`, `eta_s`, `text`),
`preview` (`path`), `metric` (`values`), `warning` (`text`), `done` (`outputs`), `error` (`text`). A
training also says how each of its sessions began and ended: `started` (`process`, `device`,
`images`) and `ended` (`images`, `stopped`).
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from .streams import write_line


class Events:
    """Base: drops every event. Subclasses override `emit`."""

    def __init__(self) -> None:
        self.begin()

    def begin(self, fraction: float = 0.0) -> None:
        """Extrapolate the time left from now on, where `fraction` of the task is done already."""
        self.started, self.origin = time.monotonic(), fraction

    def emit(self, event: str, **fields: Any) -> None:
        """Pass one event on."""

    def progress(self, fraction: float, text: str = "") -> None:
        """`fraction` in [0, 1] of the whole task; the time left is extrapolated from it."""
        elapsed, done = time.monotonic() - self.started, fraction - self.origin
        eta = elapsed * (1 - fraction) / done if done > 0 else None
        self.emit(
            "progress",
            fraction=round(fraction, 5),
            eta_s=None if eta is None else round(eta, 1),
            text=text,
        )

    def warning(self, text: str) -> None:
        """Something the user should know, although the work goes on."""
        self.emit("warning", text=text)

    def scaled(self, start: float, stop: float, text: str = "") -> Callable[[float], None]:
        """A callback that maps a part's own fraction into `[start, stop]` of the whole."""
        return lambda fraction: self.progress(start + (stop - start) * fraction, text)


class JsonEvents(Events):
    """One JSON object a line on `stream` (standard output by default)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self.stream = stream or sys.stdout

    def emit(self, event: str, **fields: Any) -> None:
        write_line(json.dumps({"event": event, **fields}), self.stream)


class ConsoleEvents(Events):
    """Text for a person on standard error.

    Progress with the time left is a line that is drawn over on a terminal; through a pipe or into a
    file it is a plain line now and then: first after `FIRST` seconds, then ever more seldom, at
    last every `SELDOM` seconds.
    """

    FIRST, SELDOM = 5.0, 60.0

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()
        self.line = ""
        self.pause, self.latest = self.FIRST, self.started

    def emit(self, event: str, **fields: Any) -> None:
        if event == "progress":
            if self.live:
                self._draw(_line(fields), fields["fraction"] >= 1)
            elif fields["fraction"] > 0 and time.monotonic() - self.latest >= self.pause:
                self._print(_line(fields))
                self.latest = time.monotonic()
                self.pause = min(2 * self.pause, self.SELDOM)
        elif event == "warning":
            self._print(f"warning: {fields['text']}")
        elif event in ("message", "preview", "metric"):
            self._print(fields.get("text") or str(fields.get("path") or fields.get("values")))

    def _draw(self, line: str, last: bool) -> None:
        self._write("\r" + line.ljust(len(self.line)) + ("\n" if last else ""))
        self.line = "" if last else line

    def _print(self, text: str) -> None:
        blank = "\r" + " " * len(self.line) + "\r" if self.line else ""
        self._write(f"{blank}{text}\n")
        self.line = ""

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal was closed: no reason to end the work
            self.stream.write(text)
            self.stream.flush()


class QuietEvents(ConsoleEvents):
    """Warnings alone, as text for a person."""

    def emit(self, event: str, **fields: Any) -> None:
        if event == "warning":
            super().emit(event, **fields)


class TeeEvents(Events):
    """Passes each event on to several listeners (a console and a Run's `events.jsonl`)."""

    def __init__(self, *listeners: Events) -> None:
        super().__init__()
        self.listeners = listeners

    def emit(self, event: str, **fields: Any) -> None:
        for listener in self.listeners:
            listener.emit(event, **fields)


def _line(fields: dict[str, Any]) -> str:
    eta = fields["eta_s"]
    left = "" if eta is None else f", {_duration(eta)} left"
    return f"{100 * fields['fraction']:5.1f} %{left}  {fields['text']}"[:100]


def _duration(seconds: float) -> str:
    whole = int(seconds + 0.5)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
