"""The pictures that a training draws as it goes, as one volume node: a slice for each of them."""

from pathlib import Path

import numpy as np
import qt
import slicer

from MedGANSynthLib.volume.provenance import Provenance

from .marking import mark
from .volumes_in import fill, is_in_scene

_UNKNOWN = "0" * 64
"""Weights that are still learning have no hash."""


class RunPreviews:
    """Lays the pictures of a Run on top of each other, the latest in front.

    Attributes:
        node: scalar volume node, one slice for each picture; None before there is any.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.node = None
        self._shown: list[Path] = []

    def update(self, pictures: list[Path]) -> bool:
        """Bring the node up to date; False if the user has removed it."""
        if self.node is not None and not is_in_scene(self.node):
            return False
        if pictures and pictures != self._shown:
            slices = [image for image in map(read_picture, pictures) if image.size]
            if slices:
                self._lay(slices)
                self._shown = pictures
        return True

    def _lay(self, slices: list[np.ndarray]) -> None:
        same = [image for image in slices if image.shape == slices[-1].shape]
        if self.node is None:
            name = slicer.mrmlScene.GenerateUniqueName(f"{self.folder.name} previews (synthetic)")
            self.node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
            self.node.CreateDefaultDisplayNodes()
            self.node.GetDisplayNode().SetAutoWindowLevel(False)
            self.node.GetDisplayNode().SetWindowLevelMinMax(0, 255)
            mark(self.node, Provenance(model="training", model_sha256=_UNKNOWN))
        # Columns to the patient's left and rows to posterior, as an axial view shows them.
        fill(self.node, np.stack(same), np.diag([-1.0, -1.0, 1.0, 1.0]))

    def show(self, pictures: list[Path]) -> None:
        """Show the latest in the red slice view."""
        self.update(pictures)
        manager = slicer.app.layoutManager()
        if self.node is None or manager is None:
            return
        logic = manager.sliceWidget("Red").sliceLogic()
        logic.GetSliceCompositeNode().SetBackgroundVolumeID(self.node.GetID())
        logic.GetSliceNode().SetOrientationToAxial()
        logic.FitSliceToAll()
        last = self.node.GetImageData().GetDimensions()[2] - 1
        logic.SetSliceOffset(float(last))


def read_picture(path: Path) -> np.ndarray:
    """A PNG as grey values [rows, columns], the upper row first; empty if it cannot be read.

    By Qt: VTK's reader brings Slicer down when a file is damaged.
    """
    image = qt.QImage(str(path))
    if image.isNull():
        return np.empty((0, 0), np.uint8)
    buffer = qt.QBuffer()
    buffer.open(qt.QIODevice.WriteOnly)
    image.convertToFormat(qt.QImage.Format_Grayscale8).save(buffer, "PGM")
    _magic, size, _largest, grey = buffer.data().data().split(b"\n", 3)
    columns, rows = map(int, size.split())
    return np.frombuffer(grey, np.uint8).reshape(rows, columns)
