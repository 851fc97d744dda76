"""The table of models, and the card of the chosen one."""

from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from MedGANSynthLib.models import card, catalogue

from .fitting import Way, spoken
from .model_facts import PREVIEW_WIDTH
from .narrow import breakable
from .table_widget import share_width

_DOES = 2  # the column that says what a model does


class ModelList:
    """What the catalogue holds; `changed()` is called when another model is chosen."""

    def __init__(self, ui, changed: Callable[[], None]):
        self.ui = ui
        self.changed = changed
        self.entries: list[catalogue.Entry] = []
        self._filling = False
        columns = [_("Model"), _("Version"), _("What it does"), _("Licence"), _("Where")]
        ui.modelTable.setColumnCount(len(columns))
        ui.modelTable.setHorizontalHeaderLabels(columns)
        ui.modelTable.connect("itemSelectionChanged()", self._on_selection)

    @property
    def entry(self) -> catalogue.Entry | None:
        """The chosen model."""
        item = self.ui.modelTable.currentItem()
        return self.entries[item.row()] if item is not None else None

    def reload(self, name: str | None = None) -> None:
        """Look again which there are; `name` is chosen, else the one that was, else the first."""
        if name is None and self.entry is not None:
            name = self.entry.name
        table = self.ui.modelTable
        self._filling = True
        self.entries = []
        table.setRowCount(0)
        self.entries = catalogue.list_entries()
        table.setRowCount(len(self.entries))
        for row, entry in enumerate(self.entries):
            for column, text in enumerate(_columns(entry)):
                item = qt.QTableWidgetItem(text)
                item.setToolTip(entry.problem or text)
                table.setItem(row, column, item)
        share_width(table, _DOES)
        if self.entries:
            names = [entry.name for entry in self.entries]
            table.setCurrentCell(names.index(name) if name in names else 0, 0)
        self._filling = False
        self._on_selection()

    def _on_selection(self) -> None:
        if not self._filling:
            self._show_card(self.entry)
            self.changed()

    def _show_card(self, entry: catalogue.Entry | None) -> None:
        manifest = entry.manifest if entry else None
        self.ui.licenceText.text = breakable(manifest.licence) if manifest else ""
        self.ui.folderText.text = str(entry.folder) if entry else ""
        if manifest is not None:
            self.ui.cardText.setMarkdown(card.render_card(manifest))
        else:
            self.ui.cardText.plainText = (entry.problem if entry else None) or _("No model yet.")
        picture = qt.QPixmap(str(entry.folder / catalogue.PREVIEW)) if manifest else qt.QPixmap()
        self.ui.previewLabel.visible = not picture.isNull()
        if not picture.isNull():
            smooth = qt.Qt.SmoothTransformation
            self.ui.previewLabel.setPixmap(picture.scaledToWidth(PREVIEW_WIDTH, smooth))


def _columns(entry: catalogue.Entry) -> list[str]:
    where = _("shipped") if entry.origin == "shipped" else _("yours")
    if entry.problem:
        where = _("cannot be used")
    m = entry.manifest
    if m is None:
        return [entry.name, "", "", "", where]
    does = ", ".join(Way(entry, name, direction).label for name, direction in m.directions.items())
    if m.generation is not None:
        does = _("makes {modality} of nobody").format(modality=spoken(m.generation.output.modality))
    return [entry.name, m.version, does, m.licence, where]
