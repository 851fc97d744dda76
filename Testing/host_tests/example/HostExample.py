"""A small module in the manner of Slicer's template; it multiplies a volume by a gain."""

import enum
import os
from pathlib import Path
from typing import Annotated

import ctk  # noqa: F401
import qt
import slicer
import vtk
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import (
    Choice,
    Default,
    FloatRange,
    WithinRange,
    parameterNodeWrapper,
    parameterPack,
)
from slicer.ScriptedLoadableModule import *  # noqa: F403
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class HostExample(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Host example")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Testing")]
        self.started = 0
        slicer.app.connect("startupCompleted()", self.on_started)

    def on_started(self):
        self.started += 1


class Mode(enum.Enum):
    SCALE = "scale"
    SHIFT = "shift"

    def label(self):
        return self.value.title()


@parameterPack
class Advanced:
    gain: Annotated[float, WithinRange(0, 4), Default(2.0)]
    repeats: Annotated[int, WithinRange(1, 5)] = 1
    window: Annotated[FloatRange, WithinRange(0, 50)] = FloatRange(0, 10)


@parameterNodeWrapper
class HostExampleParameterNode:
    inputVolume: vtkMRMLScalarVolumeNode
    outputVolume: vtkMRMLScalarVolumeNode
    advanced: Advanced
    mode: Mode
    order: Annotated[str, Choice(["linear", "nearest"])] = "nearest"
    note: str = "nothing"
    folder: Path
    keep: bool = True
    extras: list[vtkMRMLScalarVolumeNode]
    tags: dict[str, int]


class HostExampleWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self._parameterNode = None
        self._tag = None

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/HostExample.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = HostExampleLogic()
        scene = slicer.mrmlScene
        self.addObserver(scene, slicer.vtkMRMLScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, slicer.vtkMRMLScene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, slicer.vtkMRMLScene.EndImportEvent, self.onSceneEndImport)
        self.ui.applyButton.connect("clicked(bool)", self.onApplyButton)
        self.initializeParameterNode()

    def cleanup(self):
        self.removeObservers()

    def enter(self):
        self.initializeParameterNode()

    def exit(self):
        self.setParameterNode(None)

    def onSceneStartClose(self, caller, event):
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event):
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneEndImport(self, caller, event):
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        self.setParameterNode(self.logic.getParameterNode())

    def setParameterNode(self, node):
        if self._parameterNode is not None:
            self._parameterNode.disconnectGui(self._tag)
            changed = vtk.vtkCommand.ModifiedEvent
            self.removeObserver(self._parameterNode, changed, self._checkCanApply)
        self._parameterNode = node
        if node is not None:
            bound = {w.property("SlicerParameterName"): w for w in vars(self.ui).values()}
            bound = {name: widget for name, widget in bound.items() if name}
            self._tag = node.connectParametersToGui(bound)
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._checkCanApply)
            self._checkCanApply()

    def _checkCanApply(self, caller=None, event=None):
        ready = self._parameterNode.inputVolume is not None
        self.ui.applyButton.enabled = ready
        self.ui.applyButton.toolTip = _("Compute") if ready else _("Choose an input volume")

    def onApplyButton(self):
        with slicer.util.tryWithErrorDisplay(_("Failed."), waitCursor=True):
            node = self._parameterNode
            node.outputVolume = self.logic.process(node.inputVolume, node.advanced.gain)


class HostExampleLogic(ScriptedLoadableModuleLogic):
    def getParameterNode(self):
        return HostExampleParameterNode(super().getParameterNode())

    def process(self, volume, gain):
        result = slicer.modules.volumes.logic().CloneVolume(volume, volume.GetName() + " x")
        slicer.util.updateVolumeFromArray(result, slicer.util.arrayFromVolume(volume) * gain)
        return result


class HostExampleTest(ScriptedLoadableModuleTest):
    def runTest(self):
        import numpy as np

        assert os.path.isdir(slicer.app.temporaryPath)
        assert qt.QSettings().value("never/set") is None
        volume = slicer.util.addVolumeFromArray(np.ones((2, 3, 4), np.float32))
        result = slicer.util.getModuleLogic("HostExample").process(volume, 3.0)
        assert slicer.util.arrayFromVolume(result).max() == 3
