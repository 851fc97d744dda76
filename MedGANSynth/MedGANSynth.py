"""MedGANSynth in 3D Slicer: metadata, wiring, and what scripts call.

What is seen lies in MedGANSynthPanels, what computes in MedGANSynthLib. Nothing here imports torch.
"""

import sys
from pathlib import Path

import slicer
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


class MedGANSynthLogic(ScriptedLoadableModuleLogic):
    """What scripts call, and the panels too: `slicer.util.getModuleLogic("MedGANSynth")`."""

    def getParameterNode(self):
        """What is chosen in the panels, typed; see MedGANSynthPanels/parameters.py."""
        from MedGANSynthPanels import parameters

        return parameters.wrap(ScriptedLoadableModuleLogic.getParameterNode(self))

    def models(self):
        """One dictionary for each model package, shipped ones first."""
        from MedGANSynthLib import tasks

        return tasks.run(tasks.ModelsList())["rows"]

    def translate(
        self,
        volumes,
        model,
        direction=None,
        device="auto",
        output=None,
        restriction=None,
        uncertainty=False,
        wait=True,
        listener=None,
    ):
        """Make a synthetic volume; it lies on the voxel grid of the (first) input.

        Args:
            volumes: a volume node; a dictionary of them by modality for models of several inputs;
                a sequence node, which becomes a sequence.
            model: a name of `models()`, or the folder of a model package.
            direction: one of the model's, such as "t2-to-t1"; None is its first.
            device: "auto", "cpu", or a GPU such as "cuda:0".
            output: the volume node to fill; None makes a new one.
            restriction: segmentation or ROI node; outside it the result is background.
            uncertainty: also make volumes that say how unsure the model is.
            wait: return when it is done. Slicer's window stays alive meanwhile.
            listener: is called with every event, a dictionary; see `Translation`.

        Returns:
            The new node; without `wait` the `Translation`, which has `cancel()` and `results`.

        Raises:
            PanelError: what is wrong and what to do, in one sentence; the scene is unchanged.
        """
        from MedGANSynthPanels.translation import Translation
        from MedGANSynthPanels.waiting import Waiting

        translation, waiting = Translation(), Waiting(listener)
        translation.start(
            volumes, model, direction, device, output, restriction, uncertainty, waiting.hear
        )
        return waiting.results(translation)[0] if wait else translation

    def translate_several(self, volumes, model, wait=True, listener=None, **options):
        """Translate volume (or sequence) nodes one after the other; one that fails stops no other.

        Args:
            options: `direction`, `device`, `restriction`, `uncertainty` as for `translate`.

        Returns:
            The new nodes; without `wait` the `NodeBatch`, which has `cancel()` and `results`.

        Raises:
            PanelError: none could be translated.
        """
        from MedGANSynthPanels.batch import NodeBatch
        from MedGANSynthPanels.waiting import Waiting

        batch, waiting = NodeBatch(), Waiting(listener)
        batch.start(volumes, waiting.hear, model=model, **options)
        return waiting.results(batch) if wait else batch

    def translate_folder(self, folder, out, model, wait=True, listener=None, **options):
        """Translate all volume files of a folder into files; the scene is not touched.

        Args:
            options: `direction`, `device`, `uncertainty` as for `translate`.

        Returns:
            One dictionary for each volume; without `wait` the `FolderBatch`, which has `cancel()`.

        Raises:
            PanelError: what stopped the whole of it.
        """
        from MedGANSynthPanels.batch import FolderBatch
        from MedGANSynthPanels.waiting import Waiting

        batch, waiting = FolderBatch(), Waiting(listener)
        batch.start(folder, out, model, listener=waiting.hear, **options)
        if not wait:
            return batch
        waiting.results(batch)
        return batch.rows

    def export_dicom(self, volume, folder, wait=True, listener=None):
        """Write a synthetic volume node as a DICOM series that says so in every file.

        The series is hardened and names nobody: the library makes its header new.

        Args:
            folder: a new or empty folder.

        Returns:
            The folder; without `wait` the worker's `Job`, which has `cancel()`.

        Raises:
            PanelError: the node is not marked as synthetic, or cannot be written.
        """
        from MedGANSynthPanels.dicom_out import export_dicom
        from MedGANSynthPanels.waiting import Waiting

        waiting = Waiting(listener)
        job = export_dicom(volume, folder, waiting.hear)
        if not wait:
            return job
        waiting.end(job)
        return Path(folder)

    def ready(self, parent=None):
        """Whether all that models need is installed; if not, asks whether to install it now."""
        from MedGANSynthPanels import install

        return install.ready(parent)

    def sequence_of(self, volume):
        """The sequence whose frames a volume shows; None for a volume that stands alone."""
        from MedGANSynthPanels import sequences

        return sequences.sequence_of(volume) if volume is not None else None


class MedGANSynthTest(ScriptedLoadableModuleTest):
    """What Slicer's self-test runs; see MedGANSynthPanels/self_test.py."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        from MedGANSynthPanels import self_test

        for check in self_test.CHECKS:
            self.setUp()
            self.delayDisplay(check(self, MedGANSynthLogic()))
