"""Many translations: volumes of the scene one after the other, or all volumes of a folder.

Both have the face of `Translation`: `open`, `results`, `cancel()`, and a listener that hears one
`done` or `error` in the end. One bad volume does not stop the others.
"""

import os
import time
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from . import consent
from .asked import check_node, named, way_of
from .errors import PanelError
from .folders import results_problem
from .lifetime import the_worker
from .nodes import called
from .panel_words import in_the_panel
from .paths import is_folder, typed
from .run import CANCELLED, CANCELLING, DONE, FAILED, IDLE, RUNNING, Listener
from .translation import Translation
from .volumes_in import check_in_scene


class NodeBatch:
    """Volume (or sequence) nodes, one translation each; results enter the scene as they come.

    Attributes:
        results: the new nodes so far.
        rows: `name`, `status` ("translated", "failed", "cancelled"), `error` and `result`, the new
            node, of each node.
    """

    def __init__(self, worker: Any = None) -> None:
        self.state = IDLE
        self.results: list[Any] = []
        self.rows: list[dict[str, Any]] = []
        self._worker = worker
        self._current: Translation | None = None
        self._too_small = False

    @property
    def open(self) -> bool:
        """Whether it has begun and not ended yet."""
        return self.state in (RUNNING, CANCELLING)

    def start(self, nodes: list, listener: Listener | None = None, **options: Any) -> None:
        """Begin with the first node.

        Args:
            options: what `Translation.start` takes beside `inputs`, `output` and `listener`.

        Raises:
            PanelError: no node, or no such model.
        """
        if not nodes:
            raise PanelError(_("No volume is chosen; check at least one."))
        nodes = nodes if isinstance(nodes, list | tuple) else [nodes]
        for node in nodes:
            check_node(node)
        if len(way_of(options["model"], options.get("direction")).inputs) != 1:
            raise PanelError(_("This model takes several volumes of one person, one by one."))
        self._todo = [(node, called(node)) for node in nodes]
        self._options = options
        self._listener = listener or (lambda event: None)
        self._started = time.monotonic()
        self.state = RUNNING
        self._next()

    def cancel(self) -> None:
        """End it; what has been made already stays."""
        if self.state == RUNNING:
            self.state = CANCELLING
            self._current.cancel()

    def _next(self) -> None:
        """Start nodes until one runs, or none is left."""
        while self.state == RUNNING and len(self.rows) < len(self._todo):
            node, _name = self._todo[len(self.rows)]
            self._current = Translation(self._worker)
            try:
                check_in_scene(node)
                self._current.start(node, listener=self._heard, **self._options)
                return
            except PanelError as error:
                self._failed(str(error))
        self._finish()

    def _heard(self, event: dict[str, Any]) -> None:
        if event["event"] == "done":
            self.results += self._current.results
            self._row("translated", result=self._current.results[0])
            self._next()
        elif event["event"] == "error":
            if event["cancelled"]:
                self._row("cancelled")
            elif self._current.closed:
                self._end_with_scene(event)
                return
            else:
                self._too_small |= event.get("gpu_too_small", False)
                self._failed(event["text"])
            self._next()
        elif event["event"] == "progress":
            self._listener(self._whole(event))
        else:
            self._listener(event)

    def _whole(self, event: dict[str, Any]) -> dict[str, Any]:
        fraction = (len(self.rows) + event["fraction"]) / len(self._todo)
        gone = time.monotonic() - self._started
        text = _("{name} ({number} of {count})").format(
            name=self._todo[len(self.rows)][1], number=len(self.rows) + 1, count=len(self._todo)
        )
        eta = gone * (1 - fraction) / fraction if fraction > 0 else None
        return {**event, "fraction": fraction, "eta_s": eta, "text": text}

    def _failed(self, text: str) -> None:
        """What a volume fails of is told with its name."""
        _node, name = self._todo[len(self.rows)]
        text = text if text.startswith(name) else f"{name}: {text}"
        self._row("failed", text)
        self._listener({"event": "warning", "text": text})

    def _row(self, status: str, error: str | None = None, result: Any = None) -> None:
        name = self._todo[len(self.rows)][1]
        self.rows.append({"name": name, "status": status, "error": error, "result": result})

    def _end_with_scene(self, event: dict[str, Any]) -> None:
        """As one translation does: nothing is left of what was made."""
        self._row("failed", event["text"])
        self.state, self.results = FAILED, []
        self._listener(event)

    def _finish(self) -> None:
        made = sum(row["status"] == "translated" for row in self.rows)
        counts = {"made": made, "count": len(self._todo)}
        text = _("{made} of {count} volumes are translated")
        if made == 1:
            text = _("{made} of {count} volumes is translated")
        text = text.format(**counts)
        if self.state == CANCELLING:
            self.state = CANCELLED
            text = _("Cancelled; {made} of {count} volumes were translated and stay.")
            if made == 1:
                text = _("Cancelled; {made} of {count} volumes was translated and stays.")
            if not made:
                text = _("Cancelled; none of {count} volumes was translated.")
            self._listener({"event": "error", "cancelled": True, "text": text.format(**counts)})
        elif made:
            self.state = DONE
            seconds = time.monotonic() - self._started
            done = {"event": "done", "nodes": self.results, "seconds": seconds, "text": text}
            self._listener({**done, "rows": self.rows})
        else:
            self.state = FAILED
            problem = self.rows[0]["error"] if len(self.rows) == 1 else f"{text}."
            too_small = {"gpu_too_small": True} if self._too_small else {}
            self._listener({"event": "error", "cancelled": False, "text": problem, **too_small})


