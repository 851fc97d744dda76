"""What there is to know of a model before it is used: title, licence, time, sample, card."""

from pathlib import Path

import qt
from slicer.i18n import tr as _

from MedGANSynthLib.models import card, catalogue

from .narrow import breakable

PREVIEW_WIDTH = 300


class ModelFacts:
    """Fills the labels of a model section; its button shows the card in a window of its own."""

    def __init__(self, ui):
        self.ui = ui
        self.entry: catalogue.Entry | None = None
        self.preview: Path | None = None
        self.has_picture = False
        self.card: qt.QDialog | None = None
        ui.cardButton.connect("clicked()", self.show_card)

    def show(self, entry: catalogue.Entry | None, time: str) -> None:
        """Show a model, None for no model.

        Args:
            time: what is known of the time it takes; empty if nothing is.
        """
        self.entry = entry
        manifest = entry.manifest if entry else None
        none_yet = _("No model yet; add one on the Models page")
        self.ui.titleLabel.text = breakable(manifest.title if manifest else none_yet)
        self.ui.licenceLabel.text = breakable(manifest.licence if manifest else "")
        self.ui.timeLabel.text = breakable(time) or _("not measured on this computer yet")
        self.ui.cardButton.enabled = manifest is not None
        self._read_preview(entry.folder / catalogue.PREVIEW if entry else None)
        rows = {"licence": manifest is not None, "time": manifest is not None}
        for row, there in {**rows, "preview": self.has_picture}.items():
            for part in ("Caption", "Label"):
                getattr(self.ui, row + part).visible = there

    def _read_preview(self, path: Path | None) -> None:
        """Once: this is called at every change of anything."""
        if path == self.preview:
            return
        self.preview = path
        picture = qt.QPixmap() if path is None else qt.QPixmap(str(path))
        self.has_picture = not picture.isNull()
        if self.has_picture:
            smooth = qt.Qt.SmoothTransformation
            self.ui.previewLabel.setPixmap(picture.scaledToWidth(PREVIEW_WIDTH, smooth))

    def show_card(self) -> None:
        """The model's card."""
        self.close_card()
        manifest = self.entry.manifest
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


def look_again(panel, wanted: str) -> None:
    """Show anew which models there are, and say so if the wanted one has gone meanwhile."""
    was_missing = is_missing(panel.choice, wanted)
    panel.choice.reload()
    panel.message.look()
    panel.refresh()
    if not was_missing:
        tell_if_missing(panel, wanted)


def is_missing(choice, wanted: str) -> bool:
    """Whether a scene, or the last session, used a model that is not here."""
    return bool(wanted) and wanted not in [entry.name for entry in choice.entries]


def why_not(wanted: str) -> str | None:
    """Why a model cannot be used that may well be here; None where nothing speaks for that."""
    problems = [entry.problem for entry in catalogue.list_entries() if entry.name == wanted]
    return next(iter(problems), None) or catalogue.user_folder_problem()


def tell_if_missing(panel, wanted: str) -> None:
    """Say that the wanted model is not here, as long as it is not."""
    if is_missing(panel.choice, wanted):
        text = _("The model {model} is not on this computer, so another one is chosen.")
        if reason := why_not(wanted):
            text = _("The model {model} cannot be used, so another one is chosen: {reason}")
        panel.message.warn(text.format(model=wanted, reason=reason))
        panel.message.keep_while(lambda: is_missing(panel.choice, wanted))
