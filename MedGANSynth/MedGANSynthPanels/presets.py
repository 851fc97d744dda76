"""The library's presets, and which of them the data at hand will do for."""

import dataclasses
import functools
import shlex
from typing import Any

from slicer.i18n import tr as _

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.training.config import Config, load_config
from MedGANSynthLib.training.needs import Needs, needs_of

from .errors import PanelError
from .fitting import spoken
from .panel_words import in_the_panel

_DEBUG = "-debug"
_NAMES = {"cine": _("heart cycles as films (4D)"), "image": _("an image"), "label": _("its labels")}


@dataclasses.dataclass(frozen=True)
class Preset:
    """One of them, with the user's settings."""

    name: str
    config: Config

    @property
    def needs(self) -> Needs:
        """What it needs of the data."""
        return needs_of(self.config.data)

    @property
    def is_trial(self) -> bool:
        """Made to be tried out in seconds, on the phantom."""
        return self.name.endswith(_DEBUG)

    def fits(self, there: set[str] | None) -> bool:
        """Whether these modalities will do; None: nobody knows which there are."""
        return there is None or set(self.needs.modalities) <= there

    def wants(self) -> str:
        """What it needs, for people."""
        needs = self.needs
        names = _(" and ").join(_kind(name, needs) for name in needs.modalities)
        if len(needs.modalities) > 1:
            of = _("of the same person") if needs.together else _("also of different people")
            names = f"{names}, {of}"
        if needs.one_grid:
            names = _("{names}, on one voxel grid").format(names=names)
        if needs.useful:
            also = ", ".join(_kind(name, needs) for name in needs.useful)
            names = _("{names}; {also} where there is one").format(names=names, also=also)
        return names


def split(settings: str) -> tuple[str, ...]:
    """The words "key=value" of a line.

    Raises:
        PanelError: a quotation mark without its partner.
    """
    try:
        return tuple(shlex.split(settings))
    except ValueError:
        raise PanelError(_("A quotation mark in the settings lacks its partner.")) from None


def as_settings(settings: Any) -> tuple[str, ...]:
    """Overrides as scripts hand them in; a text is one of them.

    Raises:
        PanelError: they are no texts.
    """
    given = (settings,) if isinstance(settings, str) else settings
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise PanelError(_('Give the settings as a list of texts, such as ["batch=2"].'))
    return tuple(given)


@functools.cache
def all_presets() -> list[Preset]:
    """Those that ship, as they ship."""
    names = [row["preset"] for row in tasks.run(tasks.PresetsList())["rows"]]
    return [Preset(name, load_config(name)) for name in names]


@functools.lru_cache(maxsize=8)
def with_settings(name: str, settings: str) -> Preset:
    """A preset with the user's settings.

    Raises:
        PanelError: there is no such preset, or a setting is wrong.
    """
    try:
        return Preset(name, load_config(name, split(settings)))
    except MedGANSynthError as error:
        raise PanelError(in_the_panel(str(error))) from None


def _kind(modality: str, needs: Needs) -> str:
    if modality in _NAMES:
        return _NAMES[modality]
    return _("a {name}").format(name=modality) if modality in needs.labels else spoken(modality)