class FolderBatch:
    """All volumes of a folder, from files to files; the scene is not involved.

    Attributes:
        rows: the library's own, see `MedGANSynthLib.inference.cohort`.
    """

    def __init__(self, worker: Any = None) -> None:
        self.state = IDLE
        self.results: list[Any] = []
        self.rows: list[dict[str, Any]] = []
        self._worker = worker
        self._job: Any = None

    @property
    def open(self) -> bool:
        """Whether it has begun and not ended yet."""
        return self.state in (RUNNING, CANCELLING)

    def start(
        self,
        folder: str | Path,
        out: str | Path,
        model: str,
        direction: str | None = None,
        device: str = "auto",
        uncertainty: bool = False,
        listener: Listener | None = None,
    ) -> None:
        """Translate the volumes of `folder` into files in `out`; those there already are kept.

        Raises:
            PanelError: no such folder or model.
        """
        way = way_of(model, direction)
        if not all(isinstance(path, str | os.PathLike) for path in (folder, out)):
            raise PanelError(_("Name the folder of the volumes, and one for the results."))
        if not is_folder(folder):
            text = _("{folder} is not a folder; choose the one that holds the volumes.")
            raise PanelError(text.format(folder=folder))
        if problem := results_problem(out, folder):
            raise PanelError(f"{problem}.")
        self._listener = listener or (lambda event: None)
        self._out = typed(out)
        fields = {
            "inputs": [str(typed(folder))],
            "out": str(self._out),
            "model": named(model),
            "direction": way.name,
            "device": device,
            "uncertainty": uncertainty,
            "cpu_fallback": consent.agreed(),
        }
        self.state = RUNNING
        self._job = (self._worker or the_worker()).submit("translate", fields, self._heard)

    def cancel(self) -> None:
        """End it; files that are finished stay."""
        if self.state == RUNNING:
            self.state = CANCELLING
            self._job.cancel()

    def _heard(self, event: dict[str, Any]) -> None:
        if event["event"] == "error":
            self.state = CANCELLED if event["cancelled"] else FAILED
            if event["cancelled"]:
                text = _("Cancelled; what is finished stays in {folder}.")
                event = {**event, "text": text.format(folder=self._out)}
        elif event["event"] == "done":
            self.state = DONE
            result = event["result"]
            self.rows = result.get("rows") or _one_row(result)
            for row in self.rows:
                row["error"] = row["error"] and in_the_panel(row["error"])
            text = _("{summary} ({folder})").format(
                summary=result["text"].rstrip("."), folder=self._out
            )
            event = {**event, "nodes": [], "rows": self.rows, "text": text}
        self._listener(event)


def _one_row(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The library tells rows of several volumes only."""
    return [
        {"case": Path(path).name, "status": "translated", "output": path, "error": None}
        for path in result["outputs"]
    ]
