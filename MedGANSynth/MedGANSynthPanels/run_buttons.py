"""The lower half of the Train panel: the trainings, and what can be done with the chosen one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from . import run_list
from .errors import PanelError
from .panel import allow, guarded
from .paths import typed
from .running import Running
from .runs_table import RunsTable
from .training_run import TrainingRun


class RunButtons:
    """The table of trainings and the buttons around it.

    Args:
        running: shows the export, of which there is one at a time.
        keep: whether a trainer that is resumed goes on when Slicer ends.
    """

    def __init__(self, panel, running: Running, keep: Callable[[], bool]) -> None:
        self.ui, self.widget, self.message = panel.ui, panel.widget, panel.message
        self.logic, self.running, self.keep = panel.logic, running, keep
        self.runs = RunsTable(self.ui, self.refresh, self.on_lost)
        for name in ("stop", "resume", "export", "curves", "pictures", "open", "add", "remove"):
            button = getattr(self.ui, f"{name}Button")
            button.connect("clicked(bool)", getattr(self, f"on_{name}"))

    def refresh(self) -> None:
        """Enable what can be done with the chosen one."""
        self.message.look()
        ui, run = self.ui, self.runs.run
        none = None if run is not None else _("Choose a training")
        alive = run is not None and run.alive
        rests = None if alive else _("It does not run")
        stopping = _("It writes its checkpoint") if alive and run.state == "stopping" else None
        purpose = _("Write a checkpoint and end; Resume goes on from there")
        allow(ui.stopButton, purpose, none or rests or stopping)
        runs = _("It runs; stop it first") if alive else None
        done = _("It is finished") if run is not None and run.state == "finished" else None
        allow(ui.resumeButton, _("Go on from the last checkpoint"), none or runs or done)
        busy = _("Something runs; cancel it first") if self.running.open else None
        allow(ui.exportButton, _("Make a model of it for Translate and Generate"), none or busy)
        empty = None if run is not None and run.has_figures else _("There are no figures yet")
        allow(ui.curvesButton, _("Show losses and validation as plots, live"), none or empty)
        unseen = None if run is not None and run.previews else _("There is no preview yet")
        allow(ui.picturesButton, _("Show the previews in the red view, live"), none or unseen)
        allow(ui.openButton, _("Show the files of the training"), none)
        allow(ui.removeButton, _("List it no longer; its files stay"), none or runs)

    @guarded
    def on_stop(self) -> None:
        """Stop the chosen training, with a checkpoint."""
        self.runs.run.stop()
        self.runs.update()

    @guarded
    def on_resume(self) -> None:
        """Go on with the chosen training."""
        self.message.clear()
        if self.logic.ready(self.widget):
            self.logic.resume_training(self.runs.run.folder, keep=self.keep())
            self.runs.update()

    @guarded
    def on_export(self) -> None:
        """Make a model of the chosen training."""
        self.message.clear()
        if not self.logic.ready(self.widget):
            return
        run = self.runs.run

        def start(listener):
            def hear(event: dict[str, Any]) -> None:
                if event["event"] == "done":
                    name = Path(event["result"]["outputs"][0]).name
                    text = _("{name} is among your models; Translate and Generate offer it")
                    event = {"event": "done", "text": text.format(name=name)}
                listener(event)

            return self.logic.export_training(run.folder, wait=False, listener=hear)

        self.running.begin(_("Export of {name}").format(name=run.name), start)

    @guarded
    def on_curves(self) -> None:
        """Show the plots of the chosen training."""
        self.runs.show_curves()

    @guarded
    def on_pictures(self) -> None:
        """Show the previews of the chosen training."""
        self.runs.show_pictures()

    @guarded
    def on_open(self) -> None:
        """Show the files of the chosen training."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self.runs.run.folder)))

    def on_lost(self, run: TrainingRun) -> None:
        """The folder of a training that was at work has vanished."""
        text = _("The folder of {name} is gone, and the training with it.")
        self.message.warn(text.format(name=run.name))

    @guarded
    def on_add(self) -> None:
        """List a training that was started elsewhere."""
        self.message.clear()
        title = _("A Run folder")
        chosen = qt.QFileDialog.getExistingDirectory(self.widget, title, "")
        if not chosen:
            return
        folder = typed(chosen)
        if not (folder / "checkpoints").is_dir():
            text = _("{folder} is no Run folder; choose one that a training has written.")
            raise PanelError(text.format(folder=folder))
        run_list.add(run_list.Listed(folder))
        self.runs.choose(folder)

    @guarded
    def on_remove(self) -> None:
        """List the chosen training no longer."""
        run_list.remove(self.runs.run.folder)
        self.runs.update()
