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
import sys
from typing import Any

from ..doctor import too_old
from ..errors import MedGANSynthError
from ..events import Events
from ..foreseen import sentence_for
from .cine import CineMeasure, CineWarp
from .evaluation import (
    EvaluateDistribution,
    EvaluateLesion,
    EvaluateMemorisation,
    EvaluatePaired,
    EvaluateWalk,
)
from .experiment import ExperimentAblate, ExperimentAugmentation, ExperimentCompare
from .files import Doctor, ExportDicom, ShowProvenance
from .models import (
    ModelsAdd,
    ModelsBundle,
    ModelsExport,
    ModelsImport,
    ModelsImportAlphaWGAN,
    ModelsList,
    ModelsQuality,
    ModelsRemove,
    ModelsShow,
    ModelsVerify,
)
from .study import (
    StudyAnalyse,
    StudyAudit,
    StudyDemo,
    StudyPrepare,
    StudyProgress,
    StudyReport,
    StudySizes,
)
from .synthesis import Generate, Translate
from .task import Task
from .training import DataCheck, MakeDatalist, PresetsList, PresetsShow, Train

_LIBRARY = __package__.rpartition(".")[0]

TASKS: dict[str, type[Task]] = {
    task.command: task
    for task in (
        Translate,
        Generate,
        Train,
        PresetsList,
        PresetsShow,
        MakeDatalist,
        DataCheck,
        ModelsList,
        ModelsShow,
        ModelsVerify,
        ModelsAdd,
        ModelsRemove,
        ModelsExport,
        ModelsImport,
        ModelsImportAlphaWGAN,
        ModelsBundle,
        ModelsQuality,
        EvaluatePaired,
        EvaluateDistribution,
        EvaluateMemorisation,
        EvaluateLesion,
        EvaluateWalk,
        CineWarp,
        CineMeasure,
        ExperimentCompare,
        ExperimentAblate,
        ExperimentAugmentation,
        StudySizes,
        StudyPrepare,
        StudyAudit,
        StudyProgress,
        StudyAnalyse,
        StudyReport,
        StudyDemo,
        ShowProvenance,
        ExportDicom,
        Doctor,
    )
}
"""All Tasks by their command, in the order of `medgansynth --help`."""


def run(task: Task, events: Events | None = None) -> dict[str, Any]:
    """Do `task` and return its result, which is made of plain JSON types.

    Raises:
        MedGANSynthError: what went wrong, in one sentence.
    """
    module, function = task.function.split(":")
    fields = {f.name: getattr(task, f.name) for f in dataclasses.fields(task)}
    try:
        work = getattr(importlib.import_module(f"{_LIBRARY}.{module}"), function)
        if "torch" in sys.modules and task.command != "doctor" and (problem := too_old()):
            raise MedGANSynthError(problem)
        return work(**fields, events=events or Events())
    except ModuleNotFoundError as error:
        raise not_installed(error) from None
    except (ImportError, OSError, RuntimeError, UnicodeEncodeError) as error:
        if (said := sentence_for(error)) is None:
            raise
        raise said from None


def not_installed(error: ModuleNotFoundError) -> Exception:
    """What to say of a package that is missing; a missing module of our own is a defect."""
    name = (error.name or "a package").split(".")[0]
    if name == _LIBRARY:
        return error
    return MedGANSynthError(
        f"{name} is not installed; `medgansynth doctor` says what is missing and how to get it."
    )
