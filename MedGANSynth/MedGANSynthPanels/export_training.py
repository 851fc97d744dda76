"""A Run becomes a model of the user's own, which Translate and Generate offer at once."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models import catalogue
from MedGANSynthLib.schema import NAME

from .errors import PanelError
from .lifetime import the_worker


def export_training(folder: Path, name: str | None, listener: Callable[[dict[str, Any]], None]):
    """Have the worker make a package of the best checkpoint (else the last); its `Job`.

    Args:
        name: of the model; None: the Run folder's, with a number where that is taken.

    Raises:
        PanelError: there is no checkpoint yet, or no model can have the name.
    """
    checkpoints = folder / "checkpoints"
    if not checkpoints.is_dir():
        text = _("{folder} is no Run folder; choose one that a training has written.")
        raise PanelError(text.format(folder=folder))
    found = next((c for c in ("best", "last") if (checkpoints / f"{c}.pt").is_file()), None)
    if found is None:
        text = _("{name} has no checkpoint yet; train on, or press Stop to have one written.")
        raise PanelError(text.format(name=folder.name))
    name = name or free_name(folder.name)
    if not isinstance(name, str) or not re.fullmatch(NAME.regex, name):
        text = _("A model cannot be called {name}; use {hint} characters.")
        raise PanelError(text.format(name=name, hint=NAME.hint))
    try:
        catalogue.check_addable(name)
    except MedGANSynthError as error:
        raise PanelError(str(error)) from None
    fields = {"run": str(folder), "name": name, "checkpoint": found}
    return the_worker().submit(
        "models export", {**fields, "out": str(catalogue.user_folder() / name)}, listener
    )


def free_name(wish: str) -> str:
    """The wish as the name of a model that there is not yet."""
    wish = re.sub(r"[^A-Za-z0-9._-]+", "-", wish).strip("-._")[:56] or "model"
    taken = {entry.name.casefold() for entry in catalogue.list_entries()}
    names = [wish, *(f"{wish}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name.casefold() not in taken)
