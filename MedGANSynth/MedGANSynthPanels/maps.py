"""Maps of how unsure a model was: each belongs to one result, and goes when that is replaced."""

import slicer

from .former import remove
from .names import is_ours

_RESULT = "MedGANSynth.result"


def belong_to(result, maps: list) -> None:
    """Note whose maps these are; the result itself is no map, whatever it was before."""
    result.RemoveNodeReferenceIDs(_RESULT)
    for node in maps:
        node.SetNodeReferenceID(_RESULT, result.GetID())


def remove_maps(result, keep) -> None:
    """Remove the maps of what is replaced now.

    One that was renamed was kept on purpose.

    Args:
        keep: nodes that are needed still.
    """
    for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
        if node.GetNodeReference(_RESULT) is result and is_ours(node) and node not in keep:
            remove(node)
