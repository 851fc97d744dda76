"""The library speaks to people at a command line; here its sentences get a panel's words."""

import re

from slicer.i18n import tr as _

_ABSENT = "no model of that name and no such file; models in the catalogue"


def in_the_panel(text: str) -> str:
    """A sentence of the library without options and commands that nobody can type here."""
    for phrase, words in phrases().items():
        text = text.replace(phrase, words)
    gone = _("is not on this computer (any more); choose another model.")
    text = re.sub(rf"{_ABSENT}: .*", gone, text)
    return re.sub(r"(?<![\w-])--(?=[a-z])", "", text)


def phrases() -> dict[str, str]:
    """What the library says, and what to do instead."""
    return {
        "use --cpu-fallback or --device cpu": _("choose the device Processor (CPU)"),
        "no such device here; use auto or cpu": _("there is none here; choose another device"),
        "mend it (or give translate --fill-nonfinite VALUE)": _("replace them first"),
        "use --set ": _("use the setting "),
        "--set ": _("the setting "),
        "another --out folder": _("another name"),
        "choose another name or pass --overwrite": _("choose another name"),
        "choose another with --name": _("give it another name in its model.json"),
        ", or pass --overwrite": "",
        ", or name their ends with --modality t1=... t2=...": "",
        "run `medgansynth doctor`": _("press Check environment"),
        "`medgansynth doctor` says": _("Check environment says"),
        "; `medgansynth models list` shows what is": "",
        "the study's owner runs `medgansynth study audit`": _("its owner presses Audit again"),
        "run `medgansynth study audit` with --override REASON": _(
            "say why the study may start all the same and press Audit again"
        ),
        "that `study prepare` wrote": _("that Prepare wrote"),
        "run `medgansynth study audit` again": _("press Audit again"),
        "give a coarser --spacing or a --shape": _("leave out the largest or the finest volumes"),
        "out, or give --spacing and --shape": _("out"),
        ", or give a coarser --spacing, which blends them": "",
        ", or give a larger --shape": "",
        "give more cases of both classes or --repeats 0": _(
            "give more cases of both classes, or set Repeats to 0"
        ),
        "leave such files out with --exclude": _("move such files out of the folder:"),
        "is given both as --real and as --synthetic": _("is given both as real and as synthetic"),
    }
