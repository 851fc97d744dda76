"""The layout manager: slice views as genuine nodes and logics, without widgets."""

from __future__ import annotations

import slicer
import vtk
from PySide6.QtWidgets import QWidget

COLORS = {"Red": "#F34A33", "Yellow": "#EDD54C", "Green": "#6EB04B"}
ORIENTATIONS = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}


def description(names: tuple[str, ...] = tuple(ORIENTATIONS)) -> str:
    """A row of slice views in the layout's XML."""
    views = "".join(
        f'<item><view class="vtkMRMLSliceNode" singletontag="{name}">'
        f'<property name="orientation" action="default">{ORIENTATIONS[name]}</property>'
        f'<property name="viewlabel" action="default">{name[0]}</property>'
        f'<property name="viewcolor" action="default">{COLORS[name]}</property></view></item>'
        for name in names
    )
    return f'<layout type="horizontal">{views}</layout>'


class View:
    """What scripts ask a slice view for: its window's renderer, for props of their own."""

    def __init__(self):
        self._renderers = vtk.vtkRendererCollection()
        self._renderers.AddItem(vtk.vtkRenderer())
        self._corners = vtk.vtkCornerAnnotation()

    def cornerAnnotation(self) -> vtk.vtkCornerAnnotation:
        return self._corners

    def renderWindow(self) -> View:
        return self

    def GetRenderers(self) -> vtk.vtkRendererCollection:
        return self._renderers

    def scheduleRender(self) -> None:
        """Nothing is drawn before somebody wants a picture."""

    def forceRender(self) -> None:
        """Nor now."""


class SliceWidget:
    """What scripts ask a slice view's widget for."""

    def __init__(self, logic):
        self._logic = logic
        self._view = View()
        self._controller = QWidget()

    def sliceController(self) -> QWidget:
        """The bar above the view; here it has nothing on it."""
        return self._controller

    def sliceView(self) -> View:
        return self._view

    def sliceLogic(self):
        return self._logic

    def mrmlSliceNode(self):
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self):
        return self._logic.GetSliceCompositeNode()


class LayoutManager:
    threeDViewCount = tableViewCount = plotViewCount = 0

    def __init__(self, session):
        self._session = session
        self._widgets: dict[str, SliceWidget] = {}
        self._collection = vtk.vtkCollection()
        session.application.SetSliceLogics(self._collection)
        session.scene.AddObserver(slicer.vtkMRMLScene.EndCloseEvent, self._restore)
        self._restore()

    def _restore(self, *_event) -> None:
        """Slice views survive the closing of a scene."""
        layout = self.layoutLogic().GetLayoutNode()
        conventional = slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView
        if not layout.IsLayoutDescription(conventional):
            layout.AddLayoutDescription(conventional, description())
        layout.SetViewArrangement(conventional)
        self._follow()

    def _follow(self) -> None:
        scene = self._session.scene
        found = slicer.util.getNodesByClass("vtkMRMLSliceNode", scene)
        nodes = {node.GetLayoutName(): node for node in found}
        for node in (
            {name: nodes[name] for name in ORIENTATIONS if name in nodes} | nodes
        ).values():
            name = node.GetLayoutName()
            if name not in self._widgets:
                logic = slicer.vtkMRMLSliceLogic()
                logic.SetMRMLApplicationLogic(self._session.application)
                logic.SetMRMLScene(scene)
                self._widgets[name] = SliceWidget(logic)
                self._collection.AddItem(logic)
            self._widgets[name].sliceLogic().SetSliceNode(node)
            if name in ORIENTATIONS:
                node.SetOrientation(ORIENTATIONS[name])

    def layoutLogic(self):
        return self._session.layout

    def sliceViewNames(self) -> tuple[str, ...]:
        """The views of the layout that is shown."""
        nodes = self.layoutLogic().GetViewNodes()
        shown = {nodes.GetItemAsObject(n).GetLayoutName() for n in range(nodes.GetNumberOfItems())}
        return tuple(name for name in self._widgets if name in shown)

    def sliceWidget(self, name: str) -> SliceWidget | None:
        return self._widgets.get(name)

    def mrmlSliceLogics(self) -> vtk.vtkCollection:
        return self._collection

    def resetSliceViews(self) -> None:
        for name in self.sliceViewNames():
            self._widgets[name].sliceLogic().FitSliceToBackground()

    def resetThreeDViews(self) -> None:
        pass

    @property
    def layout(self) -> int:
        return self.layoutLogic().GetLayoutNode().GetViewArrangement()

    def setLayout(self, layout: int) -> None:
        self.layoutLogic().GetLayoutNode().SetViewArrangement(layout)
        self._follow()
