"""The files of a Study. Standard library only.

    study/study.json        what a reader's computer needs; holds no truth
    study/cases/*.nrrd      the prepared cases under opaque names
    study/clearance.json    that the leak audit allows the reading to start
    study/answers/          one append-only log for each reader
    study-key.json          the truth, apart: never in the study's folder, never read in a session

`study.json` is frozen: its SHA-256 is written into every log, it holds the hash of every case, and
a salted hash of the key (a commitment), so that the truth cannot be changed after the reading.
"""

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Literal

from .. import files, schema
from ..errors import MedGANSynthError
from ..schema import Length, Name, Pattern, Range, Text
from ..volume.grid import Millimetres, Voxels
from ..volume.provenance import Sha256, Utc, utc_now
from ..wording import counted

SCALE = (
    "definitely real",
    "probably real",
    "guess: real",
    "guess: synthetic",
    "probably synthetic",
    "definitely synthetic",
)
"""Ratings 1 to 6. Without a neutral answer each is a decision, and the six give a ROC curve."""

PAIR_SCALE = (
    "left is definitely synthetic",
    "left is probably synthetic",
    "guess: left is synthetic",
    "guess: right is synthetic",
    "right is probably synthetic",
    "right is definitely synthetic",
)
REASONS = ("texture", "blur", "anatomy", "background", "symmetry", "contrast", "artefact")
"""What gave a case away; the reader may mark several."""

Truth = Literal["real", "synthetic"]
Label = Annotated[str, Length(0, 200)]
_MAX_BYTES = 64 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Design:
    """How cases are shown.

    Attributes:
        display: "volume" (three planes, scrolling), "slice" (the middle one), "cine" (a loop), or
            "pair" (one real and one synthetic side by side; which is synthetic?).
        plane: of "slice", "cine" and "pair".
        slices: first and last slice shown along that plane's axis, the same for all cases.
        window: intensities shown black and white at the start of every trial.
        exposure_s: seconds until a mask covers the image, null for no limit.
        blank_ms: shortest blank between cases, so that loading times tell nothing.
        clue: what readers are told to look for, in a second round after a first one without.
    """

    display: Literal["volume", "slice", "cine", "pair"] = "volume"
    plane: Literal["axial", "coronal", "sagittal"] = "axial"
    slices: tuple[Annotated[int, Range(0, 4095)], Annotated[int, Range(0, 4095)]] = (0, 0)
    window: tuple[float, float] = (0.0, 255.0)
    exposure_s: Annotated[float, Range(0.05, 600.0)] | None = None
    blank_ms: Annotated[int, Range(0, 10_000)] = 500
    clue: Annotated[Text, Length(0, 500)] = ""


@dataclasses.dataclass(frozen=True)
class Registered:
    """What was fixed before the first answer.

    Attributes:
        endpoint: the figure that decides.
        margin: distance from 0.5 that still counts as equivalent to guessing.
        alpha: level of the tests; equivalence needs the interval of level 1 - 2 alpha inside.
        selection: how the synthetic cases were chosen.
        exclusions: which answers or readers would be left out.
    """

    endpoint: Literal["auc", "accuracy"] = "auc"
    margin: Annotated[float, Range(0.01, 0.4)] = 0.10
    alpha: Annotated[float, Range(0.001, 0.2)] = 0.05
    selection: Text = ""
    exclusions: Text = ""


@dataclasses.dataclass(frozen=True)
class CaseFile:
    """One prepared case: `cases/<id>.nrrd`."""

    id: Name
    sha256: Sha256


@dataclasses.dataclass(frozen=True)
class Trial:
    """What is shown at once: one case, or left and right of a pair.

    Attributes:
        answer: only of practice trials, whose truth is told after the answer: the truth of the
            case, or the side that is synthetic.
    """

    cases: Annotated[tuple[Name, ...], Length(1, 2)]
    answer: Literal["real", "synthetic", "left", "right"] | None = None

    @property
    def practice(self) -> bool:
        """Whether it is shown with feedback and never scored."""
        return self.answer is not None

    @property
    def item(self) -> str:
        """The case or the pair, whichever side its members are on."""
        return "+".join(sorted(self.cases))


