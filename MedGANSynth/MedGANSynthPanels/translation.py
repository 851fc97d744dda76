"""One translation, from nodes to nodes: files for the worker, its Task, and the result's way back.

No widgets. The scene is changed at the very end, and not at all if anything goes wrong.
"""

import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from . import consent
from .asked import check_node, in_order, named, way_of
from .cases import Made, VolumeCase
from .errors import PanelError
from .fitting import spoken
from .geometry import same_grid
from .marking import provenance_beside, with_settings
from .nifti_in import read_voxels
from .nodes import called
from .restriction import Restriction
from .run import CANCELLING, Listener, Run
from .sequences import SequenceCase
from .volumes_out import check_slices, export_inputs, make_folder


class Translation(Run):
    """Translates the volumes (or sequences) of one person; see `Run`.

    Attributes:
        results: the new nodes, the result itself first; empty unless `state` is DONE.
    """

    def __init__(self, worker: Any = None) -> None:
        Run.__init__(self, worker)
        self._names: dict[Path, str] = {}
        self._mask: np.ndarray | None = None
        self._masked: tuple[tuple[int, int, int], np.ndarray] | None = None

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
        self._check_new()
        self._way = way_of(model, direction)
        inputs = in_order(inputs, self._way.direction)
        self._kind = spoken(self._way.direction.output.modality)
        self._case = case_of(inputs, output)
        if restriction is not None:
            check_node(restriction)
        self._restriction = Restriction(restriction) if restriction is not None else None
        self._fields = {"model": named(model), "direction": self._way.name, "device": device}
        self._fields |= {"uncertainty": uncertainty, "cpu_fallback": consent.agreed()}
        removed = slicer.vtkMRMLScene.NodeRemovedEvent
        self._begin(listener, lambda: self._work(0))
        self.addObserver(slicer.mrmlScene, removed, self._node_removed)

    def _node_removed(self, *_arguments) -> None:
        try:
            self._case.check()
        except PanelError as error:
            self._lose(str(error))

    def _work(self, frame: int) -> None:
        self._export(frame)
        self._submit()

    def _export(self, frame: int) -> None:
        """Write what goes in, and see that the restriction leaves something."""
        self._frame = frame
        self._folder = self._temporary.path / f"{frame:05}"
        nodes = self._case.nodes(frame)
        # A sequence is one thing to the user: what all frames warn of is told once, and of it.
        names = {m: called(node) for m, node in self._case.inputs.items()}
        for modality, node in nodes.items():
            check_slices(node, self._way, names[modality])
        self._update_mask()
        folder, worlds = self._folder / "in", self._case.worlds()
        self._files, notices = export_inputs(nodes, folder, worlds, names)
        self._names = {path: names[m] for m, path in self._files.items()}
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

    def _spoken(self, text: str) -> str:
        """The nodes' names in place of their files'."""
        names = {**self._names, self._folder / "out" / "result.nii": _("the result")}
        for path, name in names.items():
            text = text.replace(str(path), name).replace(path.name, name)
        return Run._spoken(self, text)

    def _hear(self, event: dict[str, Any]) -> None:
        self._tell(self._whole(event))

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

    def _take(self, _event: dict[str, Any]) -> None:
        """A frame is done: the next one, or the end."""
        self._case.check()
        self._case.take(self._frame, self._read())
        shutil.rmtree(self._folder, ignore_errors=True)
        if self.state == CANCELLING:
            self._fail({"event": "error", "cancelled": True, "text": _("Cancelled.")})
        elif self._frame + 1 < self._case.frames:
            self._work(self._frame + 1)
        else:
            self._tidy()
            self.results = self._case.finish()
            for text in self._case.notices():
                self._tell({"event": "warning", "text": text})
            self._end()

    def _fail(self, event: dict[str, Any]) -> None:
        is_of_frame = not (event.get("cancelled") or event.get("lost"))
        if self._case.frames > 1 and is_of_frame:
            text = _("frame {number} of {count}: {problem}").format(
                number=self._frame + 1, count=self._case.frames, problem=event["text"]
            )
            event = {**event, "text": text}
        Run._fail(self, event)

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
