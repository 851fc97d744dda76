"""Whether a node is there, and what sentences call it."""

from slicer.i18n import tr as _

from .errors import one_line

LABELS = "vtkMRMLLabelMapVolumeNode"


def is_there(node) -> bool:
    """Whether there is a node, in a scene still: what names it may do so longer than that."""
    return node is not None and node.GetScene() is not None


def called(node) -> str:
    """A node's name on one line, and a word for it where it has no name."""
    return one_line(node.GetName() or "") or _("unnamed")
