"""MedGANSynth in 3D Slicer: metadata and wiring. The work is done by MedGANSynthLib."""

import sys
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)

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
            "Synthetic medical images with generative adversarial networks. For research only, "
            "not for diagnosis."
        )
        parent.acknowledgementText = _("Licence: Apache-2.0.")


class MedGANSynthWidget(ScriptedLoadableModuleWidget):
    """Lists the models that there are."""

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        self.logic = MedGANSynthLogic()
        names = ", ".join(row["name"] for row in self.logic.models()) or _("none yet")
        self.layout.addWidget(qt.QLabel(_("Models: {names}").format(names=names)))
        self.layout.addStretch(1)


class MedGANSynthLogic(ScriptedLoadableModuleLogic):
    """What scripts and panels use."""

    def models(self):
        """One dictionary for each model package, shipped ones first."""
        from MedGANSynthLib import tasks

        return tasks.run(tasks.ModelsList())["rows"]


class MedGANSynthTest(ScriptedLoadableModuleTest):
    """What Slicer's self-test runs."""

    def runTest(self):
        slicer.mrmlScene.Clear(0)
        self.assertIsInstance(MedGANSynthLogic().models(), list)
