"""The base of all panels: a .ui file, a message line, buttons that say why they are disabled."""

from collections.abc import Callable
from pathlib import Path

import slicer
from slicer.util import VTKObservationMixin

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.foreseen import sentence_for

from .errors import PanelError
from .message import MessageLine
from .narrow import let_shrink
from .panel_words import in_the_panel

UI = Path(__file__).resolve().parents[1] / "Resources" / "UI"


class Panel(VTKObservationMixin):
    """One part of the module's window.

    The .ui file's top widget is a qMRMLWidget; it holds an empty QWidget named `message`.

    Attributes:
        widget: the top widget, to be put into the module's layout.
        ui: its named children.
        message: the line for results, warnings and errors.
        running: the panel's runs, whose log has the errors too; None for a panel without any.
    """

    running = None

    def __init__(self, ui_file: str):
        VTKObservationMixin.__init__(self)
        self.widget = slicer.util.loadUI(str(UI / ui_file))
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self.widget.setMRMLScene(slicer.mrmlScene)
        let_shrink(vars(self.ui).values())
        self.message = MessageLine(self.ui.message)

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends. Extended by panels that hold more."""
        self.removeObservers()


def allow(button, purpose: str, problem: str | None) -> None:
    """Enable a button unless there is a problem; the tooltip says what it does, or why not yet."""
    button.enabled = not problem
    button.toolTip = problem or purpose


def sentence_of(error: Exception) -> str:
    """What an error says, in a panel's words."""
    if isinstance(error, OSError):
        error = sentence_for(error) or error
    return in_the_panel(str(error))


def guarded(method: Callable) -> Callable:
    """For slots and observers of a Panel: what fails is said in its message line and its log.

    The method gets none of the signal's arguments, so that it does not matter how many there are.
    """

    def call(self, *_arguments):
        try:
            return method(self)
        except (PanelError, MedGANSynthError, OSError) as error:
            text = sentence_of(error)
            self.message.complain(text)
            if isinstance(error, PanelError) and error.holds is not None:
                self.message.keep_while(error.holds)
            if self.running is not None:
                self.running.view.log(text)

    # Not functools.wraps: how many arguments a slot gets is read off the function itself.
    call.__name__, call.__doc__ = method.__name__, method.__doc__
    return call
