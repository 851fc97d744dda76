"""One run of a panel, from the press on the button to its last word."""

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from . import consent
from .errors import PanelError
from .nodes import called, is_there
from .run_view import RunView, duration


class Running:
    """Starts a run, shows what it says, and says how it ended in the panel's message line.

    Args:
        changed: called when a run has begun or ended.
        done: called with the `done` event, before the end is shown.
    """

    def __init__(self, ui, message, changed: Callable[[], None], done: Callable[[dict], None]):
        self.view = RunView(ui)
        self.message = message
        self.changed = changed
        self.done = done
        self.run: Any = None
        self.warnings: list[str] = []
        self.start: Callable[[Callable[[dict], None]], Any] | None = None
        self.holds: Callable[[], bool] | None = None

    @property
    def open(self) -> bool:
        """Whether a run goes on."""
        return self.run is not None and self.run.open

    def begin(
        self,
        text: str,
        start: Callable[[Callable[[dict], None]], Any],
        holds: Callable[[], bool] | None = None,
    ) -> None:
        """Start a run: `start(listener)` returns it.

        Args:
            holds: whether what it says at a good end is still true; None: as long as any of the
                nodes is there that it has made.

        Raises:
            PanelError: it was refused.
        """
        self.message.clear()
        self.warnings, self.start, self.holds = [], start, holds
        self.view.start(_("Starting"))
        self.view.log(text)
        try:
            self.run = start(self.hear)
        except Exception:
            self.view.finish(_("Not started"))
            raise
        self.changed()

    def cancel(self) -> None:
        """Stop the run, if one goes on; its last event says so."""
        if self.open:
            self.run.cancel()

    def hear(self, event: dict) -> None:
        """What the run says."""
        kind = event["event"]
        if kind == "progress":
            self.view.progress(event["fraction"], event.get("eta_s"), event.get("text", ""))
        elif kind == "warning":
            self.view.log(event["text"])
            self.warnings.append(event["text"].removeprefix("failed: "))
        elif kind == "done":
            self.done(event)
            self._ended_well(event)
        elif kind == "error":
            start, self.start = self.start, None
            if event.get("gpu_too_small") and start is not None and consent.ask():
                self._start_again(start)
            else:
                self._ended_badly(event)

    def _start_again(self, start: Callable[[Callable[[dict], None]], Any]) -> None:
        try:
            self.run = start(self.hear)
        except PanelError as error:
            self._ended_badly({"event": "error", "text": str(error)})

    def _ended_well(self, event: dict) -> None:
        text = event.get("text") or _("{name} is ready after {time}").format(
            name=called(event["nodes"][0]), time=duration(event["seconds"])
        )
        self.view.finish(text)
        failures = [row["error"] for row in event.get("rows") or [] if row.get("error")]
        others = [w for w in self.warnings if w not in failures]
        tell = self.message.fail if event.get("bad") else self.message.conclude
        tell(f"{text}.", failures + others)
        self._keep(self.holds, event)
        self.changed()

    def _ended_badly(self, event: dict) -> None:
        self.view.finish(event["text"])
        if event.get("log"):
            self.view.log(event["log"])
        cancelled = event.get("cancelled")
        tell = self.message.conclude if cancelled else self.message.fail
        stopped = (cancelled or event.get("lost")) and not getattr(self.run, "results", ())
        tell(event["text"], [] if stopped else self.warnings)  # of nothing there is no more to say
        if not event.get("lost"):  # with the scene, what it made is about to go
            self._keep(None, event)
        self.changed()

    def _keep(self, holds: Callable[[], bool] | None, event: dict) -> None:
        """What is said of results goes with the last of them."""
        made = list(event.get("nodes") or getattr(self.run, "results", ()))
        if holds is not None or made:
            self.message.keep_while(holds or (lambda: any(map(is_there, made))))
