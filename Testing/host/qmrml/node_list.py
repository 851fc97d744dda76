"""Which nodes of the scene a selector shows, kept up to date through the scene's events."""

from __future__ import annotations

from collections.abc import Callable

import slicer
import vtk

SCENE_EVENTS = (
    slicer.vtkMRMLScene.NodeAddedEvent,
    slicer.vtkMRMLScene.NodeRemovedEvent,
    slicer.vtkMRMLScene.EndBatchProcessEvent,
    slicer.vtkMRMLScene.EndCloseEvent,
    slicer.vtkMRMLScene.EndImportEvent,
)


class NodeList:
    """Calls `changed()` when the shown nodes, or their names, may have changed."""

    def __init__(self, changed: Callable[[], None]):
        self.types: tuple[str, ...] = ()
        self.show_hidden = False
        self.show_subtypes = True
        self.hidden_types: tuple[str, ...] = ()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.scene = None
        self._changed = changed
        self._observed: list[tuple[vtk.vtkObject, int]] = []

    def set_scene(self, scene) -> None:
        self.stop()
        self.scene = scene
        self.follow()

    def nodes(self) -> list:
        if self.scene is None:
            return []
        everything = [
            self.scene.GetNthNode(index) for index in range(self.scene.GetNumberOfNodes())
        ]
        return [node for node in everything if self.shows(node)]

    def shows(self, node) -> bool:
        if node.GetHideFromEditors() and not self.show_hidden:
            return False
        if any(node.IsA(kind) for kind in self.hidden_types):
            return False
        if self.show_subtypes:
            fits = any(node.IsA(kind) for kind in self.types)
        else:
            fits = node.GetClassName() in self.types
        return fits and all(
            node.GetAttribute(name) is not None and value in (None, node.GetAttribute(name))
            for kind, name, value in self.attributes
            if node.IsA(kind)
        )

    def follow(self) -> None:
        """Observe the scene and the nodes shown now."""
        self.stop()
        if self.scene is None:
            return
        for event in SCENE_EVENTS:
            self._observed.append((self.scene, self.scene.AddObserver(event, self._event)))
        for node in self.nodes():
            tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._event)
            self._observed.append((node, tag))

    def stop(self) -> None:
        for observed, tag in self._observed:
            observed.RemoveObserver(tag)
        self._observed.clear()

    def _event(self, _caller, _event) -> None:
        # Slicer's selectors, too, wait for the end of a scene's closing or loading.
        if self.scene is not None and not self.scene.IsBatchProcessing():
            self._changed()
