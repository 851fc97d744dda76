"""The model and its direction: what there is to choose from for a volume."""

from collections.abc import Callable

from slicer.i18n import tr as _

from MedGANSynthLib.models import catalogue

from . import timing
from .fitting import Way, measured_time, takes, ways
from .model_facts import ModelFacts


class ModelChoice:
    """The model section; `chosen(model, direction)` is called after the user has chosen."""

    def __init__(self, ui, chosen: Callable[[str, str], None]):
        self.ui = ui
        self.chosen = chosen
        self.entries: list[catalogue.Entry] = []
        self.way: Way | None = None
        self.facts = ModelFacts(ui)
        ui.modelBox.connect("currentIndexChanged(int)", self._on_model)
        ui.directionBox.connect("currentIndexChanged(int)", self._on_direction)
        self.reload()

    def reload(self) -> None:
        """Look again which packages there are."""
        self.entries = [entry for entry in catalogue.list_entries() if ways(entry)]

    def suited(self, contrast: str | None) -> list[catalogue.Entry]:
        """The models with a direction for such a volume."""
        return [e for e in self.entries if any(takes(way, contrast) for way in ways(e))]

    def best(self, model: str, direction: str, contrast: str | None) -> Way | None:
        """The wish if it takes the volume; else the model's other direction, another model."""
        named = [e for e in self.entries if e.name == model]
        others = [e for e in self.entries if e.name != model]
        wished = [way for e in named for way in ways(e) if way.name == direction]
        everything = wished + [way for e in named + others for way in ways(e)]
        suited = [way for way in everything if takes(way, contrast)]
        return next(iter(suited + everything), None)

    def find(self, model: str, direction: str) -> Way | None:
        """That direction of that model, if it is there."""
        found = [way for e in self.entries if e.name == model for way in ways(e)]
        return next((way for way in found if way.name == direction), None)

    def show(self, way: Way | None, contrast: str | None, device: str, maps: bool) -> None:
        """Fill the boxes, and say what there is to know of the model."""
        offered = self.suited(contrast)
        if way is not None and way.entry not in offered:
            offered = [*offered, way.entry]
        hidden = len(self.entries) - len(offered)
        self.ui.allModelsBox.setVisible(hidden > 0)
        self.ui.allModelsBox.text = _("Show {count} more, made for other volumes").format(
            count=hidden
        )
        if self.ui.allModelsBox.checked:
            offered = self.entries
        self.way = way
        fill(self.ui.modelBox, [(e.name, e.name) for e in offered], way and way.entry.name)
        directions = ways(way.entry) if way else []
        fill(self.ui.directionBox, [(w.label, w.name) for w in directions], way and way.name)
        time = ""
        if way is not None:
            theirs = measured_time(way.entry)
            time = timing.expected(way.entry.name, way.name, device, maps, theirs)
        self.facts.show(way and way.entry, time)

    def _on_model(self, index: int) -> None:
        model = self.ui.modelBox.itemData(index)
        entry = next((e for e in self.entries if e.name == model), None)
        if entry is not None:
            self.chosen(model, ways(entry)[0].name)

    def _on_direction(self, index: int) -> None:
        if self.way is not None and index >= 0:
            self.chosen(self.way.entry.name, self.ui.directionBox.itemData(index))


def fill(box, items: list[tuple[str, str]], chosen: str | None) -> None:
    """Give a combo box its (text, data) items and choose one, without telling anybody."""
    was_blocked = box.blockSignals(True)
    if [(box.itemText(n), box.itemData(n)) for n in range(box.count)] != items:
        box.clear()
        for text, data in items:
            box.addItem(text, data)
    box.setCurrentIndex([data for _text, data in items].index(chosen) if chosen else -1)
    box.blockSignals(was_blocked)
