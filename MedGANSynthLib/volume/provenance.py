"""Where a synthetic volume comes from: what its file and its sidecar say. Standard library only."""

import dataclasses
import datetime
from typing import Annotated, Literal

from .. import __version__
from ..schema import Length, Name, Pattern, Range, Scalar, Text

Sha256 = Annotated[str, Pattern("[0-9a-f]{64}", "64 hexadecimal digits")]
Utc = Annotated[str, Pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "a UTC time")]

DISCLAIMER = "Research only, not for diagnosis."
FLAG = "SYNTHETIC"
TOOL = f"MedGANSynth {__version__}"


def utc_now() -> str:
    """The time now, to the second, such as "2026-01-31T12:00:00Z"."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclasses.dataclass(frozen=True)
class Source:
    """One input volume, named by the hash of its file: no path and nothing about the patient."""

    sha256: Sha256
    modality: Name | None = None


@dataclasses.dataclass(frozen=True)
class Provenance:
    """How a synthetic volume was made.

    Attributes:
        model: name of the model package.
        model_sha256: hash of its weights.
        direction: which of its translations, None for a generated volume.
        seed: of the random numbers, None where none were drawn.
        inputs: the volumes that went in.
        settings: what else shaped the voxels.

    The time is not part of it: the same work gives the same file, bit for bit.
    """

    model: Name
    model_sha256: Sha256
    direction: Name | None = None
    seed: Annotated[int, Range(0, 2**63 - 1)] | None = None
    inputs: Annotated[tuple[Source, ...], Length(0, 64)] = ()
    settings: Annotated[dict[Name, Scalar | None], Length(0, 64)] = dataclasses.field(
        default_factory=dict
    )
    tool: Annotated[Text, Length(1, 80)] = TOOL
    synthetic: Literal[True] = True
    disclaimer: Annotated[Text, Length(1, 200)] = DISCLAIMER


@dataclasses.dataclass(frozen=True)
class Sidecar:
    """`t2.nii.gz.synthetic.json` beside `t2.nii.gz`: the provenance and whose voxels it is about.

    Attributes:
        voxels_sha256: `marks.voxel_hash` of the volume as written; identifies a file that was
            saved again by a program that dropped the marks.
    """

    format: Literal[1]
    voxels_sha256: Sha256
    provenance: Provenance
    created: Utc = dataclasses.field(default_factory=utc_now)
