"""A panel that shows the parameters of the scene."""

import qt
import slicer
import vtk

from .panel import Panel


class BoundPanel(Panel):
    """Widgets that name a parameter are bound to it; `refresh` shows whatever else follows.

    Attributes:
        parameters: what is shown; None while there is no scene to take it from.
    """

    def __init__(self, ui_file: str):
        Panel.__init__(self, ui_file)
        self.parameters = None
        self._bound = self._tag = None
        self._waiting = False
        closing = slicer.vtkMRMLScene.StartCloseEvent
        before_runs = 2.0  # a run says that it lost its scene, and that stays
        self.addObserver(slicer.mrmlScene, closing, self._scene_closes, priority=before_runs)

    def _scene_closes(self, _caller, _event) -> None:
        self.message.clear()

    def refresh(self, _caller=None, _event=None) -> None:
        """Show what the parameters say."""
        raise NotImplementedError

    def set_parameters(self, parameters) -> None:
        """Show these parameters; None while there are none."""
        changed = vtk.vtkCommand.ModifiedEvent
        if self.parameters is not None:
            self.removeObserver(self.parameters, changed, self.refresh)
        self.parameters = parameters
        if parameters is not None:
            self.message.look()
            self._bind(parameters)
            self.addObserver(parameters, changed, self.refresh)
        self.refresh()

    def refresh_soon(self, _caller=None, _event=None) -> None:
        """For observers of the scene: once for all that happens to it now."""
        if self._waiting or slicer.mrmlScene.IsBatchProcessing():
            return
        self._waiting = True
        qt.QTimer.singleShot(0, self._refresh_now)

    def _refresh_now(self) -> None:
        self._waiting = False
        if self.parameters is not None:
            self.message.look()
            self.refresh()

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends."""
        self.set_parameters(None)
        self._bind(None)
        Panel.cleanup(self)

    def _bind(self, parameters) -> None:
        """Once for each parameter node: Slicer keeps an observer of every time for good.

        Its own `connectGui` returns no tag, so that what it binds stays bound.
        """
        if parameters is self._bound:
            return
        if self._bound is not None:
            self._bound.disconnectGui(self._tag)
        self._bound = parameters
        if parameters is not None:
            named = {w.property("SlicerParameterName"): w for w in vars(self.ui).values()}
            named = {name: widget for name, widget in named.items() if name}
            self._tag = parameters.connectParametersToGui(named)
