"""Slice views for reading: of their own, so that those of the user stay as they were."""

import slicer
import vtk
from slicer.util import VTKObservationMixin

LAYOUT = 20740
"""Number of our layouts among Slicer's, one for each number of views; any that nobody else uses."""

_COLOR = "#808080"


def open_views(orientations: tuple[str, ...]) -> list:
    """Show this many empty slice views side by side, without their controllers and corner texts.

    Returns:
        Their slice widgets, from left to right.
    """
    manager = slicer.app.layoutManager()
    layout, number = manager.layoutLogic().GetLayoutNode(), LAYOUT + len(orientations)
    if not layout.IsLayoutDescription(number):
        layout.AddLayoutDescription(number, _description(len(orientations)))
    manager.setLayout(number)
    widgets = [manager.sliceWidget(f"Reading{n + 1}") for n in range(len(orientations))]
    for widget, orientation in zip(widgets, orientations, strict=True):
        widget.sliceController().setVisible(False)
        widget.sliceView().cornerAnnotation().SetVisibility(False)
        composite = widget.mrmlSliceCompositeNode()
        composite.SetLinkedControl(False)
        composite.SetForegroundVolumeID(None)
        composite.SetLabelVolumeID(None)
        node = widget.mrmlSliceNode()
        node.SetOrientation(orientation)
        node.SetSliceVisible(False)
        for mine in (node, composite):
            mine.SetSaveWithScene(False)
    return widgets


def _description(count: int) -> str:
    views = "".join(
        f'<item><view class="vtkMRMLSliceNode" singletontag="Reading{n + 1}">'
        '<property name="orientation" action="default">Axial</property>'
        f'<property name="viewlabel" action="default">{n + 1}</property>'
        f'<property name="viewcolor" action="default">{_COLOR}</property></view></item>'
        for n in range(count)
    )
    return f'<layout type="horizontal" split="false">{views}</layout>'


class Together(VTKObservationMixin):
    """Views that zoom together and, where they show the same plane, scroll and pan together.

    Args:
        nodes: their slice nodes.
        moved: called with a slice node that the user has changed.
    """

    def __init__(self, nodes: list, moved) -> None:
        VTKObservationMixin.__init__(self)
        self.nodes = nodes
        self.moved = moved
        self.still = False
        for node in nodes:
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._follow)

    def arrange(self, center: tuple[float, float, float]) -> None:
        """Fit the cases into their views, all at one scale, and go to a point in RAS mm."""
        self.still = True
        slicer.app.layoutManager().resetSliceViews()
        for node in self.nodes:
            node.JumpSliceByOffsetting(*center)
        scale = max(millimetres_per_pixel(node) for node in self.nodes)
        for node in self.nodes:
            _zoom(node, scale)
        self.still = False

    def jump(self, center: tuple[float, float, float]) -> None:
        """Go to a point, which is no doing of the user's."""
        self.still = True
        for node in self.nodes:
            node.JumpSliceByOffsetting(*center)
        self.still = False

    def _follow(self, node, _event) -> None:
        if self.still:
            return
        self.still = True
        for other in self.nodes:
            if other is node:
                continue
            if other.GetOrientation() == node.GetOrientation():
                other.GetSliceToRAS().DeepCopy(node.GetSliceToRAS())
                other.SetXYZOrigin(*node.GetXYZOrigin())
            _zoom(other, millimetres_per_pixel(node))
            other.UpdateMatrices()
        self.still = False
        self.moved(node)


def millimetres_per_pixel(node) -> float:
    """How far a slice node's view is zoomed out."""
    return node.GetFieldOfView()[0] / max(1, node.GetDimensions()[0])


def _zoom(node, scale: float) -> None:
    columns, rows, _slices = node.GetDimensions()
    depth = node.GetFieldOfView()[2]
    node.SetFieldOfView(max(1, columns) * scale, max(1, rows) * scale, depth)