@dataclasses.dataclass(frozen=True)
class Study:
    """`study.json`. `orders`: for each reader the trials in order, practice first."""

    format: Literal[1]
    id: Annotated[str, Pattern("[0-9a-f]{32}", "32 hexadecimal digits")]
    name: Label
    design: Design
    registered: Registered
    shape: tuple[Voxels, Voxels, Voxels]
    spacing: tuple[Millimetres, Millimetres, Millimetres]
    cases: Annotated[tuple[CaseFile, ...], Length(2, 100_000)]
    orders: Annotated[dict[Name, tuple[Trial, ...]], Length(1, 1000)]
    key_commitment: Sha256
    tool: Label
    created: Utc = dataclasses.field(default_factory=utc_now)

    def __post_init__(self) -> None:
        known = {case.id for case in self.cases}
        if len(known) < len(self.cases):
            raise ValueError("names a case twice")
        for reader, trials in self.orders.items():
            unknown = {c for t in trials for c in t.cases} - known
            if unknown:
                raise ValueError(f"shows {reader} the unknown case {min(unknown)}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Described:
    """What the owner's list says of a case besides its truth.

    Attributes:
        role: "scored"; "practice" with feedback; "catch", so easy that a reader who misses it was
            not looking.
    """

    role: Literal["scored", "practice", "catch"] = "scored"
    group: Label = ""
    subject: Label = ""
    model: Label = ""
    seed: Label = ""
    plane: Label = ""
    notes: Label = ""

    def description(self) -> dict[str, str]:
        """The fields that all kinds of cases share."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(Described)}


@dataclasses.dataclass(frozen=True)
class KeyCase(Described):
    """The truth of one case. `source` and `sha256` name the original file; `model_sha256` is what
    its mark says of the model's weights."""

    truth: Truth
    source: Annotated[str, Length(0, 4096)]
    sha256: Sha256
    model_sha256: Annotated[str, Length(0, 64)] = ""


@dataclasses.dataclass(frozen=True)
class Key:
    """The key file. `salt` makes its hash in `study.json` impossible to guess from outside."""

    format: Literal[1]
    study: Annotated[str, Pattern("[0-9a-f]{32}", "32 hexadecimal digits")]
    salt: Sha256
    seed: Annotated[int, Range(0, 2**63 - 1)]
    prevalence: Literal["half", "drawn"]
    cases: Annotated[dict[Name, KeyCase], Length(2, 100_000)]

    def commitment(self) -> str:
        """The hash that `study.json` carries."""
        return _committed(schema.to_dict(self))


def read_study(folder: Path) -> tuple[Study, str]:
    """The study and the SHA-256 of its `study.json`; case files are not touched.

    Raises:
        MedGANSynthError: not a study, of an unknown version, damaged.
    """
    path = Path(folder) / "study.json"
    if not os.path.lexists(path):
        raise MedGANSynthError(
            f"{folder}: is no study; choose the folder that `study prepare` wrote."
        )
    text = schema.read_text(path, _MAX_BYTES)
    content = schema.parse_json(text, path.name)
    if isinstance(content, dict) and content.get("format") not in (None, 1):
        raise MedGANSynthError(
            f"{path}: is of study version {content['format']!r}, this program reads version 1; "
            "use the version of MedGANSynth that prepared it."
        )
    return schema.from_dict(Study, content, path.name), hashlib.sha256(text.encode()).hexdigest()


def case_path(folder: Path, case: str) -> Path:
    """Where a prepared case lies."""
    return Path(folder) / "cases" / f"{case}.nrrd"


def missing_and_changed(folder: Path, study: Study) -> tuple[list[str], list[str]]:
    """Cases whose file cannot be read, and those whose file is not the one that was frozen."""
    missing, changed = [], []
    for case in study.cases:
        try:
            if files.file_hash(case_path(folder, case.id)) != case.sha256:
                changed.append(case.id)
        except OSError:
            missing.append(case.id)
    return missing, changed


def require_intact(folder: Path, study: Study) -> None:
    """Refuse a study whose case files are not all there as they were frozen.

    Raises:
        MedGANSynthError: how many, and the first three.
    """
    missing, changed = missing_and_changed(folder, study)
    damaged = missing + changed
    if damaged:
        raise MedGANSynthError(
            f"{folder}: {counted(len(damaged), 'case file')} "
            f"{'is' if len(damaged) == 1 else 'are'} missing or damaged "
            f"({', '.join(damaged[:3])}); copy the study again."
        )


def read_key(path: Path, study: Study) -> Key:
    """The key that belongs to `study`.

    Raises:
        MedGANSynthError: not a key, another study's, or changed since the study was prepared.
    """
    path = Path(path)
    content = schema.parse_json(schema.read_text(path, _MAX_BYTES), path.name)
    if not isinstance(content, dict) or not content.keys() >= {"salt", "cases"}:
        raise MedGANSynthError(
            f"{path}: is no key file; give the one that `study prepare` wrote apart from the study."
        )
    key = schema.from_dict(Key, content, path.name)
    if key.study != study.id:
        raise MedGANSynthError(f"{path}: is the key of another study; give the right one.")
    if _committed(content) != study.key_commitment:
        raise MedGANSynthError(
            f"{path}: was changed after the study was prepared; use the original key."
        )
    return key


def _committed(content: object) -> str:
    """Of what the file holds, so that a field that later versions add changes no old hash."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_key(key: Key, path: Path) -> None:
    """Write a key that only its owner may read."""
    with files.whole_file(path) as temporary:
        temporary.touch(0o600)
        temporary.write_text(_text(key), "utf-8")


def write_json(value: object, path: Path) -> None:
    """Write one of these dataclasses whole or not at all."""
    files.write_text(path, _text(value))


def _text(value: object) -> str:
    return json.dumps(schema.to_dict(value), indent=1, ensure_ascii=False) + "\n"
