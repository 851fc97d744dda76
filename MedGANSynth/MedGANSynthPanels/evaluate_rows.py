"""The Evaluate panel's rows, by what is judged, and why nothing can be judged yet."""

from slicer.i18n import tr as _

from .errors import PanelError
from .folders import report_problem, same
from .parameters import Judged
from .paths import is_folder, typed

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


def choice(parameters) -> tuple:
    """What is judged, as it is now: figures of another choice are not this one's."""
    settings = parameters.evaluate
    if settings.judged == Judged.VOLUME:
        nodes = (parameters.result, parameters.reference, parameters.mask)
        return settings.judged, *((node, _state(node)) for node in nodes)
    names = [name for name in FOLDERS if settings.judged in ROWS.get(f"{name}FolderEdit", ())]
    return settings.judged, *(getattr(settings, f"{name}Folder") for name in names)


def _state(node) -> tuple:
    """Changes when a node gets other voxels, another shape or another place."""
    if node is None:
        return ()
    parent = node.GetParentTransformNode()
    return _content(node), None if parent is None else parent.GetTransformToWorldMTime()


def _content(node) -> tuple:
    from .restriction import visible_segments  # it needs numpy, which takes its time

    if node.IsA("vtkMRMLSegmentationNode"):
        segmentation = node.GetSegmentation()
        kind = segmentation.GetSourceRepresentationName()
        ids = visible_segments(node)
        drawn = [segmentation.GetSegment(i).GetRepresentation(kind) for i in ids]
        return tuple((i, d is not None and d.GetMTime()) for i, d in zip(ids, drawn, strict=True))
    if node.IsA("vtkMRMLMarkupsROINode"):
        box = node.GetObjectToWorldMatrix()
        return node.GetSize(), tuple(box.GetElement(i, j) for i in range(3) for j in range(4))
    image = node.GetImageData() if node.IsA("vtkMRMLVolumeNode") else None
    return (None if image is None else image.GetMTime(),)


def problem(parameters) -> str | None:
    """The first thing that is missing; None when Evaluate may be pressed."""
    settings = parameters.evaluate
    if settings.judged != Judged.VOLUME:
        return _folders(settings) or report_problem(settings.reportFolder)
    missing = _nodes(parameters)
    if missing is None and typed(settings.reportFolder):
        return report_problem(settings.reportFolder)
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
    if not is_folder(settings.resultFolder):
        return _("Choose the folder of the volumes to be judged")
    if not is_folder(settings.referenceFolder):
        return _("Choose the folder of the references")
    if same(settings.resultFolder, settings.referenceFolder):
        return _("The results and the references lie in the same folder; choose two")
    return None
