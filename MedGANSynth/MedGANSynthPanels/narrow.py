"""Whatever a user's volumes, folders and models are called, the module stays as wide as it is."""

import re

import qt

from .nodes import called

LEAST = 80
"""Pixels to which a selector may shrink, however long what it holds is."""
WORD = 24
"""Letters of the longest word that a label keeps in one piece."""

_BREAK = "\u200b"  # no width; Qt may end a line there
_SELECTORS = ("currentNodeID", "currentPath", "currentText")


def let_shrink(widgets) -> None:
    """Selectors, and sections that hold them, take the room there is and ask for no more."""
    for widget in widgets:
        if any(hasattr(widget, name) for name in _SELECTORS):
            widget.minimumWidth = LEAST
        if hasattr(widget, "currentNodeID"):
            _tell_whole_name(widget)
        if hasattr(widget, "collapsed"):  # a section is a button, and those do not shrink
            policy = widget.sizePolicy
            policy.setHorizontalPolicy(qt.QSizePolicy.Preferred)
            widget.setSizePolicy(policy)


def _tell_whole_name(selector) -> None:
    """In its tooltip, since names that begin alike look alike once their ends are cut off."""
    purpose = selector.toolTip

    def tell(node) -> None:
        selector.toolTip = purpose if node is None else f"{purpose}: {called(node)}"

    selector.connect("currentNodeChanged(vtkMRMLNode*)", tell)


def breakable(text: str) -> str:
    """A text for a label: a long word, such as a path, can be wrapped in its middle.

    After a mark where there is one. For the eye only: the breaks are characters that show nothing.
    """
    return re.sub(rf"\S{{{WORD + 1},}}", lambda word: _broken(word[0]), text)


def _broken(word: str) -> str:
    return re.sub(rf"([/\\_.,:;=-]|[^/\\_.,:;=-]{{{WORD}}})(?=.)", rf"\1{_BREAK}", word)
