"""The Models panel: what there is, its card, and how models come and go. Nothing is downloaded."""

import zipfile
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from MedGANSynthLib import schema, tasks
from MedGANSynthLib.models import catalogue

from . import lifetime
from .errors import PanelError
from .import_form import ImportForm
from .message import MOST
from .model_list import ModelList
from .panel import Panel, allow, guarded
from .paths import typed
from .signal import Signal
from .temporary import Temporary


class PanelModels(Panel):
    """Lists, adds, verifies and removes models through the library's Tasks.

    Attributes:
        changed: emitted after a model has come or gone.
    """

    def __init__(self, logic):
        Panel.__init__(self, "PanelModels.ui")
        self.logic = logic
        self.changed = Signal()
        self.job = None
        self.temporary: Temporary | None = None
        self.warnings: list[str] = []
        self.list = ModelList(self.ui, self.refresh)
        self.form = ImportForm(self.ui, self.refresh)
        self.ui.addFileButton.connect("clicked(bool)", self.on_add_file)
        self.ui.addFolderButton.connect("clicked(bool)", self.on_add_folder)
        self.ui.openFolderButton.connect("clicked(bool)", self.on_open_folder)
        self.ui.verifyButton.connect("clicked(bool)", self.on_verify)
        self.ui.removeButton.connect("clicked(bool)", self.on_remove)
        self.ui.importButton.connect("clicked(bool)", self.on_import)
        self.ui.cancelButton.connect("clicked(bool)", self.on_cancel)
        self._show_log("")
        self.list.reload()

    def enter(self) -> None:
        """The module is shown: models may have come or gone."""
        self.list.reload()
        self.message.look()
        if problem := catalogue.user_folder_problem():
            self.message.warn(problem)
            self.message.keep_while(lambda: bool(catalogue.user_folder_problem()))

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends."""
        self.on_cancel()
        Panel.cleanup(self)

    def refresh(self) -> None:
        """Enable what can be done."""
        busy = _("Something is going on; cancel it first") if self.job is not None else None
        entry = self.list.entry
        chosen = busy or (None if entry else _("Choose a model"))
        own = chosen or (None if entry.origin == "user" else _("It ships with MedGANSynth"))
        ui = self.ui
        allow(ui.addFileButton, _("Verify a package (zip) and copy it into your models"), busy)
        allow(ui.addFolderButton, _("Verify a package (folder) and copy it into your models"), busy)
        allow(ui.openFolderButton, _("Show the files of the chosen model"), chosen)
        allow(ui.verifyButton, _("Check the chosen model's files and run it once"), chosen)
        allow(ui.removeButton, _("Delete the chosen model from your models"), own)
        purpose = _("Make a model of these weights and put it into your models")
        allow(ui.importButton, purpose, busy or self.form.problem())
        ui.cancelButton.visible = self.job is not None

    # What the user does

    @guarded
    def on_add_file(self) -> None:
        """A zip was asked for."""
        title, kinds = _("Add a model package"), _("Model packages (*.zip)")
        self._add(qt.QFileDialog.getOpenFileName(self.widget, title, "", kinds))

    @guarded
    def on_add_folder(self) -> None:
        """A folder was asked for."""
        title = _("Add a model package")
        self._add(qt.QFileDialog.getExistingDirectory(self.widget, title, ""))

    @guarded
    def on_verify(self) -> None:
        """Check the chosen model."""
        entry = self._chosen()
        if self.logic.ready(self.widget):
            fields = {"model": str(entry.folder)}
            self._run("models verify", fields, _("Verifying"), self._verified)

    @guarded
    def on_remove(self) -> None:
        """Delete the chosen model, once the user is sure."""
        name = self._chosen().name
        question = _("Delete the model {name} from this computer?").format(name=name)
        if slicer.util.confirmOkCancelDisplay(question, _("MedGANSynth"), parent=self.widget):
            tasks.run(tasks.ModelsRemove(name=name))
            self._came_or_went(None)
            self.message.say(_("{name} is removed.").format(name=name))

    @guarded
    def on_open_folder(self) -> None:
        """Show the chosen model's files in the system's file manager."""
        url = qt.QUrl.fromLocalFile(str(self._chosen().folder))
        qt.QDesktopServices.openUrl(url)

    @guarded
    def on_import(self) -> None:
        """Make a package of the form's weights, then add it."""
        self.message.clear()
        if not self.logic.ready(self.widget):
            return
        self.temporary = Temporary()
        package = self.temporary.path / "package"
        fields = {**self.form.fields(), "out": str(package)}

        def add(_result: dict[str, Any]) -> None:
            self._run("models add", {"package": str(package)}, _("Adding"), self._added)

        self._run(self.form.task, fields, _("Importing"), add)

    @guarded
    def on_cancel(self) -> None:
        """Stop what is going on."""
        if self.job is not None:
            self.job.cancel()

    # What becomes of it

    def _chosen(self) -> catalogue.Entry:
        """The chosen model.

        Raises:
            PanelError: its files have gone since the list was made; it is made anew.
        """
        self.message.clear()
        entry = self.list.entry
        if not catalogue.is_package(entry.folder):
            self._came_or_went(None)
            text = _("{name} is not in {folder} any more; the list shows what is there.")
            raise PanelError(text.format(name=entry.name, folder=entry.folder))
        return entry

    def _add(self, chosen: str) -> None:
        self.message.clear()
        if not chosen or not self.logic.ready(self.widget):
            return
        package = typed(chosen)
        name, replace = name_of(package), False
        if name in [entry.name for entry in self.list.entries if entry.origin == "user"]:
            question = _("You have a model {name} already. Replace it?").format(name=name)
            replace = slicer.util.confirmOkCancelDisplay(
                question, _("MedGANSynth"), parent=self.widget
            )
            if not replace:
                return
        fields = {"package": str(package), "overwrite": replace}
        self._run("models add", fields, _("Verifying and adding"), self._added)

    def _added(self, result: dict[str, Any]) -> None:
        self._came_or_went(Path(result["outputs"][0]).name)

    def _verified(self, _result: dict[str, Any]) -> None:
        self._came_or_went(None)  # it may have been mended since the list was made

    def _came_or_went(self, name: str | None) -> None:
        self.list.reload(name)
        self.changed.emit()

    def _run(self, task: str, fields: dict[str, Any], doing: str, then=None) -> None:
        """Have the worker do a Task; `then(result)` follows, and the message line says how it went.

        `then` may run another Task in turn.
        """
        self._show_log("")
        self.message.busy(_("{doing}...").format(doing=doing))

        def hear(event: dict[str, Any]) -> None:
            if event["event"] == "warning":
                self.warnings.append(event["text"])
            elif event["event"] in ("done", "error"):
                self.job = None
                self._ended(event, then)

        self.job = lifetime.the_worker().submit(task, fields, hear)
        self.refresh()

    def _show_log(self, text: str) -> None:
        """The last words of a worker that has failed; nothing is shown while there are none."""
        self.ui.logText.plainText = text
        self.ui.logSection.visible = bool(text)

    def _ended(self, event: dict[str, Any], then) -> None:
        if event["event"] == "done":
            if then is not None:
                then(event["result"])
            if self.job is not None:
                return
            self.message.conclude(event["result"]["text"], self.warnings)
            self._show_log("\n".join(self.warnings[MOST:]))
        elif event.get("cancelled"):
            self.message.say(event["text"])
        else:
            self.message.complain(event["text"])
            self._show_log(event.get("log", ""))
            self.list.reload()  # what is wrong with a package may be that it has gone
        self.warnings = []
        if self.temporary is not None:
            self.temporary.remove()
            self.temporary = None
        self.refresh()


def name_of(package: Path) -> str | None:
    """The name that a package folder or zip gives itself; None if it cannot be read.

    Adding it then says what is wrong with it.
    """
    try:
        if package.is_dir():
            return catalogue.read_manifest(package).name
        with zipfile.ZipFile(package) as archive:
            members = [m for m in archive.namelist() if Path(m).name == catalogue.MANIFEST]
            with archive.open(members[0]) as file:
                text = file.read(catalogue.MAX_MANIFEST).decode("utf-8")
        return schema.parse_json(text, str(package))["name"]
    except Exception:  # a crafted zip makes zipfile raise nearly anything
        return None
