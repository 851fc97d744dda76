"""What a format's checks learn from a file before its voxels are read."""

import dataclasses
from pathlib import Path

import numpy as np


@dataclasses.dataclass(frozen=True)
class Header:
    """A file that passed its format's checks.

    Attributes:
        reader: name of SimpleITK's reader for it.
        files: what that reader opens, in order.
        nonfinite: flat indices (first axis fastest) of NaN and infinite voxels.
        notes: what the user should know, one sentence each.
        marks: texts found where our marks of synthetic volumes lie.
        forms: NIfTI's sform and qform where they disagree.
    """

    reader: str
    files: tuple[Path, ...]
    nonfinite: np.ndarray
    notes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    forms: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
