"""The word SYNTHETIC in the corner of every slice or 3D view that shows a synthetic volume."""

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from MedGANSynthLib.volume.provenance import FLAG

from .marking import is_synthetic

_PLACE = (0.98, 0.02)
_YELLOW = (1.0, 0.85, 0.2)
_SIZE = 16
_SETTLE_MS = 30


class CornerLabels(VTKObservationMixin):
    """Watches what the views show; one for the session, `stop` it in the end.

    A prop of our own in each view: Slicer's own corner annotations are written anew at every
    mouse move.
    """

    def __init__(self) -> None:
        VTKObservationMixin.__init__(self)
        self._labels: dict[str, vtk.vtkTextActor] = {}
        self._stopped = self._waiting = False
        self.addObserver(slicer.mrmlScene, slicer.vtkMRMLScene.NodeAddedEvent, self._look)
        self._look()

    def stop(self) -> None:
        """Take the labels away and watch no more."""
        self._stopped = True
        self.removeObservers()
        for name in tuple(self._labels):
            self._show(name, False)

    def _look(self, *_arguments) -> None:
        """Once for all that changes now, and after `sidecars` has looked at what was loaded."""
        if not self._waiting:
            self._waiting = True
            qt.QTimer.singleShot(_SETTLE_MS, self.update)

    def update(self) -> None:
        """Put labels where they belong."""
        self._waiting = False
        if self._stopped:
            return
        manager = slicer.app.layoutManager()
        if manager is None:  # Slicer without a main window
            return
        in_space = False
        for name in manager.sliceViewNames():
            widget = manager.sliceWidget(name)
            composite, slice_node = widget.mrmlSliceCompositeNode(), widget.mrmlSliceNode()
            if composite is None:
                continue
            synthetic = shows_synthetic(composite)
            in_space |= synthetic and bool(slice_node.GetSliceVisible())
            self._watch(composite)
            self._watch(slice_node)
            self._show(name, synthetic)
        for display in slicer.util.getNodesByClass("vtkMRMLVolumeRenderingDisplayNode"):
            self._watch(display)
        for node in (view.mrmlViewNode() for view in _views_3d()):
            self._show(node.GetID(), in_space or renders_synthetic(node))

    def _watch(self, node) -> None:
        modified = vtk.vtkCommand.ModifiedEvent
        if not self.hasObserver(node, modified, self._look):
            self.addObserver(node, modified, self._look)

    def _show(self, name: str, synthetic: bool) -> None:
        if synthetic == (name in self._labels):
            return
        view = _view(name)
        if view is None:  # its layout has gone, with the label
            self._labels.pop(name, None)
            return
        renderer = view.renderWindow().GetRenderers().GetFirstRenderer()
        if synthetic:
            self._labels[name] = _label()
            renderer.AddViewProp(self._labels[name])
        else:
            renderer.RemoveViewProp(self._labels.pop(name))
        view.scheduleRender()


def shows_synthetic(composite) -> bool:
    """Whether a slice view shows a synthetic volume in any layer."""
    shown = [composite.GetBackgroundVolumeID(), composite.GetLabelVolumeID()]
    if composite.GetForegroundOpacity() > 0:
        shown.append(composite.GetForegroundVolumeID())
    return any(is_synthetic(slicer.mrmlScene.GetNodeByID(i)) for i in shown if i)


def renders_synthetic(view_node) -> bool:
    """Whether a 3D view shows a volume rendering of a synthetic volume."""
    return any(
        display.GetVisibility()
        and display.IsDisplayableInView(view_node.GetID())
        and is_synthetic(display.GetDisplayableNode())
        for display in slicer.util.getNodesByClass("vtkMRMLVolumeRenderingDisplayNode")
    )


def _views_3d() -> list:
    manager = slicer.app.layoutManager()
    return [manager.threeDWidget(n).threeDView() for n in range(manager.threeDViewCount)]


def _view(name: str):
    """The view of a slice view's name or of a 3D view node's ID; None if it is there no more."""
    for view in _views_3d():
        if view.mrmlViewNode().GetID() == name:
            return view
    widget = slicer.app.layoutManager().sliceWidget(name)
    return widget.sliceView() if widget is not None else None


def _label() -> vtk.vtkTextActor:
    label = vtk.vtkTextActor()
    label.SetInput(FLAG)
    label.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
    label.SetPosition(*_PLACE)
    text = label.GetTextProperty()
    text.SetFontSize(_SIZE)
    text.SetColor(*_YELLOW)
    text.SetShadow(True)
    text.SetJustificationToRight()
    text.SetVerticalJustificationToBottom()
    return label
