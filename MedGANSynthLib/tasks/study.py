"""Requests of the blinded reader study (Turing test)."""

import dataclasses
from pathlib import Path

from .evaluation import EXCLUDE
from .task import Task, field

_STUDY = "a study folder that `study prepare` wrote"
_KEY = "the study's key file"


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudySizes(Task):
    """Say what studies of several sizes can show, before one is begun."""

    command = "study sizes"
    function = "turing.sizes:plan_sizes"

    cases: tuple[int, ...] = field("numbers of scored cases (default: 20 50 100 200 300)", ())
    readers: tuple[int, ...] = field("numbers of readers (default: 1 5)", ())
    accuracy: float = field("true accuracy that should be found", 0.65)
    margin: float = field("distance from 0.5 that counts as equivalent", 0.10)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyPrepare(Task):
    """Prepare a blinded reader study (Turing test): a sealed study folder and its key apart."""

    command = "study prepare"
    function = "turing.prepare:prepare_study"

    cases: Path | None = field(
        "CSV, TSV or JSON with path, label (real, synthetic) and perhaps role, group, subject, "
        "model, seed, plane, notes",
        None,
    )
    real: Path | None = field("folder of real volumes, together with --synthetic", None)
    synthetic: Path | None = field("folder of synthetic volumes", None)
    bids: Path | None = field(
        'BIDS tree; synthetic are desc-synthetic files or those with "Synthetic": true', None
    )
    include: tuple[str, ...] = field(
        "take only files of such names, such as '*_T1w.nii.gz'", (), metavar="PATTERN"
    )
    exclude: tuple[str, ...] = field(EXCLUDE, (), metavar="PATTERN")
    out: Path = field("study folder to write", short="-o")
    key: Path | None = field("key file to write (default: beside the study, -key.json)", None)
    name: str = field("title of the study", "")
    readers: int = field("number of readers, named reader-1, reader-2, ...", 5)
    display: str = field("volume, slice, cine or pair (side by side)", "volume")
    plane: str = field("axial, coronal or sagittal, of slice, cine and pair", "axial")
    exposure: float | None = field("seconds until a mask covers the image", None)
    clue: str = field("what readers are told to look for (a second round of the same cases)", "")
    prevalence: str = field("half, or drawn: 40 to 60 % for each reader", "half")
    repeats: float | None = field(
        "share of the cases that come twice (default: 0.15, or less where fewer fit)", None
    )
    practice: int = field(
        "cases with feedback before the study, taken from the list (even where shown in pairs)", 4
    )
    catch: int = field(
        "obvious fakes, made of synthetic cases that are not scored (none in pairs)", 4
    )
    endpoint: str = field("auc or accuracy: the figure that decides", "auc")
    margin: float = field("distance from 0.5 that counts as equivalent to guessing", 0.10)
    selection: str = field("how the synthetic cases were chosen", "")
    exclusions: str = field("which answers or readers would be left out", "")
    spacing: tuple[float, ...] = field("common voxel size in mm (3 numbers)", ())
    shape: tuple[int, ...] = field("common size in voxels (3 numbers)", ())
    training: Path | None = field("data list of the model's training, to warn of overlap", None)
    seed: int | None = field("repeat a preparation: the seed in its key (default: drawn)", None)
    no_audit: bool = field("leave the leak audit to `study audit`", False)
    overwrite: bool = field("replace an existing study and key", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyAudit(Task):
    """Check whether a study's files give the classes away; without that no reading starts."""

    command = "study audit"
    function = "turing.audit:audit_study"

    study: Path = field(_STUDY, positional=True)
    key: Path = field(_KEY)
    override: str = field("reason to start although a leak is found", "")
    permutations: int = field("shuffles of the labels for the p", 99)
    seed: int = field("seed of forest and shuffles", 0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyProgress(Task):
    """Say how far each reader is, without unblinding anything."""

    command = "study progress"
    function = "turing.reading:show_progress"

    study: Path = field(_STUDY, positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyAnalyse(Task):
    """Unblind a study and print its figures."""

    command = "study analyse"
    function = "turing.analysis:analyse_study"

    study: Path = field(_STUDY, positional=True)
    key: Path = field(_KEY)
    out: Path | None = field("folder for summary.json and the tables as CSV", None, short="-o")
    overwrite: bool = field("replace an existing folder", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyReport(Task):
    """Unblind a study and write its report: one HTML page, and every table as CSV."""

    command = "study report"
    function = "turing.report:report_study"

    study: Path = field(_STUDY, positional=True)
    key: Path = field(_KEY)
    out: Path = field("folder to write", short="-o")
    overwrite: bool = field("replace an existing folder", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyDemo(Task):
    """Make a whole study of phantoms, read it with simulated readers, report it."""

    command = "study demo"
    function = "turing.demo:demo_study"

    out: Path = field("folder to write", short="-o")
    model: str = field("generator or translator that makes the synthetic cases", "t1-t2-brain")
    cases: int = field("cases of each class", 30)
    seed: int = field("seed of phantoms, orders and readers", 0)
    overwrite: bool = field("replace an existing folder", False)
