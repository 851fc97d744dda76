"""Small pictures of generated volumes; who clicks one sees the volume in the slice views."""

from collections.abc import Callable

import numpy as np
import qt
import slicer

from .geometry import closest_axes, ijk_to_ras
from .volumes_in import is_in_scene, window

SIDE = 96


class Thumbnails:
    """Fills a QListWidget; `chosen(node, frame)` is called after the user has chosen one."""

    def __init__(self, list_widget, chosen: Callable[[object, int], None]):
        self.list = list_widget
        self.chosen = chosen
        self.shown: list[tuple[object, int]] = []
        self.added = 0
        self.list.setIconSize(qt.QSize(SIDE, SIDE))
        self.list.connect("currentRowChanged(int)", self._on_row)
        self.list.connect("itemClicked(QListWidgetItem*)", self._on_click)

    def clear(self) -> None:
        """Show nothing."""
        self.shown, self.added = [], 0
        self._quietly(self.list.clear)

    def add(self, node, frames: range = range(1)) -> None:
        """Add a volume or a cine's first frame, numbered from 0 as its name is; or some frames of a
        walk, from 1."""
        is_sequence = node.IsA("vtkMRMLSequenceNode")
        for step, frame in enumerate(frames, 1):
            volume = node.GetNthDataNode(frame) if is_sequence else node
            text = str(step if len(frames) > 1 else self.added)
            self.shown.append((node, frame))
            self.list.addItem(qt.QListWidgetItem(qt.QIcon(picture(volume)), text))
        self.added += 1

    def choose(self, node, frame: int) -> None:
        """Show as chosen what is shown already."""
        if (node, frame) in self.shown:
            row = self.shown.index((node, frame))
            self._quietly(lambda: self.list.setCurrentRow(row))

    def drop_removed(self) -> None:
        """Forget nodes that have left the scene."""
        for row in reversed(range(len(self.shown))):
            if not is_in_scene(self.shown[row][0]):
                del self.shown[row]
                self._quietly(lambda row=row: self.list.takeItem(row))

    def _quietly(self, change: Callable[[], object]) -> None:
        was_blocked = self.list.blockSignals(True)
        change()
        self.list.blockSignals(was_blocked)

    def _on_click(self, item) -> None:
        """The chosen one, too: other volumes may have come into the views since."""
        self._on_row(self.list.row(item))

    def _on_row(self, row: int) -> None:
        if row >= 0 and is_in_scene(self.shown[row][0]):
            self.chosen(*self.shown[row])


def picture(volume) -> qt.QPixmap:
    """The middle plane of a volume node, `SIDE` pixels long, as it hangs on a light box.

    It is the axial one, or that of a volume one slice thick.
    """
    grey, (height, width) = plane(slicer.util.arrayFromVolume(volume), ijk_to_ras(volume))
    pixmap = qt.QPixmap()
    header = f"P5 {grey.shape[1]} {grey.shape[0]} 255\n".encode()
    pixmap.loadFromData(qt.QByteArray(header + grey.tobytes()))
    scale = SIDE / max(height, width)
    size = qt.QSize(max(1, round(width * scale)), max(1, round(height * scale)))
    return pixmap.scaled(size, qt.Qt.IgnoreAspectRatio, qt.Qt.SmoothTransformation)


def plane(array: np.ndarray, affine: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """The grey picture [rows, columns], and how high and wide it is in millimetres.

    The patient's right is on its left; anterior or superior is up, anterior left of a sagittal one.
    """
    axes, turned = closest_axes(affine)
    array = np.flip(array.transpose(2, 1, 0).transpose(axes), np.flatnonzero(turned))
    spacing = np.linalg.norm(affine[:3, :3], axis=0)[axes]
    across = array.shape.index(1) if 1 in array.shape else 2
    columns, rows = (axis for axis in range(3) if axis != across)
    image = array.take(array.shape[across] // 2, axis=across)[::-1, ::-1].T
    low, high = window(array)
    grey = np.clip((image - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    size = (image.shape[0] * spacing[rows], image.shape[1] * spacing[columns])
    return np.ascontiguousarray(grey), size
