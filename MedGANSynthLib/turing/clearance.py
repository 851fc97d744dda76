"""`clearance.json`: whether the leak audit allows a reading to start. Standard library only.

It goes with the study to the readers' computers, where neither the key nor the audit is. Its seal
finds a changed value, not a forger; the report holds it against the audit itself.
"""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

from .. import schema
from ..errors import MedGANSynthError
from ..schema import Length, Text
from ..volume.provenance import Sha256
from .study import write_json


@dataclasses.dataclass(frozen=True)
class Clearance:
    """`clearance.json`. Figures stay with the key.

    Attributes:
        reason: why the study may start although the audit found a leak; empty where none was.
        audit_sha256: of the audit's file.
        seal: SHA-256 of all that stands above.
    """

    format: Literal[1]
    study_sha256: Sha256
    cleared: bool
    reason: Text = ""
    audit_sha256: Annotated[str, Length(0, 64)] = ""
    seal: Annotated[str, Length(0, 64)] = ""

    def sealed(self) -> "Clearance":
        """The same with its seal."""
        content = schema.to_dict(dataclasses.replace(self, seal=""))
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return dataclasses.replace(self, seal=hashlib.sha256(text.encode()).hexdigest())


def write_clearance(
    folder: Path, study_sha256: str, cleared: bool, reason: str = "", audit_sha256: str = ""
) -> Path:
    """Write a study's `clearance.json`; its path."""
    path = Path(folder) / "clearance.json"
    write_json(Clearance(1, study_sha256, cleared, reason, audit_sha256).sealed(), path)
    return path


def read_clearance(folder: Path, study_sha256: str) -> Clearance | None:
    """The clearance of this very study; None where there is none.

    Raises:
        MedGANSynthError: another study's, changed, damaged.
    """
    path = Path(folder) / "clearance.json"
    if not path.exists():
        return None
    clearance = schema.read_json(Clearance, path)
    if clearance.study_sha256 != study_sha256:
        raise MedGANSynthError(
            f"{folder}: the leak audit is of another study; run `medgansynth study audit` again."
        )
    if clearance != clearance.sealed():
        raise MedGANSynthError(
            f"{path}: was changed after the leak audit wrote it, or is of an older version; run "
            "`medgansynth study audit` again."
        )
    return clearance


def require_clearance(folder: Path, study_sha256: str) -> Clearance:
    """The clearance of this very study.

    Raises:
        MedGANSynthError: as `read_clearance`; not audited, or a leak was found and nobody overrode
            it.
    """
    clearance = read_clearance(folder, study_sha256)
    if clearance is None:
        raise MedGANSynthError(
            f"{folder}: has no leak audit; the study's owner runs `medgansynth study audit`."
        )
    if not clearance.cleared:
        raise MedGANSynthError(
            f"{folder}: the leak audit found that the files give the classes away; prepare the "
            "cases differently, or run `medgansynth study audit` with --override REASON."
        )
    return clearance
