"""Requests that measure results."""

import dataclasses
from pathlib import Path

from .task import DEVICE, MODEL, Task, field

EXCLUDE = "leave out files of such names, such as '*_mask.nii.gz'"


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluatePaired(Task):
    """Compare synthetic volumes with real ones of the same people."""

    command = "evaluate paired"
    function = "evaluation.paired:evaluate_paired"

    predictions: tuple[Path, ...] = field(
        "synthetic volumes or folders of them (optional with --data and --model)",
        (),
        positional=True,
    )
    targets: tuple[Path, ...] = field("real volumes, same order or same file names", ())
    masks: tuple[Path, ...] = field("brain masks, likewise", ())
    labels: tuple[Path, ...] = field("tissue label maps, likewise", ())
    data: Path | None = field("data list that names inputs, targets and masks", None)
    split: str = field("split of the data list to judge on", "validation")
    source: str = field("modality of the data list that goes in, or several: t1,t2", "t1")
    target: str = field("modality of the data list that is compared with", "t2")
    mask: str = field("key of the mask in the data list", "mask")
    label: str = field("key of a tissue label map in the data list", "labels")
    model: str | None = field("translate the split with this model and judge the result", None)
    direction: str | None = field("one of the model's directions", None)
    strip: bool = field("blank everything outside the mask before translating", False)
    baselines: bool = field("put methods without a network beside", False)
    compat: bool = field("also figures as the published SC-GAN code computes them", False)
    error_maps: bool = field("write prediction - target, after the fit, as volumes", False)
    device: str = field(DEVICE, "auto")
    seed: int = field("seed of the bootstrap and of the trees", 0)
    out: Path | None = field("folder for the report, its tables and summary.json", None, short="-o")
    overwrite: bool = field("replace an existing result", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluateDistribution(Task):
    """Compare a set of synthetic volumes with real ones, and let the gate decide."""

    command = "evaluate distribution"
    function = "evaluation.distribution:evaluate_distribution"

    synthetic: tuple[Path, ...] = field("synthetic volumes or folders of them", positional=True)
    real: tuple[Path, ...] = field("real volumes of people that were not trained on")
    training: tuple[Path, ...] = field("the training people's volumes, to find copies", ())
    spacing: tuple[float, ...] = field("common voxel sides in mm (default: the synthetic's)", ())
    size: tuple[int, ...] = field("common voxels along each axis (default: the synthetic's)", ())
    exclude: tuple[str, ...] = field(EXCLUDE, (), metavar="PATTERN")
    scale: str = field("each: own percentile range a volume; common: one for all", "each")
    baselines: bool = field("judge useless generators the same way; none may pass", False)
    seed: int = field("seed of draws, halves, folds and permutations", 0)
    out: Path | None = field("folder for the report and its tables", None, short="-o")
    overwrite: bool = field("replace an existing result", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluateMemorisation(Task):
    """Find synthetic volumes that are copies of training people."""

    command = "evaluate memorisation"
    function = "evaluation.memorisation:evaluate_memorisation"

    synthetic: tuple[Path, ...] = field("synthetic volumes or folders of them", positional=True)
    training: tuple[Path, ...] = field("the training people's volumes", ())
    held_out: tuple[Path, ...] = field("volumes of people that were not trained on", ())
    data: Path | None = field("data list in place of both", None)
    modality: str = field("its modality", "t1")
    exclude: tuple[str, ...] = field(EXCLUDE, (), metavar="PATTERN")
    spacing: tuple[float, ...] = field("common voxel sides in mm (default: the synthetic's)", ())
    size: tuple[int, ...] = field("common voxels along each axis (default: the synthetic's)", ())
    seed: int = field("seed of the draws", 0)
    out: Path | None = field("folder for the report and its tables", None, short="-o")
    overwrite: bool = field("replace an existing result", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluateLesion(Task):
    """Insert lesions into an input: does the translation keep, lose, invert or invent them?"""

    command = "evaluate lesion"
    function = "evaluation.lesion:evaluate_lesion"

    model: str = field(MODEL, short="-m")
    data: Path = field("data list that names inputs, targets and masks")
    split: str = field("split of the data list", "validation")
    source: str = field("modality of the data list that goes in, or several: t1,t2", "t1")
    target: str = field("modality of the data list that comes out", "t2")
    mask: str = field("key of the mask in the data list", "mask")
    direction: str | None = field("one of the model's directions", None)
    insert: str | None = field(
        "input modality that gets the lesion, or several: t1,t2 (default: the first)", None
    )
    radius: tuple[float, ...] = field("radii of the lesions in mm (default: 4 8)", ())
    contrast: tuple[float, ...] = field(
        "of the lesion, in standard deviations inside the mask, for all of --insert or one for "
        "each (default: -2)",
        (),
    )
    count: int = field("lesions of each radius in each person", 3)
    expect: str = field(
        "how a true lesion looks in the output: bright or dark (default: as in the real pair)", ""
    )
    strip: bool = field("blank everything outside the mask before translating", False)
    device: str = field(DEVICE, "auto")
    seed: int = field("seed of the places", 0)
    out: Path | None = field("folder for the report and its tables", None, short="-o")
    overwrite: bool = field("replace an existing result", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluateWalk(Task):
    """Measure whether a generator's walk between two seeds changes evenly or jumps."""

    command = "evaluate walk"
    function = "evaluation.walk:evaluate_walk"

    walk: tuple[Path, ...] = field("volumes of the walk, or a folder of them", positional=True)
    out: Path | None = field("CSV file of the steps", None, short="-o")
