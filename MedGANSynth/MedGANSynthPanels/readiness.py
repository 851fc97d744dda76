"""Why nothing can be translated yet, in the words of a button's tooltip."""

from slicer.i18n import tr as _

from .errors import PanelError
from .fitting import Way, spoken
from .folders import results_problem
from .nodes import is_there
from .parameters import Source
from .paths import is_folder, typed


def problem(parameters, way: Way | None, all_frames: bool = False) -> str | None:
    """The first thing that is missing; None when Translate may be pressed.

    Args:
        all_frames: a sequence is made, so that the chosen output does not count.
    """
    if way is None:
        return _("There is no model; add one on the Models page")
    source = parameters.settings.source
    if source == Source.VOLUME:
        return _with_volume(parameters, way, None if all_frames else parameters.output)
    if len(way.inputs) > 1:
        return _("This model takes several volumes of one person; translate one volume at a time")
    if source == Source.SEVERAL:
        return _with_several(parameters, way)
    return _with_folder(parameters.settings)


def _with_volume(parameters, way: Way, output) -> str | None:
    nodes = {m: node for m, node in parameters.inputs.items() if m in way.inputs and is_there(node)}
    for modality in way.inputs:
        if modality not in nodes:
            return _("Choose a {modality} volume").format(modality=spoken(modality))
    if len({node.GetID() for node in nodes.values()}) < len(nodes):
        return _("The same volume is chosen twice")
    return _unfit(nodes.values(), way, output)


def _with_several(parameters, way: Way) -> str | None:
    nodes = [node for node in parameters.volumes if is_there(node)]
    return _unfit(nodes, way) if nodes else _("Check at least one volume")


def _with_folder(settings) -> str | None:
    if typed(settings.inputFolder) is None:
        return _("Choose the folder that holds the volumes")
    if not is_folder(settings.inputFolder):
        text = _("{folder} is not a folder; choose the one that holds the volumes")
        return text.format(folder=settings.inputFolder)
    return results_problem(settings.outputFolder, settings.inputFolder)


def _unfit(nodes, way: Way, output=None) -> str | None:
    from .volumes_in import check_output  # they need numpy, which takes its time
    from .volumes_out import check_slices, check_volume

    try:
        for node in nodes:
            check_volume(node)
            check_slices(node, way)
        check_output(output, nodes)
    except PanelError as error:
        return str(error).rstrip(".")
    return None
