"""The desk in widgets: how far one is, the scale, what can be said of a case, the keys."""

from collections.abc import Callable

from slicer.i18n import tr as _

from MedGANSynthLib.turing.study import REASONS

from .reading_desk import Desk, State
from .reading_keys import bindings, help_text
from .run_view import duration


class ReadingPage:
    """Shows a `Desk`; `act` gets the same words from a click as from a key."""

    def __init__(self, ui, act: Callable[[str], None]) -> None:
        self.ui = ui
        self.scale = [getattr(ui, f"rateButton{n}") for n in range(1, 7)]
        self.reasons = [getattr(ui, f"reasonBox{n}") for n in range(1, len(REASONS) + 1)]
        self.desk: Desk | None = None
        for number, button in enumerate(self.scale, 1):
            button.connect("clicked()", lambda n=number: act(f"rate {n}"))
        for number, box in enumerate(self.reasons, 1):
            box.connect("clicked()", lambda n=number: act(f"reason {n}"))
        for action in ("confirm", "undo", "pause", "flag", "leave"):
            button = getattr(ui, f"{action}Button")
            button.connect("clicked()", lambda action=action: act(action))
        ui.noteEdit.connect("textEdited(QString)", self._noted)
        ui.readingPage.hide()

    def open(self, desk: Desk) -> None:
        """A session begins."""
        self.desk = desk
        desk.changed.connect(self.show)
        pair = desk.design.display == "pair"
        words = pair_scale() if pair else single_scale()
        for number, (button, word) in enumerate(zip(self.scale, words, strict=True), 1):
            button.text = f"{number}  {word}"
        question = _("Which of the two is synthetic?") if pair else _("Is it real or synthetic?")
        self.ui.questionLabel.text = " ".join((question, desk.design.clue)).strip()
        self.ui.helpLabel.text = help_text(bindings())
        self.ui.caseBar.setRange(0, len(desk.session.trials))
        self.ui.setupPage.hide()
        self.ui.readingPage.show()

    def close(self) -> None:
        """The session is over."""
        self.desk = None
        self.ui.readingPage.hide()
        self.ui.setupPage.show()

    def show(self) -> None:
        """Show where the desk is."""
        desk, ui = self.desk, self.ui
        if desk is None:
            return
        rates = desk.state in (State.CASE, State.MASK)
        ui.caseLabel.text = progress_text(desk)
        ui.caseBar.setValue(desk.session.position)
        for number, button in enumerate(self.scale, 1):
            button.setEnabled(rates)
            button.setChecked(desk.rating == number)
        for reason, box in zip(REASONS, self.reasons, strict=True):
            box.setEnabled(rates)
            box.setChecked(reason in desk.reasons)
        ui.confirmButton.text = _("Confirm") if rates else _("Go on")
        ui.confirmButton.setEnabled(desk.rating is not None or not rates)
        ui.undoButton.setEnabled(rates)
        ui.flagButton.setEnabled(rates)
        ui.flagButton.setChecked(desk.flagged)
        ui.pauseButton.setEnabled(rates or desk.state == State.PAUSE)
        ui.pauseButton.setChecked(desk.state == State.PAUSE)
        ui.noteEdit.setEnabled(rates)
        if not rates:  # what is typed at the next case is a rating again
            ui.noteEdit.clearFocus()
        if ui.noteEdit.text != desk.note:
            ui.noteEdit.text = desk.note
        count = len(desk.view.marks)
        ui.marksLabel.text = {0: "", 1: _("1 place marked")}.get(
            count, _("{count} places marked").format(count=count)
        )
        ui.feedbackLabel.text = feedback_text(desk)

    def _noted(self, text: str) -> None:
        if self.desk is not None:
            self.desk.note = text


def single_scale() -> list[str]:
    """Ratings 1 to 6 of a case."""
    return [
        _("definitely real"),
        _("probably real"),
        _("guess: real"),
        _("guess: synthetic"),
        _("probably synthetic"),
        _("definitely synthetic"),
    ]


def pair_scale() -> list[str]:
    """Ratings 1 to 6 of a pair: which one is synthetic."""
    return [
        _("definitely left"),
        _("probably left"),
        _("guess: left"),
        _("guess: right"),
        _("probably right"),
        _("definitely right"),
    ]


def progress_text(desk: Desk) -> str:
    """How far one is and how long it may take; nothing about classes."""
    session = desk.session
    if session.finished and desk.state != State.FEEDBACK:
        return _("All cases are answered")
    # While its truth is told, the practice case that was answered is still the one.
    position = session.position - (desk.state == State.FEEDBACK)
    text = _("Case {number} of {all}").format(number=position + 1, all=len(session.trials))
    if session.trials[position].practice:
        text += _(", practice")
    if session.seconds_left is not None:
        text += _(", about {time} left").format(time=duration(session.seconds_left))
    return text


def feedback_text(desk: Desk) -> str:
    """What went wrong, the truth of a practice case, or what there is to do."""
    if desk.problem:
        return desk.problem
    if desk.state == State.PAUSE:
        return _("Pause. The case is hidden and the time stands still.")
    if desk.state == State.FEEDBACK:
        return {
            "real": _("This practice case was real."),
            "synthetic": _("This practice case was synthetic."),
            "left": _("In this practice case the left one was synthetic."),
            "right": _("In this practice case the right one was synthetic."),
        }[desk.feedback]
    if desk.state == State.MASK:
        return _("The time to see this case is over; it can still be rated.")
    if desk.wants_break:
        return _("You have been reading for a while; a short pause does good.")
    return ""
