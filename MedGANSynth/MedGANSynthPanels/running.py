"""One run of a panel, from the press on the button to its last word."""

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

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

    @property
    def open(self) -> bool:
        """Whether a run goes on."""
        return self.run is not None and self.run.open

    def begin(self, text: str, start: Callable[[Callable[[dict], None]], Any]) -> None:
        """Start a run: `start(listener)` returns it.

        Raises:
            PanelError: it was refused.
        """
        self.message.clear()
        self.warnings = []
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
            self.warnings.append(event["text"])
        elif kind == "done":
            self.done(event)
            self._ended_well(event)
        elif kind == "error":
            self._ended_badly(event)

    def _ended_well(self, event: dict) -> None:
        text = event.get("text") or _("{name} is ready after {time}").format(
            name=event["nodes"][0].GetName(), time=duration(event["seconds"])
        )
        self.view.finish(text)
        failures = [row["error"] for row in event.get("rows") or [] if row.get("error")]
        others = [w for w in self.warnings if w.removeprefix("failed: ") not in failures]
        self.message.conclude(f"{text}.", failures + others)
        self.changed()

    def _ended_badly(self, event: dict) -> None:
        self.view.finish(event["text"])
        if event.get("log"):
            self.view.log(event["log"])
        tell = self.message.conclude if event.get("cancelled") else self.message.fail
        tell(event["text"], self.warnings)
        self.changed()
