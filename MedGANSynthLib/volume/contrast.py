"""Which contrast a volume's name tells. Standard library only."""

import re

_PLANE = r"(?<![a-z])(?:ax|sag|cor|tra|s)?"
CONTRASTS = {
    "t1": _PLANE + r"t1(?![0-9]|rho)|mprage|spgr|bravo",
    "t2": _PLANE + r"t2(?![0-9]|[\s_-]*(?:\*|star))",
    "flair": r"flair",
    "pd": r"(?<![a-z])pd(?![a-z])|(?<![a-z])pdw",
    "ct": r"(?<![a-z])ct(?![a-z])",
    "pet": r"(?<![a-z])pet(?![a-z])",
}
"""Words that tell a contrast. A "t1" inside another word, such as "patient1", is none."""


def contrast_made(direction: str | None) -> str | None:
    """The contrast that a translation makes, from the name of its direction ("t1-to-t2")."""
    made = (direction or "").rpartition("-to-")[2]
    return made if made in CONTRASTS else None


def contrast_in(name: str) -> str | None:
    """The contrast that a name tells; None if it tells none, or more than one.

    FLAIR counts before the others, as in "T2 FLAIR", and "(synthetic T2)" before what it was made
    of.
    """
    text = name.lower()
    if made := re.search(r"\(synthetic (\w+)\)", text):
        text = made[1]
    if re.search(CONTRASTS["flair"], text):
        return "flair"
    found = [contrast for contrast, pattern in CONTRASTS.items() if re.search(pattern, text)]
    return found[0] if len(found) == 1 else None
