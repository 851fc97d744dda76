"""What the library says at a command line, in a panel."""

import re

from MedGANSynthPanels import panel_words
from MedGANSynthPanels.panel_words import in_the_panel, phrases


def test_no_option_or_command_is_left():
    said = {
        "--device cuda:7: no such device here; use auto or cpu.": (
            "device cuda:7: there is none here; choose another device."
        ),
        "--count 0: must be from 1 to 100.": "count 0: must be from 1 to 100.",
        '--set nosuch=1: unknown key "nosuch".': 'the setting nosuch=1: unknown key "nosuch".',
        "a.nii: 1 voxel is not finite; mend it (or give translate --fill-nonfinite VALUE).": (
            "a.nii: 1 voxel is not finite; replace them first."
        ),
        "b: no model of that name and no such file; models in the catalogue: a, c.": (
            "b: is not on this computer (any more); choose another model."
        ),
        "x: is not in your catalogue; `medgansynth models list` shows what is.": (
            "x: is not in your catalogue."
        ),
    }
    assert {text: in_the_panel(text) for text in said} == said
    assert in_the_panel("a--b.nii -- b --- c") == "a--b.nii -- b --- c"


def test_the_library_still_says_so(repository):
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (repository / "MedGANSynthLib").rglob("*.py")
    )
    joined = re.sub(r'"\s*\n\s*f?"', "", sources)
    assert [phrase for phrase in phrases() if phrase not in joined] == []
    assert panel_words._ABSENT in joined
