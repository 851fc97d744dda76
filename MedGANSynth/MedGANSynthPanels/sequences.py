"""4D: a sequence, frame by frame, into a new sequence with the same index values and units."""

import numpy as np
import slicer
from slicer.i18n import tr as _

from .browsers import proxy_of
from .cases import Made
from .errors import PanelError
from .geometry import ijk_to_ras, ras_to_world, shape_of
from .made_sequences import browse, enter_scene, new_frame
from .marking import mark
from .names import result_name
from .nodes import called
from .volumes_in import check_in_scene, enter_hierarchy, is_in_scene, show_window
from .volumes_out import check_volume


class SequenceCase:
    """Sequences of volumes by modality, to a new sequence with a browser; see `VolumeCase`.

    Raises:
        PanelError: a frame that cannot be translated; sequences of different lengths.
    """

    def __init__(self, inputs: dict):
        self.inputs = inputs
        self.first = next(iter(inputs.values()))
        self.name = called(self.first)
        self.frames = self.first.GetNumberOfDataNodes()
        for sequence in inputs.values():
            check_in_scene(sequence)
            if sequence.GetNumberOfDataNodes() == 0:
                text = _("{name} has no frames; load it again or choose another.")
                raise PanelError(text.format(name=called(sequence)))
            if sequence.GetNumberOfDataNodes() != self.frames:
                text = _("{name} has {count} frames, {first} has {frames}; choose equally many.")
                raise PanelError(
                    text.format(
                        name=called(sequence),
                        count=sequence.GetNumberOfDataNodes(),
                        first=self.name,
                        frames=self.frames,
                    )
                )
            for frame in range(self.frames):
                check_volume(sequence.GetNthDataNode(frame))
        self._worlds = {
            modality: np.eye(4) if proxy_of(node) is None else ras_to_world(proxy_of(node))
            for modality, node in inputs.items()
        }
        self._made: dict[str, object] = {}
        self._first_made: dict[str, Made] = {}

    def check(self) -> None:
        """Raises PanelError if a sequence has gone or has other frames now."""
        for sequence in self.inputs.values():
            if not is_in_scene(sequence):
                text = _("{name} was removed during the run, so there is nothing to lay it on.")
                raise PanelError(text.format(name=self.name))
            if sequence.GetNumberOfDataNodes() != self.frames:
                text = _("{name} was changed during the run; start again.")
                raise PanelError(text.format(name=self.name))

    def nodes(self, frame: int) -> dict:
        """The volume nodes of one frame; they are in no scene of the user's."""
        self.check()
        return {modality: s.GetNthDataNode(frame) for modality, s in self.inputs.items()}

    def worlds(self) -> dict:
        """Frames have no transform: that of the node that shows them counts."""
        return self._worlds

    def grid(self, frame: int) -> tuple[tuple[int, int, int], np.ndarray]:
        """As for `VolumeCase`."""
        node = self.first.GetNthDataNode(frame)
        world = next(iter(self._worlds.values()))
        return shape_of(node), world @ ijk_to_ras(node)

    def take(self, frame: int, made: dict[str, Made]) -> None:
        """Keep one frame, in sequence nodes that are in no scene yet."""
        original = self.first.GetNthDataNode(frame)
        for kind, volume in made.items():
            if kind not in self._made:
                self._made[kind] = _like(self.first, result_name(self.name, kind))
                self._first_made[kind] = volume
            name, affine = result_name(self.name, kind), ijk_to_ras(original)
            node = new_frame(name, volume.array, affine, volume.provenance)
            self._made[kind].SetDataNodeAtValue(node, self.first.GetNthIndexValue(frame))

    def finish(self) -> list:
        """The new sequences, with one browser for all of them."""
        self.check()
        results = []
        for kind, made in self._made.items():
            sequence = enter_scene(made, self._first_made[kind].provenance)
            enter_hierarchy(self.first, sequence)
            results.append(sequence)
        browser = self._browse(results)
        for kind, sequence in zip(self._made, results, strict=True):
            self._finish_proxy(browser.GetProxyNode(sequence), self._first_made[kind])
        self._first_made.clear()
        return results

    def _browse(self, results: list):
        logic = slicer.modules.sequences.logic()
        original = logic.GetFirstBrowserNodeForSequenceNode(self.first)
        if original is None:
            return browse(results)
        return browse(results, original.GetPlaybackRateFps(), original.GetSelectedItemNumber())

    def _finish_proxy(self, proxy, made: Made) -> None:
        shown = proxy_of(self.first)
        if shown is not None:
            proxy.SetAndObserveTransformNodeID(shown.GetTransformNodeID())
            enter_hierarchy(shown, proxy)
        show_window(proxy, made.array)
        mark(proxy, made.provenance)


def _like(sequence, name: str):
    """An empty sequence with the index of another."""
    made = slicer.vtkMRMLSequenceNode()
    made.SetName(name)
    made.SetIndexName(sequence.GetIndexName())
    made.SetIndexUnit(sequence.GetIndexUnit())
    made.SetIndexType(sequence.GetIndexType())
    made.SetNumericIndexValueTolerance(sequence.GetNumericIndexValueTolerance())
    return made
