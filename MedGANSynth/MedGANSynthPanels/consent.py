"""May the processor take over where a graphics card's memory is too small? Asked once."""

import slicer
from slicer.i18n import tr as _

_answer: list[bool] = []


def agreed() -> bool:
    """Whether the user has said so in this session of Slicer."""
    return _answer == [True]


def ask() -> bool:
    """Ask, if that was not done yet."""
    if not _answer:
        question = _(
            "The memory of the graphics card is too small for this. Shall the processor do it, now "
            "and whenever this happens? It takes longer."
        )
        _answer.append(slicer.util.confirmYesNoDisplay(question, _("MedGANSynth")))
    return _answer[0]
