"""The Evaluate panel's rows, by what is judged, and why nothing can be judged yet."""

from pathlib import Path

from slicer.i18n import tr as _

from .errors import PanelError
from .parameters import Judged

_FOLDERS = (Judged.PAIRS, Judged.SETS)
ROWS = {
    "resultLabel": (Judged.VOLUME,),
    "resultSelector": (Judged.VOLUME,),
    "referenceLabel": (Judged.VOLUME,),
    "referenceSelector": (Judged.VOLUME,),
    "maskLabel": (Judged.VOLUME,),
    "maskSelector": (Judged.VOLUME,),
    "resultFolderLabel": _FOLDERS,
    "resultFolderEdit": _FOLDERS,
    "referenceFolderLabel": _FOLDERS,
    "referenceFolderEdit": _FOLDERS,
    "maskFolderLabel": (Judged.PAIRS,),
    "maskFolderEdit": (Judged.PAIRS,),
    "trainingFolderLabel": (Judged.SETS,),
    "trainingFolderEdit": (Judged.SETS,),
}
FOLDERS = ("result", "reference", "mask", "training", "report")


def show_rows(ui, judged: Judged) -> None:
    """Show and hide."""
    for name, kinds in ROWS.items():
        getattr(ui, name).visible = judged in kinds


def problem(parameters) -> str | None:
    """The first thing that is missing; None when Evaluate may be pressed."""
    settings = parameters.evaluate
    missing = _nodes(parameters) if settings.judged == Judged.VOLUME else _folders(settings)
    if missing is None and settings.reportFolder and Path(settings.reportFolder).exists():
        return _("The report's folder exists already; choose a new one")
    return missing


def _nodes(parameters) -> str | None:
    from .volumes_out import check_volume  # it needs numpy, which takes its time

    result, reference = parameters.result, parameters.reference
    if result is None:
        return _("Choose the result to be judged")
    if reference is None:
        return _("Choose the reference, a real volume")
    if result is reference:
        return _("The result and its reference are the same volume; choose two")
    try:
        for node in (result, reference):
            check_volume(node)
    except PanelError as error:
        return str(error)
    return None


def _folders(settings) -> str | None:
    if not Path(settings.resultFolder or " ").is_dir():
        return _("Choose the folder of the volumes to be judged")
    if not Path(settings.referenceFolder or " ").is_dir():
        return _("Choose the folder of the references")
    if Path(settings.resultFolder).resolve() == Path(settings.referenceFolder).resolve():
        return _("The results and the references lie in the same folder; choose two")
    return None if settings.reportFolder else _("Choose a new folder for the report")
