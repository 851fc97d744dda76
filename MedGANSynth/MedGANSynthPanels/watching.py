"""Nodes that a panel shows may change meanwhile: their name, their voxels, their transform."""

from collections.abc import Callable, Iterable

import slicer
import vtk
from slicer.util import VTKObservationMixin


class Watching(VTKObservationMixin):
    """Calls `changed(caller, event)` when one of the nodes changes."""

    def __init__(self, changed: Callable[..., None]):
        VTKObservationMixin.__init__(self)
        self.changed = changed
        self.nodes: list = []

    def set(self, nodes: Iterable) -> None:
        """Watch these nodes and no others; None among them is passed over."""
        nodes = [node for node in nodes if node is not None]
        if nodes == self.nodes:
            return
        self.removeObservers()
        self.nodes = nodes
        moved = slicer.vtkMRMLTransformableNode.TransformModifiedEvent
        for node in dict.fromkeys(nodes):
            for event in (vtk.vtkCommand.ModifiedEvent, moved):
                self.addObserver(node, event, self.changed)
