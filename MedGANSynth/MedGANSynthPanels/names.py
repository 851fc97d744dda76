"""Names of results: those that we gave are renewed, a name that the user gave stays."""

import re

import slicer

from .errors import one_line

_OURS = re.compile(r"(?P<base>.*) \(synthetic [^()]+\)(_\d+)?")
_GIVEN = "MedGANSynth.NamedAfter"


def result_name(name: str, kind: str) -> str:
    """ "MRHead" and "t2" -> "MRHead (synthetic T2)"."""
    return f"{one_line(name)} (synthetic {kind})"


def note_name(node, name: str) -> None:
    """Remember that a result would be named after the input of this name."""
    node.SetAttribute(_GIVEN, one_line(name))


def is_ours(node) -> bool:
    """Whether a node still has a name that it got from us."""
    given = node.GetAttribute(_GIVEN)
    if given is None:  # empty, or of an older scene
        return _OURS.fullmatch(node.GetName() or "") is not None
    return _base(node) == given


def kept_name(node, name: str) -> str:
    """What a result is named after that replaces a node: `name`, unless the user named the node."""
    return name if is_ours(node) else _base(node) or name


def free_name(name: str, node=None) -> str:
    """The name, with a number where another node than `node` has it."""
    holder = slicer.mrmlScene.GetFirstNodeByName(name)
    return name if holder in (None, node) else slicer.mrmlScene.GenerateUniqueName(name)


def has_name(node, name: str) -> bool:
    """Whether a node is called so, perhaps with a number."""
    return re.fullmatch(re.escape(name) + r"(_\d+)?", node.GetName() or "") is not None


def _base(node) -> str:
    name = one_line(node.GetName() or "")
    found = _OURS.fullmatch(name)
    return found["base"] if found else name
