"""The keys of a reading: what they do, how they are shown, and how a user changes them."""

import json
from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from .errors import PanelError

SETTING = "MedGANSynth/Turing/Keys"

DEFAULTS = {
    **{f"rate {n}": str(n) for n in range(1, 7)},
    "confirm": "Space",
    "confirm too": "Return",
    "next slice": "Right",
    "previous slice": "Left",
    "window": "W",
    "reset": "R",
    "mark": "M",
    "flag": "F",
    "undo": "U",
    "pause": "P",
    "leave": "Esc",
    **{f"reason {n}": f"Alt+{n}" for n in range(1, 8)},
}
"""Action -> key, as Qt writes keys."""


def bindings() -> dict[str, str]:
    """The defaults with the user's changes; what is broken is left out."""
    try:
        changed = json.loads(qt.QSettings().value(SETTING) or "{}")
    except (TypeError, ValueError):
        changed = {}
    known = changed.items() if isinstance(changed, dict) else ()
    keys = DEFAULTS | {a: k for a, k in known if a in DEFAULTS and isinstance(k, str)}
    return keys if _problem(keys) is None else dict(DEFAULTS)


def rebind(keys: dict[str, str]) -> None:
    """Keep the user's keys.

    Raises:
        PanelError: no key, or one that does two things.
    """
    if problem := _problem(keys):
        raise PanelError(problem)
    changed = {action: key for action, key in keys.items() if key != DEFAULTS[action]}
    qt.QSettings().setValue(SETTING, json.dumps(changed))


def _problem(keys: dict[str, str]) -> str | None:
    taken: dict[str, str] = {}
    for action, key in keys.items():
        plain = qt.QKeySequence(key).toString()
        if not plain:
            return _("{key!r} is no key; choose one for {action}.").format(key=key, action=action)
        if plain in taken:
            text = _("The key {key} is given to {one} and to {other}; give each its own.")
            return text.format(key=plain, one=taken[plain], other=action)
        taken[plain] = action
    return None


def help_text(keys: dict[str, str]) -> str:
    """One line that names the keys."""
    shown = {
        _("rate"): f"{keys['rate 1']}-{keys['rate 6']}",
        _("confirm"): keys["confirm"],
        _("slices"): f"{keys['previous slice']} {keys['next slice']}",
        _("grey values"): keys["window"],
        _("view as at first"): keys["reset"],
        _("mark under the mouse"): keys["mark"],
        _("reasons"): f"{keys['reason 1']}-{keys['reason 7']}",
        _("flag"): keys["flag"],
        _("take back"): keys["undo"],
        _("pause"): keys["pause"],
        _("leave"): keys["leave"],
    }
    return "   ".join(f"{key}: {what}" for what, key in shown.items())


class Shortcuts:
    """Keys that act wherever the mouse and the focus are, but not in a text that is being typed.

    Args:
        parent: lives as long as the keys are needed, where Slicer has no main window.
        act: called with the action's name.
    """

    def __init__(self, parent, act: Callable[[str], None]) -> None:
        self.shortcuts = []
        for action, key in bindings().items():
            shortcut = qt.QShortcut(qt.QKeySequence(key), slicer.util.mainWindow() or parent)
            shortcut.setContext(qt.Qt.ApplicationShortcut)
            shortcut.setAutoRepeat("slice" in action)
            shortcut.connect("activated()", lambda action=action: act(action))
            self.shortcuts.append(shortcut)

    def remove(self) -> None:
        """The keys do nothing any more."""
        for shortcut in self.shortcuts:
            shortcut.setEnabled(False)
            shortcut.setParent(None)
            shortcut.deleteLater()
        self.shortcuts = []
