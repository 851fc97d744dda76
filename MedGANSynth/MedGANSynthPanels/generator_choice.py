"""The generator: which there are, and what there is to know of the chosen one."""

from collections.abc import Callable

from MedGANSynthLib.models import catalogue

from . import timing
from .fitting import measured_time
from .model_choice import fill
from .model_facts import ModelFacts

WAY = "generate"
"""In place of a direction, where times are noted."""


class GeneratorChoice:
    """The model section of a panel; `chosen(model)` is called after the user has chosen."""

    def __init__(self, ui, chosen: Callable[[str], None]):
        self.ui = ui
        self.chosen = chosen
        self.entries: list[catalogue.Entry] = []
        self.entry: catalogue.Entry | None = None
        self.facts = ModelFacts(ui)
        ui.modelBox.connect("currentIndexChanged(int)", self._on_model)
        self.reload()

    def reload(self) -> None:
        """Look again which packages there are."""
        known = catalogue.list_entries()
        self.entries = [e for e in known if not e.problem and e.manifest.generation is not None]

    def show(self, model: str, device: str) -> None:
        """Show the named model, or the first where it is not there."""
        named = [entry for entry in self.entries if entry.name == model]
        self.entry = next(iter(named + self.entries), None)
        name = self.entry.name if self.entry else None
        fill(self.ui.modelBox, [(e.name, e.name) for e in self.entries], name)
        here = name and timing.measured_here(name, WAY, device)
        self.facts.show(self.entry, here or (self.entry and measured_time(self.entry)) or "")

    def _on_model(self, index: int) -> None:
        if index >= 0:
            self.chosen(self.ui.modelBox.itemData(index))
