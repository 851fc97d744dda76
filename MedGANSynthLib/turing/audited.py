"""What the leak audit found: a file beside the key, for it tells about the classes. Standard
library only."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Annotated

from .. import schema
from ..schema import Length, Name, Range, Text
from ..volume.provenance import Sha256

Share = Annotated[float, Range(0.0, 1.0)]


@dataclasses.dataclass(frozen=True)
class Fingerprint:
    """One fingerprint and the AUC with which it alone tells the classes apart."""

    fingerprint: Name
    auc: Share


@dataclasses.dataclass(frozen=True)
class Audit:
    """`<key>-audit.json`.

    Attributes:
        bookkeeping_p: of the bookkeeping AUC, by shuffling the labels.
        leak: whether bookkeeping tells the classes apart.
        override: the reason to start all the same.
        bookkeeping, content: all fingerprints, the most telling first.
    """

    study_sha256: Sha256
    cases: Annotated[int, Range(2, 100_000)]
    bookkeeping_auc: Share
    bookkeeping_p: Share
    content_auc: Share
    leak: bool
    override: Text
    bookkeeping: Annotated[tuple[Fingerprint, ...], Length(1, 1000)]
    content: Annotated[tuple[Fingerprint, ...], Length(1, 1000)]


_BOOKKEEPING = {
    "file_size": "the size of the file",
    "metadata": "the number of entries in the file's header",
    "type": "the type of the voxels",
    **{f"voxels_{axis}": f"the number of voxels along {axis}" for axis in "ijk"},
    **{f"spacing_{axis}": f"the voxel size along {axis}" for axis in "ijk"},
    **{f"origin_{axis}": f"the origin along {axis}" for axis in "ijk"},
    "minimum": "the smallest value",
    "maximum": "the largest value",
    "not_whole": "the share of values that are no whole numbers",
    "gaps": "empty levels in the histogram",
    "comb": "levels of the histogram that are filled by turns",
    "at_bottom": "the share of foreground voxels at the darkest level",
    "at_top": "the share of foreground voxels at the brightest level",
    "border_sd": "how much the values vary on the faces of the volume",
    "background_sd": "how much the background varies",
}
_CONTENT = {
    "foreground": "the share of foreground voxels",
    "mean": "the mean brightness",
    "contrast": "the spread of the brightness",
    "median": "the median brightness",
    "skewness": "the skewness of the brightness",
    "high_frequencies": "the share of fine detail",
    "noise": "the noise",
}


def in_words(fingerprint: str) -> str:
    """What a fingerprint measures."""
    return (_BOOKKEEPING | _CONTENT).get(fingerprint, fingerprint)


_REMEDIES = {
    **dict.fromkeys(
        ("at_bottom", "at_top"),
        "clip and mask the originals of both classes alike, or give a coarser --spacing, which "
        "blends them",
    ),
    **dict.fromkeys(
        ("gaps", "comb"),
        "save the originals of both classes with equally fine grey values, or give a coarser "
        "--spacing, which blends them",
    ),
    "border_sd": "crop the originals of both classes alike, or give a larger --shape",
}


def remedy(fingerprint: str) -> str:
    """How cases are prepared so that a fingerprint tells the classes apart less."""
    return _REMEDIES.get(fingerprint, "prepare all cases together")


def override_of(audit: Audit) -> str:
    """The reason that was needed to start; empty where no leak was found."""
    return audit.override if audit.leak else ""


def audit_path(key: Path) -> Path:
    """Where the audit is written."""
    return Path(key).with_name(f"{Path(key).stem}-audit.json")


def read_audit(key: Path, study_sha256: str, audit_sha256: str = "") -> tuple[Audit | None, str]:
    """The audit of this very study among all `*-audit.json` beside the key, however the key is
    called now, and the SHA-256 of its file; None where there is none.

    Args:
        audit_sha256: of the one to prefer, where several are of this study.

    Raises:
        MedGANSynthError: damaged.
    """
    found: dict[str, Path] = {}
    for path in sorted(Path(key).parent.glob("*-audit.json")):
        text = schema.read_text(path)
        if study_sha256 in text or path == audit_path(key):
            found[hashlib.sha256(text.encode()).hexdigest()] = path
    audits = {sha256: schema.read_json(Audit, path) for sha256, path in found.items()}
    ours = {sha256: one for sha256, one in audits.items() if one.study_sha256 == study_sha256}
    if not ours:
        return None, ""
    chosen = audit_sha256 if audit_sha256 in ours else list(ours)[-1]
    return ours[chosen], chosen
