"""A slider through the frames of a generated sequence; it follows the sequence's browser."""

from collections.abc import Callable

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .generated import CINE
from .volumes_in import is_in_scene


class FrameSlider(VTKObservationMixin):
    """A label and a QSlider, hidden while there is no sequence.

    Args:
        moved: called with the sequence and the number of the frame that is shown now.
    """

    def __init__(self, ui, moved: Callable[[object, int], None]):
        VTKObservationMixin.__init__(self)
        self.label, self.slider = ui.frameLabel, ui.frameSlider
        self.moved = moved
        self.sequence = self.browser = None
        self.slider.connect("valueChanged(int)", self.go)
        self.set(None)

    def set(self, node) -> None:
        """Go through this node, if it is a sequence; a cine plays, and the one before stops."""
        self.removeObservers()
        self._play(False)
        is_sequence = node is not None and node.IsA("vtkMRMLSequenceNode")
        self.sequence = node if is_sequence else None
        self.browser = None
        if is_sequence:
            logic = slicer.modules.sequences.logic()
            self.browser = logic.GetFirstBrowserNodeForSequenceNode(node)
        self.label.visible = self.slider.visible = self.browser is not None
        if self.browser is not None:
            self._play(node.GetIndexName() == CINE)  # a walk has the slider
            self.addObserver(self.browser, vtk.vtkCommand.ModifiedEvent, self._follow)
            self._follow()

    def go(self, frame: int) -> None:
        """Show this frame."""
        if self.browser is not None and is_in_scene(self.browser):
            self.browser.SetSelectedItemNumber(frame)

    def _play(self, playing: bool) -> None:
        if self.browser is not None and is_in_scene(self.browser):
            self.browser.SetPlaybackActive(playing)

    def drop_removed(self) -> None:
        """Hide when the sequence or its browser has left the scene."""
        if self.browser is not None and not (
            is_in_scene(self.sequence) and is_in_scene(self.browser)
        ):
            self.set(None)

    def _follow(self, *_arguments) -> None:
        count, frame = self.browser.GetNumberOfItems(), self.browser.GetSelectedItemNumber()
        was_blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, count - 1))
        self.slider.value = frame
        self.slider.blockSignals(was_blocked)
        text = _("Frame {number} of {count}:")
        self.label.text = text.format(number=frame + 1, count=count)
        self.moved(self.sequence, frame)
