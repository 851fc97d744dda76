"""The layout manager: slice views as genuine nodes and logics, without widgets."""

from __future__ import annotations

import slicer
import vtk

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


class SliceWidget:
    """What scripts ask a slice view's widget for."""

    def __init__(self, logic):
        self._logic = logic

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
        self._logics: dict[str, object] = {}
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
        for name in ORIENTATIONS:
            node = scene.GetSingletonNode(name, "vtkMRMLSliceNode")
            if node is None:
                continue
            if name not in self._logics:
                logic = slicer.vtkMRMLSliceLogic()
                logic.SetMRMLApplicationLogic(self._session.application)
                logic.SetMRMLScene(scene)
                self._logics[name] = logic
                self._collection.AddItem(logic)
            self._logics[name].SetSliceNode(node)
            node.SetOrientation(ORIENTATIONS[name])

    def layoutLogic(self):
        return self._session.layout

    def sliceViewNames(self) -> tuple[str, ...]:
        return tuple(self._logics)

    def sliceWidget(self, name: str) -> SliceWidget | None:
        return SliceWidget(self._logics[name]) if name in self._logics else None

    def mrmlSliceLogics(self) -> vtk.vtkCollection:
        return self._collection

    def resetSliceViews(self) -> None:
        for logic in self._logics.values():
            logic.FitSliceToBackground()

    def resetThreeDViews(self) -> None:
        pass

    @property
    def layout(self) -> int:
        return self.layoutLogic().GetLayoutNode().GetViewArrangement()

    def setLayout(self, layout: int) -> None:
        self.layoutLogic().GetLayoutNode().SetViewArrangement(layout)
        self._follow()
