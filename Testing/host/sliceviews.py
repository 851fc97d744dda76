"""Pictures: slice views rendered by VTK from the genuine slice logics, and grabs of panels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

BACKGROUND = (0.0, 0.0, 0.0)
CORNERS = ("lower left", "lower right", "upper left", "upper right")


class SliceView:
    """One slice view of the layout, drawn off screen."""

    def __init__(self, name: str, size: tuple[int, int] = (400, 400)):
        self.widget = slicer.app.layoutManager().sliceWidget(name)
        self.logic = self.widget.sliceLogic()
        node = self.logic.GetSliceNode()
        self.logic.ResizeSliceNode(*size)
        node.SetDimensions(size[0], size[1], 1)
        self.size = size
        self.corner = vtk.vtkCornerAnnotation()
        self.corner.GetTextProperty().SetColor(1.0, 1.0, 1.0)
        self.corner.SetMaximumFontSize(16)

    def set_corner(self, corner: str, text: str) -> None:
        self.corner.SetText(CORNERS.index(corner), text)

    def jump(self, right: float, anterior: float, superior: float) -> None:
        """Show the slice through a point, in RAS millimetres."""
        self.logic.GetSliceNode().JumpSliceByOffsetting(right, anterior, superior)

    def fit(self) -> None:
        self.logic.FitSliceToBackground()

    def draw(self) -> Any:
        """The picture as an array [rows, columns, RGB] of uint8, first row on top."""
        self.logic.UpdatePipeline()
        mapper = vtk.vtkImageMapper()
        mapper.SetColorWindow(255)
        mapper.SetColorLevel(127.5)
        connection = self.logic.GetImageDataConnection()
        renderer = vtk.vtkRenderer()
        renderer.SetBackground(*BACKGROUND)
        if connection is not None:
            mapper.SetInputConnection(connection)
            actor = vtk.vtkActor2D()
            actor.SetMapper(mapper)
            renderer.AddActor2D(actor)
        renderer.AddViewProp(self.corner)
        shown = self.widget.sliceView().renderWindow().GetRenderers().GetFirstRenderer()
        for prop in tuple(shown.GetViewProps()):
            renderer.AddViewProp(prop)
        window = vtk.vtkRenderWindow()
        window.SetOffScreenRendering(1)
        window.SetMultiSamples(0)
        window.SetSize(*self.size)
        window.AddRenderer(renderer)
        window.Render()
        grabbed = vtk.vtkWindowToImageFilter()
        grabbed.SetInput(window)
        grabbed.ReadFrontBufferOff()
        grabbed.Update()
        image = grabbed.GetOutput()
        columns, rows, _ = image.GetDimensions()
        pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns, -1)
        window.Finalize()
        return pixels[::-1, :, :3].copy()


def render(
    path: Path | str,
    names: Sequence[str] = ("Red", "Yellow", "Green"),
    size: tuple[int, int] = (400, 400),
    center: tuple[float, float, float] | None = None,
    corners: dict[str, str] | None = None,
) -> Any:
    """Write the named slice views side by side as PNG: axial, sagittal, coronal by default.

    What they show is set through the scene, as in Slicer: `slicer.util.setSliceViewerLayers`.
    `corners` maps "upper left" and so on to text. Returns the picture as an array.
    """
    import numpy as np
    from PIL import Image

    pictures = []
    for name in names:
        view = SliceView(name, size)
        view.fit()
        if center is not None:
            view.jump(*center)
        for corner, text in (corners or {}).items():
            view.set_corner(corner, text)
        pictures.append(view.draw())
    row = np.concatenate(pictures, axis=1)
    Image.fromarray(row).save(path)
    return row


def grab(widget: Any, path: Path | str) -> None:
    """A picture of a widget, as it is shown now, as PNG."""
    widget.show()
    slicer.app.processEvents()
    if not widget.grab().save(str(path)):
        raise OSError(f"{path} could not be written")
