"""A reading from the press on Start until Slicer is as it was."""

import contextlib
from collections.abc import Callable

import qt

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing.reading import Reading

from .reading_desk import Desk, State
from .reading_keys import Shortcuts
from .reading_mode import ReadingMode
from .reading_page import ReadingPage
from .signal import Signal


class ReadingSession:
    """Begins and ends readings, one at a time.

    Args:
        panel: the widget that stays visible.
        page: shows the desk.
        ended: called when Slicer is as it was again: with the desk, and an error's sentence or "".

    Attributes:
        reading: emitted with True when a reading begins and with False when it ends.
        desk: None between readings.
    """

    def __init__(self, panel, page: ReadingPage, ended: Callable[[Desk, str], None]) -> None:
        self.panel = panel
        self.page = page
        self.ended = ended
        self.reading = Signal()
        self.desk: Desk | None = None
        self.ending: contextlib.ExitStack | None = None

    def start(self, session: Reading) -> None:
        """Hide Slicer and show the first case that is due; `session` is closed in the end."""
        self.ending = contextlib.ExitStack()
        try:
            # Undone from the last to the first, each also if another fails.
            self.ending.callback(self.page.close)
            self.ending.callback(self.reading.emit, False)
            self.ending.callback(session.close)
            self.ending.callback(ReadingMode(self.panel, self.stop).leave)
            self.desk = Desk(session)
            self.ending.callback(self.desk.close)
            self.desk.failed.connect(self.fail)
            self.desk.changed.connect(self._stop_at_the_end)
            self.ending.callback(Shortcuts(self.panel, self.act).remove)
            self.page.open(self.desk)
            self.reading.emit(True)
            self.desk.next()
        except BaseException:
            self.stop()
            raise

    def act(self, action: str) -> None:
        """A key or button; whatever fails, Slicer comes back as it was."""
        if self.desk is None:
            return
        if action == "leave":
            self.stop()
            return
        try:
            self.desk.act(action)
        except Exception as error:
            self.fail(error)

    def pause(self) -> None:
        """Hide the case, if one is on show."""
        if self.desk is not None and self.desk.state in (State.CASE, State.MASK):
            self.act("pause")

    def fail(self, error: Exception) -> None:
        """End the reading because of something that nobody expected."""
        expected = isinstance(error, MedGANSynthError)
        self.stop(str(error) if expected else "")
        if not expected:
            raise error

    def stop(self, problem: str = "") -> None:
        """End the reading, if one goes on. What was answered is on disk."""
        desk, ending, self.desk, self.ending = self.desk, self.ending, None, None
        if ending is None:
            return
        try:
            ending.close()
        finally:
            if desk is not None:
                self.ended(desk, problem)

    def _stop_at_the_end(self) -> None:
        if self.desk is not None and self.desk.state == State.END:
            qt.QTimer.singleShot(0, self.stop)
