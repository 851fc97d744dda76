"""What was asked for: a generator, or a direction of a model and a node for each of its inputs.

Scripts may hand in anything; whatever it is, what is wrong with it is said in one sentence.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models import catalogue
from MedGANSynthLib.models.manifest import Direction, Manifest

from .errors import PanelError
from .fitting import Way, spoken
from .panel_words import in_the_panel
from .paths import typed


def way_of(model: str | os.PathLike, direction: str | None) -> Way:
    """A direction of a model by name, or the first.

    Raises:
        PanelError: the model is not there (any more), is damaged, or has no such direction.
    """
    entry = _entry(model, lambda manifest: bool(manifest.directions))
    directions = entry.manifest.directions
    if not directions:
        text = _("The model {model} translates nothing; use it on the Generate page.")
        raise PanelError(text.format(model=entry.name))
    name = direction or next(iter(directions))
    if name not in list(directions):
        text = _("The model {model} has no direction {direction}; it has: {known}.")
        known = ", ".join(directions)
        raise PanelError(text.format(model=entry.name, direction=name, known=known))
    return Way(entry, name, directions[name])


def generator_of(model: str | os.PathLike) -> Manifest:
    """What a model that generates says of itself.

    Raises:
        PanelError: the model is not there (any more), is damaged, or generates nothing.
    """
    manifest = _entry(model, lambda manifest: manifest.generation is not None).manifest
    if manifest.generation is None:
        text = _("The model {model} generates nothing; use it on the Translate page.")
        raise PanelError(text.format(model=manifest.name))
    return manifest


def named(model: str | os.PathLike) -> str:
    """What the worker finds a model by: a listed one's name, or the absolute path of another."""
    return _place(model, catalogue.list_entries())


def _place(model: str | os.PathLike, entries: list[catalogue.Entry]) -> str:
    names = [entry.name.casefold() for entry in entries]
    return os.fspath(model) if os.fspath(model).casefold() in names else str(typed(model))


def _entry(model: Any, suits: Callable[[Manifest], bool]) -> catalogue.Entry:
    """A model; where it is not to be found, those that suit are named."""
    entries = catalogue.list_entries()
    names = [entry.name for entry in entries if not entry.problem and suits(entry.manifest)]
    if not isinstance(model, (str, os.PathLike)) or not os.fspath(model):
        text = _("Name a model, or the folder of one; there are: {known}.")
        raise PanelError(text.format(known=", ".join(names) or _("none")))
    place = _place(model, entries)
    if _is_gone(place):
        if problem := catalogue.user_folder_problem():
            raise PanelError(problem, holds=lambda: _is_gone(named(model)))
        text = _("The model {model} is not on this computer (any more); there are: {known}.")
        if not names:
            text = _(
                "The model {model} is not on this computer (any more); add one on the Models page."
            )
        text = text.format(model=model, known=", ".join(names))
        raise PanelError(text, holds=lambda: _is_gone(named(model)))
    try:
        folder = Path(catalogue.find(place))
        manifest = catalogue.read_manifest(folder)
    except MedGANSynthError as error:
        raise PanelError(in_the_panel(str(error))) from None
    if not (folder / catalogue.WEIGHTS).is_file():
        text = _("The model {model} is damaged ({path} is missing); install or add it again.")
        path = folder / catalogue.WEIGHTS
        raise PanelError(text.format(model=manifest.name, path=path))
    return catalogue.Entry(manifest.name, folder, "user", manifest)


def _is_gone(place: str) -> bool:
    return os.path.isabs(place) and not os.path.exists(place)


def check_node(node: Any) -> None:
    """Refuse what is no node.

    Raises:
        PanelError: a name, a list, nothing.
    """
    if not isinstance(node, slicer.vtkMRMLNode):
        text = _(
            "A node is asked for, and this is {what}; give the node itself, such as "
            'slicer.util.getNode("T1").'
        )
        what = _("nothing") if node is None else _("of the type {type}")
        raise PanelError(text.format(what=what.format(type=type(node).__name__)))


def in_order(inputs: Any, direction: Direction) -> dict[str, Any]:
    """Nodes by modality, in the order of the model's inputs.

    Raises:
        PanelError: one is missing, or one too many; no nodes.
    """
    wanted = [port.modality for port in direction.inputs]
    given = inputs if isinstance(inputs, dict) else {wanted[0]: inputs}
    missing = [modality for modality in wanted if given.get(modality) is None]
    if missing:
        names = ", ".join(spoken(modality) for modality in missing)
        raise PanelError(_("Choose a volume for {names}; the model needs it.").format(names=names))
    if len(given) > len(wanted):
        names = ", ".join(spoken(modality) for modality in wanted)
        raise PanelError(_("The model takes {names} and no other input.").format(names=names))
    for node in given.values():
        check_node(node)
    return {modality: given[modality] for modality in wanted}
