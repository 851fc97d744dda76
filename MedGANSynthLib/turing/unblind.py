"""Answers and key brought together: one row for each trial that was answered."""

import collections
import dataclasses
from pathlib import Path
from typing import Any

from ..errors import MedGANSynthError
from .reading import answers_folder, progress, read_answers
from .records import Answered, Opened, Resumed, Shown, Skipped, Undone
from .study import PAIR_SCALE, SCALE, Key, Study, Trial, read_key, read_study


@dataclasses.dataclass(frozen=True)
class Unblinded:
    """A study with its truth.

    Attributes:
        rows: flat dictionaries, the long table of all answers in order.
        about: what each reader said of themselves.
        events: for each reader the counts of sessions, of cases that came up more than once, and of
            skipped, undone and missing trials.
    """

    study: Study
    sha256: str
    key: Key
    rows: list[dict[str, Any]]
    about: dict[str, dict[str, Any]]
    events: dict[str, dict[str, int]]

    @property
    def pairs(self) -> bool:
        """Whether cases were shown side by side."""
        return self.study.design.display == "pair"


def unblind(folder: Path, key: Path) -> Unblinded:
    """Read all logs of a study and tell the truth.

    Raises:
        MedGANSynthError: the wrong key, a log that was changed or is of another study or order, no
            answer at all.
    """
    study, sha256 = read_study(folder)
    truth = read_key(key, study)
    missing = {case.id for case in study.cases} - set(truth.cases)
    if missing:
        raise MedGANSynthError(f"{key}: says nothing about {min(missing)}; use the original key.")
    logs = {path.stem for path in answers_folder(folder).glob("*.jsonl")}
    if stray := sorted(logs - set(study.orders)):
        raise MedGANSynthError(
            f"{answers_folder(folder) / stray[0]}.jsonl: is named after no reader of this study; "
            "rename it, or move it away."
        )
    rows: list[dict[str, Any]] = []
    about, events = {}, {}
    hashes = {case.id: case.sha256 for case in study.cases}
    for reader, trials in study.orders.items():
        records = read_answers(folder, reader, sha256)
        if not records:
            continue
        opened = records[0]
        assert isinstance(opened, Opened)
        done = progress(records)
        _fits(f"{reader}.jsonl", trials, done)
        shown = collections.Counter(r.trial for r in records if isinstance(r, Shown))
        rows += _rows(reader, trials, done, shown, truth, hashes)
        about[reader] = dict(opened.about)
        events[reader] = {
            "sessions": 1 + sum(isinstance(r, Resumed) for r in records),
            "shown_again": sum(count > 1 for count in shown.values()),
            "skipped": sum(isinstance(r, Skipped) for r in done.values()),
            "undone": sum(isinstance(r, Undone) for r in records),
            "missing": len(trials) - len(done),
        }
    if not any(row["role"] == "scored" for row in rows):
        raise MedGANSynthError(
            f"{folder}: holds no answer to a scored case yet; let the readers work through it."
        )
    return Unblinded(study, sha256, truth, rows, about, events)


def _fits(name: str, trials: tuple[Trial, ...], done: dict[int, Answered | Skipped]) -> None:
    for number, record in done.items():
        wrong = number >= len(trials)
        if not wrong and isinstance(record, Answered):
            wrong = record.cases != trials[number].cases
        if wrong:
            raise MedGANSynthError(
                f"{name}: trial {number} is not what the study's order has there; "
                "use the log that belongs to this study."
            )


def _rows(
    reader: str,
    trials: tuple[Trial, ...],
    done: dict[int, Answered | Skipped],
    shown_times: collections.Counter[int],
    key: Key,
    hashes: dict[str, str],
) -> list[dict[str, Any]]:
    rows, seen = [], set()
    for number, record in sorted(done.items()):
        if not isinstance(record, Answered):
            continue
        trial = trials[number]
        first = key.cases[trial.cases[0]]
        if len(trial.cases) == 2:
            truth = "left" if first.truth == "synthetic" else "right"
            decision, words = ("left" if record.rating <= 3 else "right"), PAIR_SCALE
        else:
            truth = first.truth
            decision, words = ("real" if record.rating <= 3 else "synthetic"), SCALE
        role = "practice" if trial.practice else first.role
        if role == "scored" and trial.item in seen:
            role = "repeat"
        seen.add(trial.item)
        shown = [key.cases[case] for case in trial.cases]
        rows.append(
            {
                "reader": reader,
                "trial": number,
                "role": role,
                "item": trial.item,
                "shown": " ".join(trial.cases),
                "case_sha256": " ".join(hashes[case] for case in trial.cases),
                "truth": truth,
                "rating": record.rating,
                "answer": words[record.rating - 1],
                "decision": decision,
                "confidence": abs(record.rating - 3.5) + 0.5,
                "correct": int(decision == truth),
                "response_s": round(record.response_ms / 1000, 3),
                "first_action_s": None
                if record.first_action_ms is None
                else round(record.first_action_ms / 1000, 3),
                "load_s": round(record.load_ms / 1000, 3),
                "paused_s": round(record.paused_ms / 1000, 3),
                "times_shown": shown_times[number],
                # The time of a case that came up again starts anew: it had been seen before.
                "time_doubtful": int(record.suspended or shown_times[number] > 1),
                "slices_visited": record.slices_visited,
                "window_changed": int(record.window_changed),
                "zoomed": int(record.zoomed),
                "flagged": int(record.flagged),
                "reasons": " ".join(record.reasons),
                "marks": "; ".join(" ".join(f"{x:g}" for x in mark) for mark in record.marks),
                "note": record.note,
                "group": " ".join(sorted({c.group for c in shown if c.group})),
                "model": " ".join(sorted({c.model for c in shown if c.model})),
                "utc": record.utc,
            }
        )
    return rows
