"""A reading session without any display: what the panel and simulated readers drive.

The truth is nowhere in here but for practice trials. Standard library only.
"""

import contextlib
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import MedGANSynthError
from ..events import Events
from .answers import AnswerLog, read_log, require_owner
from .clearance import require_clearance
from .records import Answered, Finished, Opened, Record, Resumed, Shown, Skipped, Undone
from .study import Trial, case_path, read_study, require_intact

_CLOCK_TOLERANCE_S = 2.0


def answers_folder(study: Path) -> Path:
    """Where the readers' logs lie."""
    return Path(study) / "answers"


class Reading:
    """One reader's way through a study.

    For each trial: `shown()` at first paint, perhaps `touched()`, `pause()`, `proceed()`, then
    `answer(rating)`. `undo()` goes back by one. The same call again resumes.

    Args:
        folder: the study.
        reader: one of the names in the study's orders.
        about: experience, monitor, light, consent, conflicts; kept in the log.
        clock: monotonic seconds.
        wall: seconds of the day's clock, only to notice that the computer slept.

    Raises:
        MedGANSynthError: no such reader, not cleared by the leak audit, case files damaged,
            already finished, in use, changed answers.
    """

    def __init__(
        self,
        folder: Path,
        reader: str,
        about: dict[str, Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.folder, self.reader = Path(folder), reader
        self.study, sha256 = read_study(self.folder)
        if reader not in self.study.orders:
            raise MedGANSynthError(
                f"{reader!r}: is no reader of this study; choose one of "
                f"{', '.join(self.study.orders)}."
            )
        require_clearance(self.folder, sha256)
        require_intact(self.folder, self.study)
        self.trials = self.study.orders[reader]
        opened = Opened(
            reader=reader,
            study_sha256=sha256,
            tool=f"MedGANSynth {__version__}",
            about=about or {},
        )
        self.log = AnswerLog(answers_folder(self.folder) / f"{reader}.jsonl", opened)
        self._done = progress(self.log.records)
        self._seen = {r.trial for r in self.log.records if isinstance(r, Shown)}
        self._position = 0
        if self.finished:
            self.log.close()
            raise MedGANSynthError(f"{reader}: has finished this study; choose another reader.")
        if self.log.resumed:
            self.log.append(Resumed(torn=self.log.torn))
        self._clock, self._wall = clock, wall
        self._reset()

    @property
    def position(self) -> int:
        """Index of the trial to be shown now; the number of trials when all are done."""
        while self._position in self._done:
            self._position += 1
        return self._position

    @property
    def finished(self) -> bool:
        """Whether every trial is answered or skipped."""
        return len(self._done) >= len(self.trials)

    @property
    def trial(self) -> Trial:
        """What to show now."""
        return self.trials[self.position]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files to show now, left before right."""
        return tuple(case_path(self.folder, case) for case in self.trial.cases)

    @property
    def spent(self) -> bool:
        """Whether the case to show now has had its limited exposure: only a mask may be shown.

        An exposure that a break cut short counts, too: whoever leaves gets no second one.
        """
        return self.study.design.exposure_s is not None and self.position in self._seen

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the median of the answers so far; None before the first."""
        times = [r.response_ms / 1000 for r in self._done.values() if isinstance(r, Answered)]
        if not times:
            return None
        blank = self.study.design.blank_ms / 1000
        return (len(self.trials) - len(self._done)) * (statistics.median(times) + blank)

    def request(self) -> None:
        """The case is about to be loaded."""
        self._requested = self._clock()

    def shown(self) -> None:
        """The image is visible, or the mask of a case that is `spent`: time runs.

        Raises:
            MedGANSynthError: it could not be logged.
        """
        self._shown, self._shown_wall = self._clock(), self._wall()
        self.log.append(Shown(trial=self.position))
        self._seen.add(self.position)

    def touched(self) -> None:
        """The reader did something with the image; the first time counts."""
        if self._first is None and self._shown is not None:
            self._first = self._elapsed()

    def pause(self) -> None:
        """The reader wants a break; the display hides the image."""
        if self._paused_at is None:
            self._paused_at = self._clock()

    def proceed(self) -> None:
        """The break is over."""
        if self._paused_at is not None:
            self._paused += self._clock() - self._paused_at
            self._paused_at = None

    def flag(self) -> None:
        """Mark or unmark the current trial as worth a second look after the study."""
        self._flagged = not self._flagged

    def answer(self, rating: int, **details: Any) -> str | None:
        """Record the rating of the current trial on disk and go on.

        Args:
            details: `slices_visited`, `window_changed`, `zoomed`, `reasons`, `marks`, `note`.

        Returns:
            The truth of a practice trial, None otherwise.

        Raises:
            MedGANSynthError: nothing shown, a rating outside 1 to 6, or it could not be saved; the
                trial stays the current one.
        """
        if self._shown is None or self.finished:
            raise MedGANSynthError("There is no case on display to be rated.")
        if isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= 6:
            raise MedGANSynthError(f"A rating is a whole number from 1 to 6, not {rating!r}.")
        self.proceed()
        drift = abs((self._wall() - self._shown_wall) - (self._clock() - self._shown))
        number, trial = self.position, self.trial
        loading = 0.0 if self._requested is None else self._shown - self._requested
        record = Answered(
            trial=number,
            cases=trial.cases,
            rating=rating,
            response_ms=_ms(self._elapsed()),
            first_action_ms=None if self._first is None else _ms(self._first),
            load_ms=_ms(loading),
            paused_ms=_ms(self._paused),
            suspended=drift > _CLOCK_TOLERANCE_S,
            flagged=self._flagged,
            **details,
        )
        self._keep(number, record)
        return trial.answer

    def skip(self, reason: str) -> None:
        """Go on without an answer because the case cannot be shown; the reason names no file."""
        number = self.position
        self._keep(number, Skipped(trial=number, reason=reason))

    def undo(self) -> None:
        """Take the last answer back and show its trial again.

        Raises:
            MedGANSynthError: there is none, or its truth was told.
        """
        last = self.position - 1
        if last < 0 or not isinstance(self._done[last], Answered):
            raise MedGANSynthError("There is no answer to take back.")
        if self.trials[last].practice:
            raise MedGANSynthError("The answer to a practice case cannot be taken back.")
        self.log.append(Undone(trial=last))
        del self._done[last]
        self._position = last
        self._reset()

    def close(self) -> None:
        """End the session; what was answered stays."""
        self.log.close()

    def _keep(self, number: int, record: Answered | Skipped) -> None:
        self.log.append(record)
        self._done[number] = record
        self._reset()
        if self.finished:
            with contextlib.suppress(MedGANSynthError):  # the answers themselves say so, too
                self.log.append(Finished())

    def _elapsed(self) -> float:
        return max(0.0, self._clock() - self._shown - self._paused)

    def _reset(self) -> None:
        self._requested = self._shown = self._shown_wall = self._first = self._paused_at = None
        self._paused, self._flagged = 0.0, False


def progress(records: list[Record]) -> dict[int, Answered | Skipped]:
    """The valid answer or skip of each trial, after all that was taken back."""
    done: dict[int, Answered | Skipped] = {}
    for record in records:
        if isinstance(record, (Answered, Skipped)):
            done[record.trial] = record
        elif isinstance(record, Undone):
            done.pop(record.trial, None)
    return done


def read_answers(study: Path, reader: str, study_sha256: str) -> list[Record]:
    """What a reader has answered so far; empty where the reading has not begun.

    Raises:
        MedGANSynthError: as `read_log`; the log is another reader's or study's.
    """
    log = answers_folder(study) / f"{reader}.jsonl"
    records = read_log(log)[0] if log.exists() else []
    if records:
        require_owner(log, records[0], reader, study_sha256)
    return records


def show_progress(study: Path, events: Events) -> dict[str, Any]:
    """`medgansynth study progress`: how far each reader is, counts only."""
    content, sha256 = read_study(study)
    rows = []
    for reader, trials in content.orders.items():
        done = len(progress(read_answers(study, reader, sha256)))
        rows.append({"reader": reader, "answered": done, "trials": len(trials)})
    return {"rows": rows}


def _ms(seconds: float) -> float:
    return round(1000 * max(0.0, seconds), 1)
