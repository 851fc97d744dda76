"""The Train panel: choose a preset and images, look at them, train, watch, keep the model."""

from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from . import parameters as stored
from .bound_panel import BoundPanel
from .check_view import as_html
from .devices import Devices
from .errors import PanelError
from .folders import writing_problem
from .model_choice import fill
from .panel import allow, guarded
from .paths import typed
from .presets import split
from .run_buttons import RunButtons
from .running import Running
from .signal import Signal
from .train_form import TrainForm
from .train_settings import TrainOn
from .trainer import command_text
from .training_run import REQUEST
from .training_task import train_task


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
        paths = {"bids": chosen.bidsFolder, "list": chosen.listFile, "parent": self.parent}
        for name, path in paths.items():
            edit = getattr(self.ui, f"{name}Edit")
            if edit.currentPath != path:
                edit.currentPath = path
        result = self.result
        self.ui.foundText.visible = result is not None
        if result is not None and result is not self.shown:
            self.shown = result
            self.ui.foundText.html = as_html(result)
        task = self._task(result)
        self.ui.commandText.plainText = command_text(task) if task else ""
        self._show_buttons()
        stored.remember(self.parameters, "train")

    def _show_buttons(self) -> None:
        ui, result = self.ui, self.result
        busy = _("Something runs; cancel it first") if self.running.open else None
        missing = self.form.missing(self.parameters.train) or self._taken()
        purpose = _("Read all images, try a few steps, and estimate time, memory and disk")
        allow(ui.checkButton, purpose, busy or missing)
        unchecked = None if result is not None else _("Check the data first")
        stops = _("The check has found what has to be mended first")
        bad = stops if result is not None and result["failed"] else None
        allow(ui.trainButton, _("Start the command above"), busy or missing or unchecked or bad)
        allow(ui.cancelButton, _("Stop the check"), None if busy else _("Nothing runs"))
        ui.cancelButton.visible = self.running.open
        allow(ui.copyButton, _("Copy the command"), None if ui.commandText.plainText else missing)
        self.buttons.refresh()

    # What follows from the parameters

    @property
    def parent(self) -> str:
        """The folder of the Run folder."""
        return self.parameters.train.parent or str(Path.home() / "MedGANSynth")

    def _keeps(self) -> bool:
        return self.parameters is not None and self.parameters.train.keep

    @property
    def out(self) -> Path:
        """The Run folder."""
        chosen = self.parameters.train
        return typed(self.parent) / (chosen.name.strip() or chosen.preset)

    @property
    def result(self) -> dict[str, Any] | None:
        """What the check found of what is chosen now."""
        if self.checked is None or self.checked[0] != self._chosen():
            return None
        return self.checked[1]

    def _chosen(self) -> tuple | None:
        """All that a check depends on; None where the data cannot be named yet."""
        chosen = self.parameters.train
        if self.form.missing(chosen):
            return None
        try:
            data = self.form.data(chosen)
        except PanelError:
            return None
        return (chosen.preset, chosen.settings, chosen.device, chosen.validation, self.out, data)

    def _task(self, result: dict[str, Any] | None):
        chosen = self.parameters.train
        if self.form.missing(chosen):
            return None
        if result is not None:
            data = result["data"]
        elif chosen.source == TrainOn.PHANTOM:
            data = None
        else:
            written = str(self.out / "data" / "datalist.json")
            data = chosen.listFile if chosen.source == TrainOn.LIST else written
        return train_task(chosen.preset, data, self.out, split(chosen.settings), chosen.device)

    def _taken(self) -> str | None:
        name = self.parameters.train.name.strip()
        if name in (".", "..") or any(mark in name for mark in "/\\:"):
            return _("Give a name without slashes or colons; the folder is chosen below it")
        if (self.out / "checkpoints").exists() or (self.out / REQUEST).exists():
            return _("There is a training of that name already; choose another name, or resume it")
        return writing_problem(self.out)

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
        chosen, asked = self.parameters.train, self._chosen()
        data = self.form.data(chosen)

        def start(listener):
            self.checking = self.logic.check_training(
                chosen.preset,
                data,
                self.out,
                settings=split(chosen.settings),
                device=chosen.device,
                validation=chosen.validation,
                wait=False,
                listener=listener,
            )
            return self.checking

        self.checked = None
        self.asked = asked
        title = _("Check of the data for {preset}").format(preset=chosen.preset)
        self.running.begin(title, start, lambda: self.result is not None)

    def on_done(self, event: dict[str, Any]) -> None:
        """A check or an export is done."""
        if "nodes" in event:
            self.checked = (self.asked, self.checking.result)
        else:
            self.changed.emit()

    @guarded
    def on_train(self) -> None:
        """Start the command that is shown."""
        self.message.clear()
        chosen = self.parameters.train
        run = self.logic.train(
            chosen.preset,
            self.result["data"],
            self.out,
            settings=split(chosen.settings),
            device=chosen.device,
            keep=chosen.keep,
        )
        self.checked = None
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
        """Copy the command."""
        qt.QApplication.clipboard().setText(self.ui.commandText.plainText)
