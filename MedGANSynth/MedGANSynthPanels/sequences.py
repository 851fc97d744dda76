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
from .volumes_in import (
    Sent,
    changed,
    check_in_scene,
    edited,
    enter_hierarchy,
    is_in_scene,
    show_window,
)
from .volumes_out import check_finite, check_volume


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
                node, name = sequence.GetNthDataNode(frame), self._called(sequence, frame)
                check_volume(node, name)
                check_finite(node, name)
        self._worlds = {
            modality: np.eye(4) if proxy_of(node) is None else ras_to_world(proxy_of(node))
            for modality, node in inputs.items()
        }
        self._sent: list[dict[str, Sent]] = []
        self._made: dict[str, object] = {}
        self._first_made: dict[str, Made] = {}

    def _called(self, sequence, frame: int) -> str:
        return _("frame {number} of {count}: {name}").format(
            number=frame + 1, count=self.frames, name=called(sequence)
        )

    def check(self) -> None:
        """Raises PanelError if a sequence has gone or has other frames now."""
        for sequence in self.inputs.values():
            if not is_in_scene(sequence):
                text = _("{name} was removed during the run, so there is nothing to lay it on.")
                raise PanelError(text.format(name=self.name))
            if sequence.GetNumberOfDataNodes() != self.frames:
                raise changed(self.name)
        under_way = len(self._sent) - 1
        for modality, sent in self._sent[-1].items() if self._sent else ():
            if not sent.has_grid_of(self.inputs[modality].GetNthDataNode(under_way)):
                raise changed(self.name)

    def notices(self) -> list[str]:
        """As for `VolumeCase`."""

        def was_edited(modality: str) -> bool:
            frames = map(self.inputs[modality].GetNthDataNode, range(self.frames))
            pairs = zip(self._sent, frames, strict=True)
            return not all(sent[modality].has_voxels_of(frame) for sent, frame in pairs)

        return [edited(called(node)) for m, node in self.inputs.items() if was_edited(m)]

    def nodes(self, frame: int) -> dict:
        """The volume nodes of one frame; they are in no scene of the user's."""
        self.check()
        nodes = {modality: s.GetNthDataNode(frame) for modality, s in self.inputs.items()}
        self._sent.append({modality: Sent(node) for modality, node in nodes.items()})
        return nodes

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
