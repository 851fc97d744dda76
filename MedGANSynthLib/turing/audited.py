"""What the leak audit found: a file beside the key, for it tells about the classes. Standard
library only."""

import dataclasses
from pathlib import Path
from typing import Annotated

from .. import schema
from ..errors import MedGANSynthError
from ..schema import Name, Range, Text
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
    bookkeeping: tuple[Fingerprint, ...]
    content: tuple[Fingerprint, ...]


def audit_path(key: Path) -> Path:
    """Where the audit lies."""
    return Path(key).with_name(f"{Path(key).stem}-audit.json")


def read_audit(key: Path, study_sha256: str) -> Audit | None:
    """The audit of this very study; None where none was made.

    Raises:
        MedGANSynthError: damaged, or another study's.
    """
    path = audit_path(key)
    if not path.exists():
        return None
    audit = schema.read_json(Audit, path)
    if audit.study_sha256 != study_sha256:
        raise MedGANSynthError(
            f"{path}: is the audit of another study; run `medgansynth study audit` again."
        )
    return audit
