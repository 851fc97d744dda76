"""What a reader sees: the case of a trial in its slice views, and what is done with it."""

import numpy as np
import qt
import vtk
from slicer.util import VTKObservationMixin

from MedGANSynthLib.turing.study import Study

from .reading_files import part_affine, shown_part
from .reading_layout import Together, millimetres_per_pixel, open_views
from .reading_marks import Marks
from .reading_nodes import CaseNode, noise
from .signal import Signal

CINE_MS = 100
"""Between two slices of a loop: ten a second, for all cases."""

WINDOWS = ((0.0, 1.0), (0.0, 0.6), (0.25, 0.75), (0.0, 1.5))
"""Black and white as shares of the prepared window, by turns: as prepared, brighter, steeper,
darker."""

_PLANES = ("Axial", "Sagittal", "Coronal")
_AXIS = {"Sagittal": 0, "Coronal": 1, "Axial": 2}


class ReadingView(VTKObservationMixin):
    """Opens the views of a study's design; `close` it in the end.

    Attributes:
        touched: emitted when the user scrolls, zooms or changes the window of a case on show.
        standing: whether the user has stopped the loop.
    """

    def __init__(self, study: Study) -> None:
        VTKObservationMixin.__init__(self)
        self.study, self.design = study, study.design
        self.touched = Signal()
        self.part, self.affine = shown_part(study), part_affine(study)
        self.shape = np.empty(study.shape[::-1], bool)[self.part].shape
        plane = self.design.plane.capitalize()
        kind = self.design.display
        planes = {"volume": _PLANES, "pair": (plane, plane)}.get(kind, (plane,))
        self.widgets = open_views(planes)
        names = ("Case left", "Case right") if kind == "pair" else ("Case",)
        self.cases = [CaseNode(name, self.affine, self.design.window) for name in names]
        self.together = Together([w.mrmlSliceNode() for w in self.widgets], self._moved)
        for case in self.cases:
            self.addObserver(case.display, vtk.vtkCommand.ModifiedEvent, self._recolored)
        self.marks = Marks(study)
        self.standing = False
        self.cine = qt.QTimer()
        self.cine.setInterval(CINE_MS)
        self.cine.setTimerType(qt.Qt.PreciseTimer)
        self.cine.connect("timeout()", self._next_slice)
        self.hide()

    def close(self) -> None:
        """Take everything out of the scene; the views go with the next layout."""
        self.cine.stop()
        self.removeObservers()
        self.together.removeObservers()
        for widget in self.widgets:
            widget.mrmlSliceCompositeNode().SetBackgroundVolumeID(None)
        for case in self.cases:
            case.remove()
        self.marks.remove()

    # What is shown

    def show(self, arrays: list[np.ndarray]) -> None:
        """Show the cases of a trial, left before right, as every trial begins."""
        self.visible = False
        for case, array in zip(self.cases, arrays, strict=True):
            case.fill(array[self.part])
        self._show_nodes()
        self.reset()
        self._forget()
        self.visible = True
        for widget in self.widgets:
            widget.sliceView().forceRender()

    def cover(self) -> None:
        """The exposure is over: noise in place of the cases."""
        self.cine.stop()
        self.standing = True
        self.visible = False
        for case in self.cases:
            case.fill(noise(self.shape))

    def hide(self) -> None:
        """Nothing is seen."""
        self.cine.stop()
        self.visible = False
        for widget in self.widgets:
            widget.mrmlSliceCompositeNode().SetBackgroundVolumeID(None)
        self.marks.show(False)

    def unhide(self) -> None:
        """The cases are seen again, as the reader left them."""
        self._show_nodes()
        self.visible = True
        if not self.standing:
            self._play()

    def reset(self) -> None:
        """Place, zoom and window as at the start."""
        was_visible, self.visible = self.visible, False
        self.preset = 0
        for case in self.cases:
            case.reset_window()
        self.together.arrange(self._center(self._middle()))
        self.loop = -1
        self.standing = False
        self._play()
        self.visible = was_visible

    # What the reader does

    def scroll(self, steps: int) -> None:
        """Go this many slices on in the first view (in all, where they show one plane).

        A loop stands still then, until `reset`.
        """
        self.cine.stop()
        self.standing = True
        node = self.together.nodes[0]
        axis = _AXIS[node.GetOrientation()]
        matrix = node.GetSliceToRAS()
        place = np.array([matrix.GetElement(row, 3) for row in range(3)])
        index = np.rint(np.linalg.solve(self.affine[:3, :3], place - self.affine[:3, 3]))
        index[axis] = np.clip(index[axis] + steps, 0, self.shape[::-1][axis] - 1)
        node.JumpSliceByOffsetting(*self._center(index))

    def next_window(self) -> None:
        """The next of the `WINDOWS`."""
        self.preset = (self.preset + 1) % len(WINDOWS)
        low, high = self.design.window
        for case in self.cases:
            case.display.SetWindowLevelMinMax(
                *(low + share * (high - low) for share in WINDOWS[self.preset])
            )

    def facts(self) -> dict:
        """What the reader did with the case, as `Reading.answer` takes it."""
        return {
            "slices_visited": len(self._slices),
            "window_changed": self._window_changed,
            "zoomed": self._zoomed,
            "marks": self.marks.voxels(),
        }

    # Inside

    def _forget(self) -> None:
        self._slices = {self._slice_of(node) for node in self.together.nodes}
        self._window_changed = self._zoomed = False
        self._scales = self._zoom()
        self.marks.clear()

    def _zoom(self) -> list[float]:
        return [millimetres_per_pixel(node) for node in self.together.nodes]

    def _play(self) -> None:
        if self.design.display == "cine":
            self.cine.start()

    def _show_nodes(self) -> None:
        for number, widget in enumerate(self.widgets):
            case = self.cases[min(number, len(self.cases) - 1)]
            widget.mrmlSliceCompositeNode().SetBackgroundVolumeID(case.node.GetID())
        self.marks.show(True)

    def _middle(self) -> np.ndarray:
        return np.array(self.shape[::-1]) // 2

    def _center(self, index: np.ndarray) -> tuple[float, float, float]:
        return tuple((self.affine @ [*index, 1.0])[:3].tolist())

    def _slice_of(self, node) -> tuple[str, int]:
        orientation = node.GetOrientation()
        step = self.study.spacing[_AXIS.get(orientation, 0)]
        return orientation, round(node.GetSliceOffset() / step)

    def _moved(self, node) -> None:
        if self.visible:
            self._slices.add(self._slice_of(node))
            self._zoomed |= not np.allclose(self._zoom(), self._scales, rtol=1e-3)
            self.touched.emit()

    def _recolored(self, display, _event) -> None:
        if not self.visible:
            return
        self.visible = False  # what follows is no doing of the user's
        low, high = display.GetWindowLevelMin(), display.GetWindowLevelMax()
        for case in self.cases:  # both of a pair in the same grey values
            case.display.SetWindowLevelMinMax(low, high)
        self.visible = self._window_changed = True
        self.touched.emit()

    def _next_slice(self) -> None:
        index = self._middle()
        axis = _AXIS[self.design.plane.capitalize()]
        self.loop = (self.loop + 1) % self.shape[::-1][axis]
        index[axis] = self.loop
        self.together.jump(self._center(index))
