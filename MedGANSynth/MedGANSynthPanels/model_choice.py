"""The model: what there is to choose from, its licence, time and sample, and its card."""

from collections.abc import Callable
from pathlib import Path

import qt
from slicer.i18n import tr as _

from MedGANSynthLib.models import card, catalogue

from . import timing
from .fitting import Way, measured_time, takes, ways

PREVIEW_WIDTH = 340


class ModelChoice:
    """The model section; `chosen(model, direction)` is called after the user has chosen."""

    def __init__(self, ui, chosen: Callable[[str, str], None]):
        self.ui = ui
        self.chosen = chosen
        self.entries: list[catalogue.Entry] = []
        self.way: Way | None = None
        self.preview: Path | None = None
        self.card: qt.QDialog | None = None
        ui.modelBox.connect("currentIndexChanged(int)", self._on_model)
        ui.directionBox.connect("currentIndexChanged(int)", self._on_direction)
        ui.cardButton.connect("clicked()", self.show_card)
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

    def show(self, way: Way | None, contrast: str | None, device: str) -> None:
        """Fill the boxes, and say what there is to know of the model."""
        suited, hidden = self.suited(contrast), len(self.entries)
        hidden -= len(suited)
        self.ui.allModelsBox.setVisible(hidden > 0)
        self.ui.allModelsBox.text = _("Show {count} more, made for other volumes").format(
            count=hidden
        )
        offered = self.entries if self.ui.allModelsBox.checked else suited
        if way is not None and way.entry not in offered:
            offered = [*offered, way.entry]
        self.way = way
        fill(self.ui.modelBox, [(e.name, e.name) for e in offered], way and way.entry.name)
        directions = ways(way.entry) if way else []
        fill(self.ui.directionBox, [(w.label, w.name) for w in directions], way and way.name)
        self.ui.cardButton.enabled = way is not None
        self._show_facts(way, device)

    def _show_facts(self, way: Way | None, device: str) -> None:
        manifest = way.entry.manifest if way else None
        self.ui.titleLabel.text = manifest.title if manifest else ""
        self.ui.licenceLabel.text = manifest.licence if manifest else ""
        here = way and timing.measured_here(way.entry.name, way.name, device)
        made = way and measured_time(way.entry)
        self.ui.timeLabel.text = here or made or _("not measured on this computer yet")
        self._show_preview(way.entry.folder / catalogue.PREVIEW if way else None)

    def _show_preview(self, path: Path | None) -> None:
        """Read it once: this is called at every change of anything."""
        if path == self.preview:
            return
        self.preview = path
        picture = qt.QPixmap() if path is None else qt.QPixmap(str(path))
        self.ui.previewCaption.visible = self.ui.previewLabel.visible = not picture.isNull()
        if not picture.isNull():
            smooth = qt.Qt.SmoothTransformation
            self.ui.previewLabel.setPixmap(picture.scaledToWidth(PREVIEW_WIDTH, smooth))

    def _on_model(self, index: int) -> None:
        model = self.ui.modelBox.itemData(index)
        entry = next((e for e in self.entries if e.name == model), None)
        if entry is not None:
            self.chosen(model, ways(entry)[0].name)

    def _on_direction(self, index: int) -> None:
        if self.way is not None and index >= 0:
            self.chosen(self.way.entry.name, self.ui.directionBox.itemData(index))

    def show_card(self) -> None:
        """The model's card in a window of its own."""
        self.close_card()
        manifest = self.way.entry.manifest
        self.card = qt.QDialog(self.ui.cardButton.window())
        self.card.setWindowTitle(manifest.name)
        text = qt.QTextBrowser()
        text.setOpenLinks(False)
        text.setMarkdown(card.render_card(manifest))
        qt.QVBoxLayout(self.card).addWidget(text)
        self.card.resize(640, 560)
        self.card.show()

    def close_card(self) -> None:
        """Close the card's window, if it is there."""
        if self.card is not None:
            self.card.deleteLater()
            self.card = None


def fill(box, items: list[tuple[str, str]], chosen: str | None) -> None:
    """Give a combo box its (text, data) items and choose one, without telling anybody."""
    was_blocked = box.blockSignals(True)
    if [(box.itemText(n), box.itemData(n)) for n in range(box.count)] != items:
        box.clear()
        for text, data in items:
            box.addItem(text, data)
    box.setCurrentIndex([data for _text, data in items].index(chosen) if chosen else -1)
    box.blockSignals(was_blocked)
