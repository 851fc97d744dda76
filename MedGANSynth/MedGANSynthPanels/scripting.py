"""What scripts call: `slicer.util.getModuleLogic("MedGANSynth").translate(node, ...)` and so on.

All else is imported when it is needed: Slicer reads this file at its start.
"""

from pathlib import Path


class Scripting:
    """The public methods of the module's logic; the panels use nothing else."""

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
            output: an empty or synthetic volume node to fill; None makes a new one.
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
            The new node of each, None where it failed; the listener hears of what, as a `warning`.
            Without `wait` the `NodeBatch`, which has `cancel()`, `results` and `rows`.

        Raises:
            PanelError: none could be translated, it was cancelled, or the scene was closed.
        """
        from MedGANSynthPanels.batch import NodeBatch
        from MedGANSynthPanels.waiting import Waiting

        batch, waiting = NodeBatch(), Waiting(listener)
        batch.start(volumes, waiting.hear, model=model, **options)
        if not wait:
            return batch
        waiting.end(batch)
        return [row["result"] for row in batch.rows]

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

    def generate(
        self,
        model,
        count=1,
        seed=0,
        temperature=1.0,
        device="auto",
        wait=True,
        listener=None,
    ):
        """Make volumes of nobody, in the folder "Synthetic" of the subject hierarchy.

        Args:
            model: a name of `models()` that generates, or the folder of a model package.
            count: how many; they enter the scene as they come.
            seed: the same model, seed and number give the same volume.
            temperature: below 1: more average and less varied.
            device, wait, listener: as for `translate`.

        Returns:
            The new volume nodes (sequence nodes, of a model of cines); without `wait` the
            `Generation`, which has `cancel()` and `results`.

        Raises:
            PanelError: what is wrong and what to do, in one sentence.
        """
        return self._generate(
            wait, listener, model, count, seed, None, "slerp", temperature, device
        )

    def interpolate(
        self,
        model,
        seed,
        to_seed,
        steps=9,
        interpolation="slerp",
        temperature=1.0,
        device="auto",
        wait=True,
        listener=None,
    ):
        """Walk from one seed's first volume to that of another, as a sequence with a browser.

        Args:
            steps: volumes on the way, both ends included.
            interpolation: "slerp", along the arc, or "lerp", straight.
            model, temperature, device, wait, listener: as for `generate`.

        Returns:
            The new sequence node; without `wait` the `Generation`.

        Raises:
            PanelError: as `generate`; the scene is unchanged.
        """
        if to_seed is None or to_seed == seed:
            from slicer.i18n import tr as _

            from MedGANSynthPanels.errors import PanelError

            raise PanelError(_("A walk needs two different seeds; give the second as to_seed."))
        made = self._generate(
            wait, listener, model, steps, seed, to_seed, interpolation, temperature, device
        )
        return made[0] if wait else made

    def _generate(self, wait, listener, *what):
        from MedGANSynthPanels.generation import Generation
        from MedGANSynthPanels.waiting import Waiting

        generation, waiting = Generation(), Waiting(listener)
        generation.start(*what, listener=waiting.hear)
        return waiting.results(generation) if wait else generation

    def evaluate(self, result, reference, mask=None, out=None, wait=True, listener=None):
        """Measure a result against its reference: a table, two plots and a map of the errors.

        They lie where the reference does in the subject hierarchy, the map on its voxel grid.

        Args:
            result: the volume node to be judged; it is interpolated onto the reference's grid.
            reference: the real volume node.
            mask: segmentation, ROI or mask volume inside which is measured; None takes the
                reference's voxels above its minimum.
            out: a new folder for the report with pictures, `report.html`; None writes none.
            wait, listener: as for `translate`.

        Returns:
            The `Evaluation`: `figures` by name ("mae_raw", "ssim_3d_fit", ...), and the nodes
            `table`, `error_map`, `histogram`, `differences`, `segments`. Without `wait` they come
            later; it has `cancel()`.

        Raises:
            PanelError: what is wrong and what to do, in one sentence; the scene is unchanged.
        """
        from MedGANSynthPanels.evaluation import Evaluation
        from MedGANSynthPanels.waiting import Waiting

        evaluation, waiting = Evaluation(), Waiting(listener)
        evaluation.start(result, reference, mask, out, waiting.hear)
        if wait:
            waiting.end(evaluation)
        return evaluation

    def evaluate_folders(
        self,
        results,
        references,
        out,
        masks=None,
        training=None,
        sets=False,
        wait=True,
        listener=None,
    ):
        """Measure a folder of volume files against a folder of real ones, and write a report.

        Args:
            results, references: folders; files of the same name belong together.
            out: a new folder for the report, `report.html`, and its tables.
            masks: folder of masks by the same names.
            training: folder of what a generator was trained on; with `sets` alone.
            sets: compare them as sets: for volumes of nobody, which have no partner.
            wait, listener: as for `translate`.

        Returns:
            The `FolderEvaluation`, with `rows`, `report` and `results`, the table nodes.

        Raises:
            PanelError: what stopped the whole of it; a case that fails is a row of its own.
        """
        from MedGANSynthPanels.folder_evaluation import FolderEvaluation
        from MedGANSynthPanels.waiting import Waiting

        evaluation, waiting = FolderEvaluation(), Waiting(listener)
        evaluation.start(results, references, out, masks, training, sets, waiting.hear)
        if wait:
            waiting.end(evaluation)
        return evaluation

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
        from MedGANSynthPanels.paths import typed
        from MedGANSynthPanels.waiting import Waiting

        waiting = Waiting(listener)
        job = export_dicom(volume, folder, waiting.hear)
        if not wait:
            return job
        waiting.end(job)
        return typed(folder)

    def check_training(
        self,
        preset,
        data,
        out,
        settings=(),
        device="auto",
        validation=0.15,
        wait=True,
        listener=None,
    ):
        """Look at the data of a training before it starts, and estimate what it will cost.

        Args:
            preset: a name of `medgansynth presets list`, or a TOML file.
            data: None for the built-in phantom; the path of a data list or of a BIDS folder;
                folders by modality, such as {"t1": folder}; or cases of the scene, a list of
                dictionaries such as {"subject": "a", "t1": node}, whose nodes are written to files.
            out: the Run folder; what is written for the training goes into its folder `data`.
            settings: overrides of the preset, such as ["batch=2", "steps=100"]; one may be a text.
            device: "auto", "cpu", or a GPU such as "cuda:0".
            validation: share of the people that is kept for validation.
            wait, listener: as for `translate`.

        Returns:
            A dictionary: `text`, `rows` (people), `images`, `findings`, `cost` (`seconds`, `disk`,
            `memory`), `failed` (how many findings stop the training), and `data`, the path of the
            data list for `train`. Without `wait` the `DataCheck`, which has `cancel()`, `result`.

        Raises:
            PanelError: what is wrong and what to do, in one sentence.
        """
        from MedGANSynthPanels.data_check import DataCheck
        from MedGANSynthPanels.presets import as_settings
        from MedGANSynthPanels.waiting import Waiting

        check, waiting = DataCheck(), Waiting(listener)
        check.start(preset, data, out, as_settings(settings), device, validation, waiting.hear)
        if not wait:
            return check
        waiting.end(check)
        return check.result

    def train(self, preset, data, out, settings=(), device="auto", keep=False):
        """Start a training in a process of its own, which outlives the module.

        Args:
            preset, settings, device: as for `check_training`.
            data: the path of a data list; None for the built-in phantom.
            out: the Run folder to write.
            keep: go on when Slicer ends; else a checkpoint is written then.

        Returns:
            The `TrainingRun`: after `look()` it has `state`, `fraction`, `left_s`; and `stop()`.

        Raises:
            PanelError: what is wrong and what to do, in one sentence.
        """
        from MedGANSynthPanels.training_task import start_training, train_task

        return start_training(train_task(preset, data, out, settings, device), keep)

    def resume_training(self, folder, keep=False):
        """Go on with a training that was started from Slicer; as `train`."""
        from MedGANSynthPanels.paths import needed
        from MedGANSynthPanels.trainer import request_of
        from MedGANSynthPanels.training_task import start_training

        return start_training(request_of(needed(folder)), keep)

    def trainings(self):
        """The trainings that the panel lists, those of earlier sessions too."""
        from MedGANSynthPanels import run_list

        return [entry.run for entry in run_list.listed()]

    def export_training(self, folder, name=None, wait=True, listener=None):
        """Make a model of a Run folder's best checkpoint, among the user's own.

        Args:
            name: of the model; None takes the folder's.
            wait, listener: as for `export_dicom`.

        Returns:
            The model's folder; without `wait` the worker's `Job`.

        Raises:
            PanelError: there is no checkpoint yet, or it is not sound.
        """
        from MedGANSynthPanels.export_training import export_training
        from MedGANSynthPanels.paths import needed
        from MedGANSynthPanels.waiting import Waiting

        waiting = Waiting(listener)
        job = export_training(needed(folder), name, waiting.hear)
        if not wait:
            return job
        waiting.end(job)
        return Path(waiting.last["result"]["outputs"][0])

    def ready(self, parent=None):
        """Whether all that models need is installed; if not, asks whether to install it now."""
        from MedGANSynthPanels import install

        return install.ready(parent)

    def sequence_of(self, volume):
        """The sequence whose frames a volume shows; None for a volume that stands alone."""
        from MedGANSynthPanels import browsers

        return browsers.sequence_of(volume) if volume is not None else None
