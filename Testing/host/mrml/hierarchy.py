"""Items of the subject hierarchy for new nodes.

The hierarchy is genuine; that data nodes enter and leave it by themselves is the work of a Qt
plugin in Slicer, and of this file here.
"""

from __future__ import annotations

import slicer
import vtk

KINDS = (
    "vtkMRMLDisplayableNode",
    "vtkMRMLSequenceNode",
    "vtkMRMLSequenceBrowserNode",
    "vtkMRMLTableNode",
    "vtkMRMLTextNode",
    "vtkMRMLPlotChartNode",
)
NOT_SHOWN = ("vtkMRMLCameraNode",)


def belongs(node) -> bool:
    if node.GetHideFromEditors() or any(node.IsA(kind) for kind in NOT_SHOWN):
        return False
    return any(node.IsA(kind) for kind in KINDS)


class HierarchyKeeper:
    def __init__(self, scene):
        self.scene = scene

        @vtk.calldata_type(vtk.VTK_OBJECT)
        def added(_scene, _event, node):
            if not scene.IsImporting():
                self.add(node)

        @vtk.calldata_type(vtk.VTK_OBJECT)
        def removed(_scene, _event, node):
            self.remove(node)

        def imported(_scene, _event):
            for index in range(scene.GetNumberOfNodes()):
                self.add(scene.GetNthNode(index))

        scene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, added)
        scene.AddObserver(slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, removed)
        scene.AddObserver(slicer.vtkMRMLScene.EndImportEvent, imported)

    def hierarchy(self):
        return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self.scene)

    def add(self, node) -> None:
        if belongs(node) and not self.hierarchy().GetItemByDataNode(node):
            self.hierarchy().CreateItem(self.hierarchy().GetSceneItemID(), node)

    def remove(self, node) -> None:
        if not belongs(node) or self.scene.IsClosing():
            return
        item = self.hierarchy().GetItemByDataNode(node)
        if item:
            self.hierarchy().RemoveItem(item, False, False)
