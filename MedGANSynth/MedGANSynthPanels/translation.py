"""One translation, from nodes to nodes: files for the worker, its Task, and the result's way back.

No widgets. The scene is changed at the very end, and not at all if anything goes wrong.
"""

import shutil
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .asked import direction_of, in_order
from .cases import Made, VolumeCase
from .errors import PanelError
from .fitting import spoken
from .geometry import same_grid
from .lifetime import the_worker
from .marking import provenance_beside, with_settings
from .restriction import Restriction
from .sequences import SequenceCase
from .signal import call_safely
from .temporary import Temporary
from .volumes_in import read_voxels
from .volumes_out import export_inputs, make_folder

IDLE, RUNNING, CANCELLING = "idle", "running", "cancelling"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"

_LATER_MS = 2000
Listener = Callable[[dict[str, Any]], None]


class Translation(VTKObservationMixin):
    """Translates the volumes (or sequences) of one person; use it once.

    The listener hears the worker's events (`progress` with `fraction`, `eta_s`, `text`; `warning`
    with `text`; ...) and in the end exactly one `done` (`nodes`, `seconds`) or `error` (`text`,
    `cancelled`, perhaps `log`), all on the GUI thread.

    Attributes:
        state: one of the names above.
        results: the new nodes, the result itself first; empty unless `state` is DONE.
    """

    def __init__(self, worker: Any = None) -> None:
        VTKObservationMixin.__init__(self)
        self.state = IDLE
        self.results: list[Any] = []
        self._worker = worker or the_worker()
        self._job: Any = None
        self._mask: np.ndarray | None = None
        self._masked: tuple[tuple[int, int, int], np.ndarray] | None = None
        self._lost = ""
        self._told: set[str] = set()

    @property
    def open(self) -> bool:
        """Whether it has begun and not ended yet."""
        return self.state in (RUNNING, CANCELLING)

    def start(
        self,
        inputs: Any,
        model: str,
        direction: str | None = None,
        device: str = "auto",
        output: Any = None,
        restriction: Any = None,
        uncertainty: bool = False,
        listener: Listener | None = None,
    ) -> None:
        """Check everything, write the files, and hand in the Task.

        Args:
            inputs: volume nodes or sequence nodes by modality, or one node for a model of one
                input.
            model: catalogue name or package folder.
            direction: one of the model's; None is its first.
            device: "auto", "cpu", "cuda", ...
            output: a scalar volume node to fill; None makes a new one.
            restriction: a segmentation or ROI node outside which nothing synthetic is kept.
            uncertainty: also make maps of how unsure the model is.

        Raises:
            PanelError: it cannot be done; nothing has begun.
        """
        if self.state != IDLE:
            raise PanelError(_("This translation has begun already."))
        self._name, chosen = direction_of(model, direction)
        inputs = in_order(inputs, chosen)
        self._kind = spoken(chosen.output.modality)
        self._case = case_of(inputs, output)
        self._restriction = Restriction(restriction) if restriction is not None else None
        self._fields = {"model": str(model), "direction": self._name, "device": device}
        self._fields["uncertainty"] = uncertainty
        self._listener = listener or (lambda event: None)
        self._started = time.monotonic()
        try:
            self._temporary = Temporary()
        except OSError as error:
            text = _("{folder} cannot be written to ({reason}); free some disk space.")
            reason = error.strerror or error
            raise PanelError(text.format(folder=error.filename, reason=reason)) from None
        self._observe()
        try:
            self._export(0)
            self.state = RUNNING
            self._submit()
        except BaseException:
            self._tidy()
            self.state = FAILED
            raise

    def cancel(self) -> None:
        """End it; the `error` event with `cancelled` comes within two seconds."""
        if self.state == RUNNING:
            self.state = CANCELLING
            self._job.cancel()

    def _observe(self) -> None:
        scene = slicer.mrmlScene
        # Before the worker is stopped for the same reason.
        closing = slicer.vtkMRMLScene.StartCloseEvent
        self.addObserver(scene, closing, self._scene_closes, priority=1.0)
        self.addObserver(scene, slicer.vtkMRMLScene.NodeRemovedEvent, self._node_removed)

    def _scene_closes(self, *_arguments) -> None:
        self._lose(_("The scene was closed during the run, so there is no result."))

    def _node_removed(self, *_arguments) -> None:
        try:
            self._case.check()
        except PanelError as error:
            self._lose(str(error))

    def _lose(self, text: str) -> None:
        """There is nobody any more to give the result to."""
        if self.open and not self._lost:
            self._lost = text
            self.cancel()

    def _export(self, frame: int) -> None:
        """Write what goes in, and see that the restriction leaves something."""
        self._frame = frame
        self._folder = self._temporary.path / f"{frame:05}"
        nodes = self._case.nodes(frame)
        self._update_mask()
        self._files, notices = export_inputs(nodes, self._folder / "in", self._case.worlds())
        for text in notices:
            self._tell({"event": "warning", "text": text})
        make_folder(self._folder / "out")

    def _update_mask(self) -> None:
        """Once for all frames that lie on one grid, so that the restriction may go meanwhile."""
        grid = self._case.grid(self._frame)
        if self._restriction is None or (self._masked and same_grid(*grid, *self._masked)):
            return
        self._mask, self._masked = self._restriction.mask(*grid), grid

    def _submit(self) -> None:
        fields = {**self._fields, "out": str(self._folder / "out" / "result.nii")}
        if len(self._files) == 1:
            fields["inputs"] = [str(path) for path in self._files.values()]
        else:
            fields["input"] = [f"{modality}={path}" for modality, path in self._files.items()]
        self._job = self._worker.submit("translate", fields, self._heard)

    def _heard(self, event: dict[str, Any]) -> None:
        """One event of the worker."""
        if event["event"] == "error":
            self._fail(event)
        elif event["event"] != "done":
            self._tell(self._whole(event))
        else:
            try:
                self._take()
            except PanelError as error:
                self._fail({"event": "error", "text": str(error)})
            except Exception:
                self._fail({"event": "error", "text": _("Internal error; see the Python console.")})
                raise

    def _whole(self, event: dict[str, Any]) -> dict[str, Any]:
        """A frame's progress as that of all frames."""
        if event["event"] != "progress" or self._case.frames == 1:
            return event
        fraction = (self._frame + event["fraction"]) / self._case.frames
        gone = time.monotonic() - self._started
        text = _("frame {number} of {count}").format(
            number=self._frame + 1, count=self._case.frames
        )
        eta = gone * (1 - fraction) / fraction if fraction > 0 else None
        return {**event, "fraction": fraction, "eta_s": eta, "text": text}

    def _take(self) -> None:
        """A frame is done: the next one, or the end."""
        self._case.check()
        self._case.take(self._frame, self._read())
        shutil.rmtree(self._folder, ignore_errors=True)
        if self.state == CANCELLING:
            self._fail({"event": "error", "cancelled": True, "text": _("Cancelled.")})
        elif self._frame + 1 < self._case.frames:
            self._export(self._frame + 1)
            self._submit()
        else:
            self._tidy()
            self.results = self._case.finish()
            self.state = DONE
            seconds = time.monotonic() - self._started
            self._tell({"event": "done", "nodes": self.results, "seconds": seconds})

    def _read(self) -> dict[str, Made]:
        """What the library has written, by kind, the result itself first."""
        made = {}
        shape, _affine = self._case.grid(self._frame)
        for path in sorted((self._folder / "out").glob("result*.nii")):
            name = path.stem.removeprefix("result").lstrip("_")
            provenance = provenance_beside(path)
            array = read_voxels(path, shape)
            if self._mask is not None:
                low = 0.0 if name else provenance.settings.get("output_low", float(array.min()))
                array = np.where(self._mask, array, np.float32(low))
                provenance = with_settings(provenance, restriction=self._restriction.kind)
            made[f"{self._kind} {name}".strip()] = Made(array, provenance)
        return made

    def _fail(self, event: dict[str, Any]) -> None:
        self._tidy()
        cancelled = bool(event.get("cancelled")) and not self._lost
        self.state = CANCELLED if cancelled else FAILED
        self._tell({**event, "cancelled": cancelled, "text": self._lost or event["text"]})

    def _tell(self, event: dict[str, Any]) -> None:
        """To the listener; what every frame warns of, once."""
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


def case_of(inputs: dict[str, Any], output: Any) -> VolumeCase | SequenceCase:
    """Volumes, or sequences.

    Raises:
        PanelError: both kinds together; inputs or an output that cannot be used.
    """
    sequences = [node for node in inputs.values() if node.IsA("vtkMRMLSequenceNode")]
    if not sequences:
        return VolumeCase(inputs, output)
    if len(sequences) < len(inputs):
        raise PanelError(_("Choose either volumes or sequences, not both."))
    if output is not None:
        raise PanelError(_("A sequence becomes a new sequence; choose no output."))
    return SequenceCase(inputs)
