"""MedGANSynth in 3D Slicer: metadata and wiring.

What is seen lies in MedGANSynthPanels, what computes in MedGANSynthLib. Nothing here imports torch.
"""

import sys
from pathlib import Path

import slicer
from MedGANSynthPanels.scripting import Scripting
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

_SOURCES = Path(__file__).resolve().parents[1]
if (_SOURCES / "MedGANSynthLib").is_dir() and str(_SOURCES) not in sys.path:
    sys.path.append(str(_SOURCES))  # a source checkout: the library is the module's neighbour


class MedGANSynth(ScriptedLoadableModule):
    """What Slicer's module list says."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = "MedGANSynth"
        parent.categories = [translate("qSlicerAbstractCoreModule", "Image Synthesis")]
        parent.dependencies = []
        parent.contributors = ["The MedGANSynth developers"]
        parent.helpText = _(
            "Synthetic medical images with generative adversarial networks: choose a volume, "
            "press Translate, and a synthetic volume of another modality lies on top of it. For "
            "research only, not for diagnosis."
        )
        parent.helpText += self.getDefaultModuleDocumentationLink()
        parent.acknowledgementText = _("Licence: Apache-2.0.")
        slicer.app.connect("startupCompleted()", _on_startup)


def _on_startup():
    from MedGANSynthPanels import sample_data, session, temporary

    sample_data.register()
    session.start()
    temporary.remove_leftovers()


class MedGANSynthWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panels, and when they come and go."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        from MedGANSynthPanels import session
        from MedGANSynthPanels.pages import Pages

        session.start()
        self.logic = MedGANSynthLogic()
        self.pages = Pages(self.logic, self.resourcePath("UI/MedGANSynth.ui"))
        self.layout.addWidget(self.pages.widget)
        scene = slicer.vtkMRMLScene
        self.addObserver(slicer.mrmlScene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, scene.EndCloseEvent, self.onSceneReady)
        self.addObserver(slicer.mrmlScene, scene.EndImportEvent, self.onSceneReady)
        self.onSceneReady()

    def enter(self):
        self.pages.enter()
        self.onSceneReady()

    def exit(self):
        self.pages.leave()
        self.pages.set_parameters(None)

    def onSceneStartClose(self, caller=None, event=None):
        self.pages.set_parameters(None)

    def onSceneReady(self, caller=None, event=None):
        if self.parent.isEntered:
            self.pages.set_parameters(self.logic.getParameterNode())

    def cleanup(self):
        self.removeObservers()
        self.pages.cleanup()

    def onReload(self):
        self.cleanup()
        from MedGANSynthPanels import lifetime

        lifetime.forget_modules()
        ScriptedLoadableModuleWidget.onReload(self)


class MedGANSynthLogic(ScriptedLoadableModuleLogic, Scripting):
    """What scripts call, and the panels too; see MedGANSynthPanels/scripting.py."""

    def getParameterNode(self):
        """What is chosen in the panels, typed; see MedGANSynthPanels/parameters.py."""
        from MedGANSynthPanels import parameters

        return parameters.wrap(ScriptedLoadableModuleLogic.getParameterNode(self))


class MedGANSynthTest(ScriptedLoadableModuleTest):
    """What Slicer's self-test runs; see MedGANSynthPanels/self_test.py."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        from MedGANSynthPanels import self_test

        for check in self_test.CHECKS:
            self.setUp()
            self.delayDisplay(check(self, MedGANSynthLogic()))
