"""The lines of a reader's answer log, as closed types. Standard library only."""

import dataclasses
from typing import Annotated, Any, Literal

from ..errors import MedGANSynthError
from ..schema import Length, Name, Range, Scalar, Text, from_dict
from ..volume.provenance import Sha256, Utc, utc_now

TrialNumber = Annotated[int, Range(0, 1_000_000)]
Milliseconds = Annotated[float, Range(0, 1e9)]
Note = Annotated[Text, Length(0, 2000)]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Opened:
    """The first line. `about`: experience, monitor, light, consent, conflicts, as answered."""

    event: Literal["opened"] = "opened"
    reader: Name
    study_sha256: Sha256
    tool: Annotated[str, Length(0, 200)]
    about: Annotated[dict[Name, Scalar], Length(0, 50)] = dataclasses.field(default_factory=dict)
    utc: Utc = dataclasses.field(default_factory=utc_now)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resumed:
    """The session goes on after a break; `torn` bytes of an unfinished line were dropped."""

    event: Literal["resumed"] = "resumed"
    torn: Annotated[int, Range(0, 10**9)] = 0
    utc: Utc = dataclasses.field(default_factory=utc_now)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shown:
    """The case of `trial`, or after its exposure the mask, came on display: each time is a line."""

    event: Literal["shown"] = "shown"
    trial: TrialNumber
    utc: Utc = dataclasses.field(default_factory=utc_now)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answered:
    """One answer. Times are of a monotonic clock, without the pauses.

    Attributes:
        trial: index into the reader's order.
        cases: what was shown, left before right.
        rating: 1 to 6, see `study.SCALE`.
        response_ms: from first paint to the answer.
        first_action_ms: from first paint to the first key, wheel or mouse action.
        load_ms: from the request to the first paint.
        paused_ms: how long the image was hidden on the reader's wish.
        suspended: the computer slept or its clock was set meanwhile: times mean nothing.
        marks: voxels `[i, j, k]` that gave the case away.
    """

    event: Literal["answered"] = "answered"
    trial: TrialNumber
    cases: Annotated[tuple[Name, ...], Length(1, 2)]
    rating: Annotated[int, Range(1, 6)]
    response_ms: Milliseconds
    first_action_ms: Milliseconds | None = None
    load_ms: Milliseconds = 0.0
    paused_ms: Milliseconds = 0.0
    suspended: bool = False
    slices_visited: Annotated[int, Range(0, 100_000)] | None = None
    window_changed: bool = False
    zoomed: bool = False
    flagged: bool = False
    reasons: Annotated[tuple[Name, ...], Length(0, 20)] = ()
    marks: Annotated[tuple[tuple[float, float, float], ...], Length(0, 100)] = ()
    note: Note = ""
    utc: Utc = dataclasses.field(default_factory=utc_now)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Undone:
    """The answer to `trial`, the last one, was taken back; the old line stays."""

    event: Literal["undone"] = "undone"
    trial: TrialNumber
    utc: Utc = dataclasses.field(default_factory=utc_now)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Skipped:
    """A trial that could not be shown."""

    event: Literal["skipped"] = "skipped"
    trial: TrialNumber
    reason: Note
    utc: Utc = dataclasses.field(default_factory=utc_now)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finished:
    """The last trial was answered."""

    event: Literal["finished"] = "finished"
    utc: Utc = dataclasses.field(default_factory=utc_now)


Record = Opened | Resumed | Shown | Answered | Undone | Skipped | Finished
KINDS = {kind.__dataclass_fields__["event"].default: kind for kind in Record.__args__}


def to_record(data: Any, where: str) -> Record:
    """A line's content as its type; `where` names file and line."""
    kind = KINDS.get(data.get("event")) if isinstance(data, dict) else None
    if kind is None:
        raise MedGANSynthError(f"{where}: is no record of an answer log; restore the file.")
    return from_dict(kind, data, where)
