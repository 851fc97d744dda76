"""What was asked for: a generator, or a direction of a model and a node for each of its inputs."""

from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models import catalogue
from MedGANSynthLib.models.manifest import Direction, Manifest

from .errors import PanelError
from .fitting import spoken


def direction_of(model: str, direction: str | None) -> tuple[str, Direction]:
    """A direction of a model by name, or the first.

    Raises:
        PanelError: the model is not there (any more), is damaged, or has no such direction.
    """
    manifest = _manifest(model)
    name = direction or next(iter(manifest.directions), "")
    if name not in manifest.directions:
        text = _("The model {model} has no direction {direction}; it has: {known}.")
        known = ", ".join(manifest.directions) or _("none")
        raise PanelError(text.format(model=manifest.name, direction=name, known=known))
    return name, manifest.directions[name]


def generator_of(model: str) -> Manifest:
    """What a model that generates says of itself.

    Raises:
        PanelError: the model is not there (any more), is damaged, or generates nothing.
    """
    manifest = _manifest(model)
    if manifest.generation is None:
        text = _("The model {model} generates nothing; choose another, or translate with it.")
        raise PanelError(text.format(model=manifest.name))
    return manifest


def _manifest(model: str) -> Manifest:
    try:
        return catalogue.read_manifest(Path(catalogue.find(model)))
    except MedGANSynthError as error:
        raise PanelError(str(error)) from None


def in_order(inputs: Any, direction: Direction) -> dict[str, Any]:
    """Nodes by modality, in the order of the model's inputs.

    Raises:
        PanelError: one is missing, or one too many.
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
    return {modality: given[modality] for modality in wanted}
