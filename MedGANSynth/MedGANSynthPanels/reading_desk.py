"""From case to case: what happens at which key, and when a case comes and goes."""

import enum
import time

import qt
from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing.reading import Reading
from MedGANSynthLib.turing.study import REASONS

from .reading_files import CaseFiles
from .reading_nodes import noise
from .reading_view import ReadingView
from .signal import Signal

BREAK_AFTER_S = 20 * 60
"""How long one reads before a break is suggested."""

NOT_SHOWN = "the case could not be shown"


class State(enum.Enum):
    """What is in the views."""

    BLANK = "blank"
    CASE = "case"
    MASK = "mask"
    PAUSE = "pause"
    FEEDBACK = "feedback"
    END = "end"


class Desk:
    """One reader's session; `close` it in the end.

    Attributes:
        changed: emitted after everything that the panel shows.
        failed: emitted with an exception that nobody expected.
        state: what is in the views.
        rating: what is chosen but not confirmed, 1 to 6 or None.
        reasons: what is said to have given the case away.
        feedback: the truth of the practice case that was just answered.
        problem: what went wrong last, in one sentence.
    """

    def __init__(self, session: Reading) -> None:
        self.session = session
        self.design = session.study.design
        self.changed, self.failed = Signal(), Signal()
        self.files = CaseFiles(session.folder, session.study)
        self.view = ReadingView(session.study)
        self.view.touched.connect(self._touched)
        self.timer = qt.QTimer()
        self.timer.setSingleShot(True)
        self.timer.setTimerType(qt.Qt.PreciseTimer)
        self.timer.connect("timeout()", self._time_is_up)
        self.state = State.BLANK
        self.feedback = self.problem = None
        self.rested = time.monotonic()
        self._clear()

    def close(self) -> None:
        """What was answered stays; the scene is as it was."""
        self.timer.stop()
        self.view.close()
        self.session.close()

    # From case to case

    def next(self) -> None:
        """A blank, then the trial that is due."""
        self.timer.stop()
        self.view.hide()
        self._clear()
        if self.session.finished:
            self.state = State.END
            self.changed.emit()
            return
        self.state = State.BLANK
        self.changed.emit()
        began = time.monotonic()
        self.session.request()
        self.files.fetch(self.session.trial.cases)
        blank = self.design.blank_ms - 1000 * (time.monotonic() - began)
        self.timer.start(max(0, round(blank)))

    def _time_is_up(self) -> None:
        """The blank is over, or the exposure."""
        try:
            if self.state == State.BLANK:
                self._show()
            elif self.state == State.CASE:
                self.view.cover()
                self.state = State.MASK
                self.changed.emit()
        except Exception as error:
            self.failed.emit(error)

    def _show(self) -> None:
        arrays = [self.files.read(case) for case in self.session.trial.cases]
        if any(array is None for array in arrays):
            self.session.skip(NOT_SHOWN)
            self.next()
            return
        spent = self.session.spent
        self.view.show([noise(array.shape) for array in arrays] if spent else arrays)
        self.session.shown()
        if spent:
            self.view.cover()
            self.state = State.MASK
        else:
            self.state = State.CASE
            self._expose(self.design.exposure_s)
        self.changed.emit()
        following = self.session.trials[self.session.position + 1 :][:1]
        self.files.fetch((*self.session.trial.cases, *(c for t in following for c in t.cases)))

    def _expose(self, seconds: float | None) -> None:
        if seconds is not None:
            self.timer.start(max(1, round(1000 * seconds)))

    # What the reader does

    def act(self, action: str) -> None:
        """Do what a key stands for; what does not fit the moment does nothing."""
        self.problem = None
        kind, _space, number = action.partition(" ")
        if kind == "rate":
            self.rate(int(number))
        elif kind == "reason":
            self.give_reason(REASONS[int(number) - 1])
        elif kind == "confirm":
            self.confirm()
        elif action in ("next slice", "previous slice"):
            if self.state == State.CASE:
                self.view.scroll(1 if kind == "next" else -1)
        elif action in ("window", "reset"):
            if self.state == State.CASE:
                self.view.next_window() if action == "window" else self.view.reset()
        elif action in ("mark", "flag", "undo", "pause"):
            getattr(self, action)()
        self.changed.emit()

    def rate(self, rating: int) -> None:
        """Choose, not yet confirmed."""
        if self.state in (State.CASE, State.MASK):
            self._touched()
            self.rating = rating

    def confirm(self) -> None:
        """Write the answer down and go on; go on after feedback or a pause."""
        if self.state == State.PAUSE:
            self.pause()
        elif self.state == State.FEEDBACK:
            self.feedback = None
            self.next()
        elif self.state in (State.CASE, State.MASK):
            self._answer()

    def _answer(self) -> None:
        if self.rating is None:
            self.problem = _("Rate the case before you confirm.")
            return
        try:
            truth = self.session.answer(
                self.rating,
                reasons=tuple(r for r in REASONS if r in self.reasons),
                note=self.note,
                **self.view.facts(),
            )
        except MedGANSynthError as error:
            self.problem = str(error)
            return
        self.timer.stop()
        if truth is None:
            self.next()
        else:
            self.feedback, self.state = truth, State.FEEDBACK

    def undo(self) -> None:
        """Show the last case again, or the mask it ended in; its answer is taken back."""
        if self.state in (State.CASE, State.MASK):
            try:
                self.session.undo()
            except MedGANSynthError as error:
                self.problem = str(error)
                return
            self.next()

    def pause(self) -> None:
        """Hide the case, or go on with it."""
        if self.state == State.PAUSE:
            self.session.proceed()
            self.view.unhide()
            self.state = self.paused_state
            if self.state == State.CASE:
                self._expose(self.left_s)
            self.rested = time.monotonic()
        elif self.state in (State.CASE, State.MASK):
            self.session.pause()
            self.left_s = self.timer.remainingTime / 1000 if self.timer.active else None
            self.timer.stop()
            self.view.hide()
            self.paused_state, self.state = self.state, State.PAUSE

    def flag(self) -> None:
        """Mark the case as worth a second look, or not."""
        if self.state in (State.CASE, State.MASK):
            self.session.flag()
            self.flagged = not self.flagged

    def mark(self) -> None:
        """Mark what lies under the mouse."""
        if self.state == State.CASE:
            self._touched()
            if not self.view.marks.add():
                self.problem = _("Hold the mouse over what gave the case away, then mark it.")

    def give_reason(self, reason: str) -> None:
        """Say what gave the case away, or no more."""
        if self.state in (State.CASE, State.MASK):
            self._touched()
            self.reasons ^= {reason}

    # What is said

    @property
    def wants_break(self) -> bool:
        """Whether the reader has been at it for long."""
        return time.monotonic() - self.rested > BREAK_AFTER_S

    def _touched(self) -> None:
        self.session.touched()

    def _clear(self) -> None:
        self.rating, self.reasons, self.flagged, self.note = None, set(), False, ""
