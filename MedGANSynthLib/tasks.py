"""The typed requests: what the command line, the Slicer module and Python users all build.

A Task is a frozen dataclass whose fields are exactly the keyword arguments of the function that
does the work; `run` imports that function and calls it. Importing this module costs nothing and
needs the standard library only, so the Slicer module can build and show Tasks before anything is
installed.

    from pathlib import Path
    from MedGANSynthLib import tasks
    task = tasks.Translate(inputs=(Path("t1.nii.gz"),), model="t1-t2-brain", out=Path("t2.nii.gz"))
    tasks.run(task)
"""

import dataclasses
import importlib
from pathlib import Path
from typing import Any, ClassVar

from .errors import MedGANSynthError
from .events import Events


def _field(text: str, default: Any = dataclasses.MISSING, **metadata: Any) -> Any:
    """A field with its help text; `positional`, `short` and `metavar` shape the command line."""
    return dataclasses.field(default=default, metadata={"help": text, **metadata})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """Base of all requests.

    Attributes:
        command: the words on the command line.
        function: "module:function" below this package that does the work.
    """

    command: ClassVar[str] = ""
    function: ClassVar[str] = ""


_MODEL = "a model package: catalogue name, folder or zip"
_DEVICE = "auto, cpu, or a GPU such as cuda:0"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Translate(Task):
    """Translate volumes into another modality."""

    command = "translate"
    function = "inference.cohort:translate"

    inputs: tuple[Path, ...] = _field(
        "volumes (NIfTI, NRRD, MHA, DICOM folder) or folders of them", (), positional=True
    )
    model: str = _field(_MODEL, short="-m")
    out: Path = _field("output file, or folder when there are several inputs", short="-o")
    direction: str | None = _field("one of the model's directions, such as t2-to-t1", None)
    input: tuple[str, ...] = _field(
        "NAME=FILE, once for each modality that the model wants", (), metavar="NAME=FILE"
    )
    device: str = _field(_DEVICE, "auto")
    batch: int = _field("slices computed at once (0: chosen from the slice size)", 0)
    match_range: Path | None = _field("put the output on this volume's intensity scale", None)
    uncertainty: bool = _field("also write a map of how unsure the model is, voxel by voxel", False)
    fill_nonfinite: float | None = _field("replace NaN and infinite voxels by this value", None)
    shard: str = _field("do only part I of N of the cohort, such as 3/16", "1/1", metavar="I/N")
    overwrite: bool = _field("write outputs again that exist already", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Generate(Task):
    """Generate volumes of nobody, walk between two of them, or make given scans again."""

    command = "generate"
    function = "inference.generate:generate"

    model: str = _field(_MODEL, short="-m")
    out: Path = _field("folder for the volumes and a picture of them", short="-o")
    count: int = _field("how many volumes, or steps of a walk", 1, short="-n")
    seed: int = _field("the same seed, number and model give the same volume", 0)
    to_seed: int | None = _field("walk from the first volume of --seed to that of this seed", None)
    interpolation: str = _field("of a walk: slerp (keeps to likely codes) or lerp", "slerp")
    temperature: float = _field("below 1: more average and less varied volumes", 1.0)
    reconstruct: tuple[Path, ...] = _field("make these scans again through the model's encoder", ())
    device: str = _field(_DEVICE, "auto")
    overwrite: bool = _field("write volumes again that exist already", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Train(Task):
    """Train a preset on a data list; the same command again resumes."""

    command = "train"
    function = "training.command:train"

    preset: str = _field("preset name or a TOML file", short="-p")
    data: Path | None = _field("data list (JSON); without it the built-in phantom is used", None)
    out: Path | None = _field("the Run folder to write or resume", None, short="-o")
    set: tuple[str, ...] = _field(
        "override a setting, such as optimizer.generator.lr=1e-4", (), metavar="KEY=VALUE"
    )
    device: str = _field(_DEVICE, "auto")
    dry_run: bool = _field("print the resolved config and the networks' sizes, then stop", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PresetsList(Task):
    """List the presets."""

    command = "presets list"
    function = "training.config:list_presets"


@dataclasses.dataclass(frozen=True, kw_only=True)
class PresetsShow(Task):
    """Show one preset as commented TOML."""

    command = "presets show"
    function = "training.config:show_preset"

    name: str = _field("preset name", positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class MakeDatalist(Task):
    """Write a data list from folders, a BIDS tree, a CSV file or the built-in phantom."""

    command = "datalist"
    function = "data.build:make_datalist"

    out: Path = _field("data list to write (JSON)", short="-o")
    folder: tuple[str, ...] = _field(
        "MODALITY=DIR, once for each modality", (), metavar="MODALITY=DIR"
    )
    bids: Path | None = _field(
        "BIDS tree, or a flat folder of files named SUBJECT_SUFFIX.nii.gz", None
    )
    modality: tuple[str, ...] = _field(
        "with --bids: MODALITY=SUFFIX, such as t1=T1w", (), metavar="MODALITY=SUFFIX"
    )
    csv: Path | None = _field("CSV with the columns subject and one per modality", None)
    root: Path | None = _field("folder of the CSV's paths (without it: the CSV's own)", None)
    phantom: int = _field("write this many procedural head phantoms beside the list", 0)
    validation: float = _field("share of the people for validation", 0.15)
    test: float = _field("share of the people for testing", 0.0)
    split: Path | None = _field(
        'split file in place of shares: JSON {"training": [subjects], "validation": [...]}', None
    )
    seed: int = _field("seed of the split and of the phantoms", 0)
    overwrite: bool = _field("replace an existing list and phantoms", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsList(Task):
    """List the model packages that ship and the user's own."""

    command = "models list"
    function = "models.commands:list_models"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsShow(Task):
    """Show a model's card."""

    command = "models show"
    function = "models.commands:show_model"

    model: str = _field(_MODEL, positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsVerify(Task):
    """Check a package: hashes, schema, shapes, finite weights, one forward pass."""

    command = "models verify"
    function = "models.commands:verify_model"

    model: str = _field(_MODEL, positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsAdd(Task):
    """Verify a package (folder or zip) and copy it into the user's catalogue."""

    command = "models add"
    function = "models.commands:add_model"

    package: Path = _field("package folder or zip", positional=True)
    overwrite: bool = _field("replace a package of the same name", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsRemove(Task):
    """Remove a package from the user's catalogue."""

    command = "models remove"
    function = "models.commands:remove_model"

    name: str = _field("catalogue name", positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsExport(Task):
    """Make a model package of a Run."""

    command = "models export"
    function = "models.making:export_run"

    run: Path = _field("the Run folder", positional=True)
    out: Path = _field("package folder, or a name ending in .zip", short="-o")
    name: str = _field("catalogue name of the model")
    title: str = _field("one line for people", "")
    card: Path | None = _field("TOML file with licence, data, intended use, limits, quality", None)
    checkpoint: str = _field("best, last or previous", "best")
    half: bool = _field("store the weights in half precision", False)
    overwrite: bool = _field("replace an existing package", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsImport(Task):
    """Make a model package of another project's weights."""

    command = "models import"
    function = "models.making:import_weights"

    weights: Path = _field("state dict (.pth) of a trained generator", positional=True)
    architecture: str = _field("resnet_9blocks or unet_256 (pytorch-CycleGAN-and-pix2pix)")
    out: Path = _field("package folder, or a name ending in .zip", short="-o")
    name: str = _field("catalogue name of the model")
    source: str = _field("modality that goes in", "t1")
    target: str = _field("modality that comes out", "t2")
    reverse: Path | None = _field("weights of the opposite direction, same architecture", None)
    spacing: float | None = _field("in-plane spacing in mm it was trained at", None)
    licence: str = _field("licence of the weights", "unknown")
    overwrite: bool = _field("replace an existing package", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsImportAlphaWGAN(Task):
    """Make a model package of a generator trained with the published alpha-WGAN code."""

    command = "models import-alpha-wgan"
    function = "models.alpha_wgan:import_alpha_wgan"

    weights: Path = _field("the generator's state dict, such as G_iter200000.pth", positional=True)
    encoder: Path | None = _field("the encoder's state dict, such as E_iter200000.pth", None)
    out: Path = _field("package folder, or a name ending in .zip", short="-o")
    name: str = _field("catalogue name of the model")
    modality: str = _field("what it was trained on", "t2")
    spacing: tuple[float, ...] = _field("voxel sides in mm, three numbers")
    crop: tuple[int, ...] = _field("voxels without the padding, such as 64 64 40", ())
    licence: str = _field("licence of the weights", "unknown")
    overwrite: bool = _field("replace an existing package", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelsBundle(Task):
    """Write a MONAI bundle of one direction of a package."""

    command = "models bundle"
    function = "models.commands:write_bundle"

    model: str = _field(_MODEL, positional=True)
    out: Path = _field("bundle folder to write", short="-o")
    direction: str | None = _field("one of the model's directions", None)
    overwrite: bool = _field("replace an existing bundle", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluatePaired(Task):
    """Compare synthetic volumes with real ones of the same people."""

    command = "evaluate paired"
    function = "evaluation.paired:evaluate_paired"

    predictions: tuple[Path, ...] = _field(
        "synthetic volumes or folders of them (optional with --data and --model)",
        (),
        positional=True,
    )
    targets: tuple[Path, ...] = _field("real volumes, same order or same file names", ())
    masks: tuple[Path, ...] = _field("brain masks, likewise", ())
    data: Path | None = _field("data list that names inputs, targets and masks", None)
    split: str = _field("split of the data list to judge on", "validation")
    source: str = _field("modality of the data list that goes in", "t1")
    target: str = _field("modality of the data list that is compared with", "t2")
    mask: str = _field("key of the mask in the data list", "mask")
    model: str | None = _field("translate the split with this model and judge the result", None)
    direction: str | None = _field("one of the model's directions", None)
    strip: bool = _field("blank everything outside the mask before translating", False)
    baselines: bool = _field("put identity, inversion, look-up table and trees beside", False)
    device: str = _field(_DEVICE, "auto")
    seed: int = _field("seed of the bootstrap and of the trees", 0)
    out: Path | None = _field("folder for cases.csv and summary.json", None, short="-o")
    overwrite: bool = _field("replace an existing result", False)


_STUDY = "a study folder that `study prepare` wrote"
_KEY = "the study's key file"


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudySizes(Task):
    """Say what studies of several sizes can show, before one is begun."""

    command = "study sizes"
    function = "turing.sizes:plan_sizes"

    cases: tuple[int, ...] = _field("numbers of scored cases (default: 20 50 100 200 300)", ())
    readers: tuple[int, ...] = _field("numbers of readers (default: 1 5)", ())
    accuracy: float = _field("true accuracy that should be found", 0.65)
    margin: float = _field("distance from 0.5 that counts as equivalent", 0.10)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyPrepare(Task):
    """Prepare a blinded reader study (Turing test): a sealed study folder and its key apart."""

    command = "study prepare"
    function = "turing.prepare:prepare_study"

    cases: Path | None = _field(
        "CSV, TSV or JSON with path, label (real, synthetic) and perhaps role, group, subject, "
        "model, seed, plane, notes",
        None,
    )
    real: Path | None = _field("folder of real volumes, together with --synthetic", None)
    synthetic: Path | None = _field("folder of synthetic volumes", None)
    bids: Path | None = _field(
        'BIDS tree; synthetic are desc-synthetic files or those with "Synthetic": true', None
    )
    out: Path = _field("study folder to write", short="-o")
    key: Path | None = _field("key file to write (default: beside the study, -key.json)", None)
    name: str = _field("title of the study", "")
    readers: int = _field("number of readers, named reader-1, reader-2, ...", 5)
    display: str = _field("volume, slice, cine or pair (side by side)", "volume")
    plane: str = _field("axial, coronal or sagittal, of slice, cine and pair", "axial")
    exposure: float | None = _field("seconds until a mask covers the image", None)
    prevalence: str = _field("half, or drawn: 40 to 60 % for each reader", "half")
    repeats: float = _field("share of the cases that come twice", 0.15)
    practice: int = _field("cases with feedback before the study, taken from the list", 4)
    catch: int = _field("obvious fakes, made of synthetic cases (none in pairs)", 4)
    endpoint: str = _field("auc or accuracy: the figure that decides", "auc")
    margin: float = _field("distance from 0.5 that counts as equivalent to guessing", 0.10)
    selection: str = _field("how the synthetic cases were chosen", "")
    exclusions: str = _field("which answers or readers would be left out", "")
    spacing: tuple[float, ...] = _field("common voxel size in mm (3 numbers)", ())
    shape: tuple[int, ...] = _field("common size in voxels (3 numbers)", ())
    training: Path | None = _field("data list of the model's training, to warn of overlap", None)
    seed: int = _field("seed of names, orders and dither", 0)
    no_audit: bool = _field("leave the leak audit to `study audit`", False)
    overwrite: bool = _field("replace an existing study and key", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyAudit(Task):
    """Check whether a study's files give the classes away; without that no reading starts."""

    command = "study audit"
    function = "turing.audit:audit_study"

    study: Path = _field(_STUDY, positional=True)
    key: Path = _field(_KEY)
    override: str = _field("reason to start although a leak is found", "")
    permutations: int = _field("shuffles of the labels for the p", 99)
    seed: int = _field("seed of forest and shuffles", 0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyProgress(Task):
    """Say how far each reader is, without unblinding anything."""

    command = "study progress"
    function = "turing.reading:show_progress"

    study: Path = _field(_STUDY, positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyAnalyse(Task):
    """Unblind a study and print its figures."""

    command = "study analyse"
    function = "turing.analysis:analyse_study"

    study: Path = _field(_STUDY, positional=True)
    key: Path = _field(_KEY)
    out: Path | None = _field("folder for summary.json and the tables as CSV", None, short="-o")
    overwrite: bool = _field("replace an existing folder", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyReport(Task):
    """Unblind a study and write its report: one HTML page, and every table as CSV."""

    command = "study report"
    function = "turing.report:report_study"

    study: Path = _field(_STUDY, positional=True)
    key: Path = _field(_KEY)
    out: Path = _field("folder to write", short="-o")
    overwrite: bool = _field("replace an existing folder", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyDemo(Task):
    """Make a whole study of phantoms, read it with simulated readers, report it."""

    command = "study demo"
    function = "turing.demo:demo_study"

    out: Path = _field("folder to write", short="-o")
    cases: int = _field("cases of each class", 30)
    seed: int = _field("seed of phantoms, orders and readers", 0)
    overwrite: bool = _field("replace an existing folder", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShowProvenance(Task):
    """Say whether a file is synthetic and where it comes from."""

    command = "provenance"
    function = "volume.verify:show_provenance"

    file: Path = _field("a volume", positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExportDicom(Task):
    """Write a synthetic volume as a DICOM series that says so in every file."""

    command = "export-dicom"
    function = "volume.dicom_export:export_dicom"

    volume: Path = _field("a volume that MedGANSynth made", positional=True)
    out: Path = _field("folder to write", short="-o")
    sidecar: Path | None = _field("its .synthetic.json, if that lies elsewhere", None)
    overwrite: bool = _field("replace an existing folder", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Doctor(Task):
    """Say what works on this computer, and what to do where something does not."""

    command = "doctor"
    function = "doctor:doctor"


def _all_tasks(base: type[Task]) -> list[type[Task]]:
    return [t for s in base.__subclasses__() for t in ([s] if s.command else []) + _all_tasks(s)]


TASKS: dict[str, type[Task]] = {task.command: task for task in _all_tasks(Task)}


def run(task: Task, events: Events | None = None) -> dict[str, Any]:
    """Do `task` and return its result, which is made of plain JSON types.

    Raises:
        MedGANSynthError: what went wrong, in one sentence.
    """
    module, function = task.function.split(":")
    fields = {f.name: getattr(task, f.name) for f in dataclasses.fields(task)}
    try:
        work = getattr(importlib.import_module(f".{module}", __package__), function)
        return work(**fields, events=events or Events())
    except ModuleNotFoundError as error:
        raise not_installed(error) from None


def not_installed(error: ModuleNotFoundError) -> Exception:
    """What to say of a package that is missing; a missing module of our own is a defect."""
    name = (error.name or "a package").split(".")[0]
    if name == __package__:
        return error
    return MedGANSynthError(
        f"{name} is not installed; `medgansynth doctor` says what is missing and how to get it."
    )
