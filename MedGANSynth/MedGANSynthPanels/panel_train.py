"""The Train panel: choose a preset and images, look at them, train, watch, keep the model."""

from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from . import parameters as stored
from .bound_panel import BoundPanel
from .check_view import as_html
from .devices import Devices
from .errors import PanelError
from .model_choice import fill
from .panel import allow, guarded
from .presets import split
from .run_buttons import RunButtons
from .running import Running
from .signal import Signal
from .train_chosen import TrainChosen
from .train_form import TrainForm
from .train_settings import TrainOn
from .trainer import command_text


class PanelTrain(BoundPanel):
    """Everything that is shown follows from the parameters, and from the Run folders.

    Attributes:
        changed: emitted after a model has been made.
        checked: what the last check was of, and what it found.
    """

    def __init__(self, logic) -> None:
        BoundPanel.__init__(self, "PanelTrain.ui")
        self.logic = logic
        self.changed = Signal()
        self.checked: tuple[Any, dict[str, Any]] | None = None
        self.checking: Any = None
        self.unused: Any = None
        self.asked: tuple | None = None
        self.shown: dict[str, Any] | None = None
        self.is_on_show = False
        ui = self.ui
        self.form = TrainForm(ui, self.on_form)
        self.devices = Devices(self.refresh)
        self.running = Running(ui, self.message, self.refresh, self.on_done)
        self.buttons = RunButtons(self, self.running, self._keeps)
        self.runs = self.buttons.runs
        ui.presetBox.connect("currentIndexChanged(int)", self.on_preset)
        ui.deviceBox.connect("currentIndexChanged(int)", self.on_device)
        ui.allPresetsBox.connect("toggled(bool)", self.refresh)
        ui.bidsEdit.connect("currentPathChanged(QString)", self.on_bids)
        ui.listEdit.connect("currentPathChanged(QString)", self.on_list)
        ui.parentEdit.connect("currentPathChanged(QString)", self.on_parent)
        for name in ("check", "train", "cancel", "copy"):
            button = getattr(ui, f"{name}Button")
            button.connect("clicked(bool)", getattr(self, f"on_{name}"))
        for event in (slicer.vtkMRMLScene.NodeAddedEvent, slicer.vtkMRMLScene.NodeRemovedEvent):
            self.addObserver(slicer.mrmlScene, event, self.refresh_soon)
        self.runs.update()

    def show_page(self, on_show: bool) -> None:
        """Whether the panel's page is in front: the presets are read only then."""
        self.is_on_show = on_show
        self.refresh()

    def enter(self) -> None:
        """The module is shown."""
        self.refresh()
        self.runs.update()

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends; trainings go on."""
        self.runs.stop()
        self.running.cancel()
        self._discard()
        self.devices.stop()
        BoundPanel.cleanup(self)

    # What is shown

    def refresh(self, _caller=None, _event=None) -> None:
        """Show what the parameters say."""
        if self.parameters is None or not self.is_on_show:
            return
        chosen = self.parameters.train
        self.form.show(chosen)
        fill(self.ui.deviceBox, self.devices.choices(chosen.device), chosen.device)
        paths = {"bids": chosen.bidsFolder, "list": chosen.listFile, "parent": self.chosen.parent}
        for name, path in paths.items():
            edit = getattr(self.ui, f"{name}Edit")
            if edit.currentPath != path:
                edit.currentPath = path
        result = self.result
        self.ui.foundText.visible = result is not None
        if result is not None and result is not self.shown:
            self.shown = result
            self.ui.foundText.html = as_html(result)
        task = self.chosen.task(result)
        self.ui.commandText.plainText = command_text(task) if task else ""
        self._show_buttons()
        stored.remember(self.parameters, "train")

    def _show_buttons(self) -> None:
        ui, result = self.ui, self.result
        busy = _("Something runs; cancel it first") if self.running.open else None
        missing = self.chosen.problem()
        purpose = _("Read all images, try a few steps, and estimate time, memory and disk")
        allow(ui.checkButton, purpose, busy or missing)
        unchecked = None if result is not None else _("Check the data first")
        stops = _("The check has found what has to be mended first")
        bad = stops if result is not None and result["failed"] else None
        allow(ui.trainButton, _("Start the command above"), busy or missing or unchecked or bad)
        allow(ui.cancelButton, _("Stop the check"), None if busy else _("Nothing runs"))
        ui.cancelButton.visible = self.running.open
        unwritten = _("Check the data first; it writes the data list that the command reads")
        missing = missing or (unwritten if self.chosen.writes and result is None else None)
        allow(ui.copyButton, _("Copy the command"), missing)
        self.buttons.refresh()

    @property
    def chosen(self) -> TrainChosen:
        """What follows from the parameters."""
        return TrainChosen(self.parameters.train, self.form)

    @property
    def result(self) -> dict[str, Any] | None:
        """What the check found of what is chosen now."""
        if self.checked is None or self.checked[0] != self.chosen.key():
            return None
        return self.checked[1]

    def _keeps(self) -> bool:
        return self.parameters is not None and self.parameters.train.keep

    # What the user does

    def on_form(self) -> None:
        """The folders or the table of the scene were changed."""
        if self.parameters is None:
            return
        if self.parameters.train.source == TrainOn.FOLDERS:
            others = self.parameters.train.folders
            kept = {m: p for m, p in others.items() if m not in self.form.folders.modalities}
            self.parameters.train.folders = kept | self.form.folders.folders()
        self.refresh()

    def on_preset(self, index: int) -> None:
        """A preset was chosen."""
        if self.parameters is not None and index >= 0:
            self.parameters.train.preset = self.ui.presetBox.itemData(index)

    def on_device(self, index: int) -> None:
        """A device was chosen."""
        if self.parameters is not None and index >= 0:
            self.parameters.train.device = self.ui.deviceBox.itemData(index)

    def on_bids(self, path: str) -> None:
        """The BIDS folder was chosen."""
        if self.parameters is not None:
            self.parameters.train.bidsFolder = path

    def on_list(self, path: str) -> None:
        """The data list was chosen."""
        if self.parameters is not None:
            self.parameters.train.listFile = path

    def on_parent(self, path: str) -> None:
        """The folder of the Run folder was chosen."""
        if self.parameters is not None:
            self.parameters.train.parent = path

    @guarded
    def on_check(self) -> None:
        """Look at the data before anything starts."""
        self.message.clear()
        if not self.logic.ready(self.widget):
            raise PanelError(_("What is missing was not installed, so nothing can be trained."))
        chosen, asked = self.chosen, self.chosen.key()
        try:
            data = chosen.data()
        except PanelError as error:
            error.holds = lambda: self.chosen.key() is None
            raise
        self._discard()

        settings = chosen.settings

        def start(listener):
            self.checking = self.logic.check_training(
                settings.preset,
                data,
                chosen.out,
                settings=split(settings.settings),
                device=settings.device,
                validation=settings.validation,
                wait=False,
                listener=listener,
            )
            return self.checking

        self.checked = None
        self.asked = asked
        title = _("Check of the data for {preset}").format(preset=settings.preset)
        self.running.begin(title, start, lambda: self.result is not None)

    def _discard(self) -> None:
        """What the last check has written is not wanted any more: nothing was begun with it."""
        if self.unused is not None:
            self.unused.discard()
            self.unused = None

    def on_done(self, event: dict[str, Any]) -> None:
        """A check or an export is done."""
        if "nodes" in event:
            self.checked, self.unused = (self.asked, self.checking.result), self.checking
        else:
            self.changed.emit()

    @guarded
    def on_train(self) -> None:
        """Start the command that is shown."""
        self.message.clear()
        settings = self.parameters.train
        run = self.logic.train(
            settings.preset,
            self.result["data"],
            self.chosen.out,
            settings=split(settings.settings),
            device=settings.device,
            keep=settings.keep,
        )
        self.checked = self.unused = None
        self.runs.choose(run.folder)
        self.runs.show_curves()
        self.refresh()
        self.message.say(_("{name} has begun; see below.").format(name=run.name))
        self.message.keep_while(lambda: self.runs.is_alive(run.folder))

    @guarded
    def on_cancel(self) -> None:
        """Stop the check."""
        self.running.cancel()

    @guarded
    def on_copy(self) -> None:
        """Copy the command; who runs it needs what the check has written."""
        self.unused = None
        qt.QApplication.clipboard().setText(self.ui.commandText.plainText)
