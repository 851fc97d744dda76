"""The Turing panel: prepare a reader study, read its cases, unblind the answers."""

from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from MedGANSynthLib import tasks

from . import lifetime
from .errors import PanelError
from .folders import report_problem
from .keys_table import KeysTable
from .panel import Panel, allow, guarded
from .panel_words import in_the_panel
from .paths import holds, is_file, typed
from .prepare_form import PrepareForm
from .read_form import ReadForm
from .reading_desk import Desk
from .reading_page import ReadingPage
from .reading_session import ReadingSession
from .running import Running
from .study_results import StudyResults
from .table_widget import fill
from .temporary import Temporary

_CHOSEN = (
    *("table", "real", "synthetic", "bids", "training", "out", "key"),
    *("study", "resultStudy", "resultKey", "report"),
)


class PanelTuring(Panel):
    """Before, during and after a study.

    Attributes:
        session: the reading that goes on, if one does.
        reading: emitted with True when a reading begins and with False when it ends.
        results: what the last report has brought into the scene.
    """

    def __init__(self, logic) -> None:
        Panel.__init__(self, "PanelTuring.ui")
        self.logic = logic
        self.temporary: Temporary | None = None
        self.results: StudyResults | None = None
        self.then = None
        self.running = Running(self.ui, self.message, self.refresh, self.on_done)
        page = ReadingPage(self.ui, lambda action: self.session.act(action))
        self.session = ReadingSession(self.widget, page, self.on_ended)
        self.reading = self.session.reading
        self.keys = KeysTable(self.ui.keysTable, self.message)
        self.form = ReadForm(self.ui, self.refresh)
        self.prepare = PrepareForm(self.ui, self.refresh)
        for name in _CHOSEN:
            edit = getattr(self.ui, f"{name}Edit")
            edit.connect("currentPathChanged(QString)", lambda _path: self.on_another())
        for box in (self.ui.readerBox, self.ui.sourceBox):
            box.connect("currentIndexChanged(int)", lambda _index: self.on_another())
        self.ui.resultStudyEdit.connect(
            "currentPathChanged(QString)", lambda _path: fill(self.ui.progressTable, [])
        )
        for name in ("plan", "prepare", "audit", "preview", "start", "progress", "report"):
            button = getattr(self.ui, f"{name}Button")
            button.connect("clicked(bool)", getattr(self, f"on_{name}"))
        self.ui.openReportButton.connect("clicked(bool)", self.on_open_report)
        self.ui.cancelButton.connect("clicked(bool)", self.on_cancel)
        closing = slicer.vtkMRMLScene.StartCloseEvent
        self.addObserver(slicer.mrmlScene, closing, lambda *_event: self.session.stop())
        self.prepare.go(0)

    def enter(self) -> None:
        """The module is shown."""
        self.form.look_again()
        self.prepare.refresh()

    def leave(self) -> None:
        """Another module is shown: nobody sees a case from there."""
        self.session.pause()

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends."""
        self.prepare.nodes.stop()
        self.session.stop()
        self.on_cancel()
        self._remove_temporary()
        Panel.cleanup(self)

    def refresh(self) -> None:
        """Enable what can be done."""
        ui, busy = self.ui, _("Something runs; cancel it first") if self.running.open else None
        start = _("Begin or go on; Slicer shows nothing but the cases meanwhile")
        allow(ui.startButton, start, busy or self.form.problem())
        ui.startButton.text = self.form.button_text()
        purpose = _("Write the study folder and the key, and look for leaks")
        allow(ui.prepareButton, purpose, busy or self.prepare.problem())
        purpose = _("Look for leaks again; with a reason, reading may start all the same")
        allow(ui.auditButton, purpose, busy or self.prepare.audit_problem())
        seen = None if is_file(self.prepare.preview) else _("Prepare a study first")
        allow(ui.previewButton, _("Some real and some synthetic cases, for the owner only"), seen)
        allow(ui.planButton, _("Compute what the numbers above can show"), busy)
        is_study = holds(ui.resultStudyEdit.currentPath, "study.json")
        no_study = None if is_study else _("Choose a study folder")
        allow(ui.progressButton, _("Counts only; nothing is unblinded"), no_study)
        allow(
            ui.reportButton,
            _("Tell the truth and compute"),
            busy or no_study or self._report_problem(),
        )
        is_there = holds(ui.reportEdit.currentPath, "report.html")
        there = None if is_there else _("There is no report yet")
        allow(ui.openReportButton, _("Show the page in a browser"), there)
        ui.cancelButton.setVisible(self.running.open)

    def _report_problem(self) -> str | None:
        ui = self.ui
        if not is_file(ui.resultKeyEdit.currentPath):
            return _("Choose the study's key")
        return report_problem(ui.reportEdit.currentPath)

    def on_another(self) -> None:
        """Another study, reader or file is chosen: what was said holds of the last one."""
        self.message.clear()
        self.refresh()

    # Reading

    @guarded
    def on_start(self) -> None:
        """Hide Slicer and show the first case that is due."""
        self.message.clear()
        if slicer.app.layoutManager() is None:
            raise PanelError(_("Cases can only be read in Slicer's main window."))
        self.session.start(self.form.open())

    def on_ended(self, desk: Desk, problem: str) -> None:
        """Slicer is as it was."""
        self.form.look_again()
        if problem:
            self.message.complain(problem)
            return
        text = _("{answered} of {all} cases are answered and saved.")
        answered = self.form.answered
        self.message.say(text.format(answered=answered, all=len(desk.session.trials)))

    # Before and after

    @guarded
    def on_plan(self) -> None:
        """Say what studies of several sizes can show."""
        self._run("study sizes", self.prepare.size_fields(), self._show_plan)

    @guarded
    def on_prepare(self) -> None:
        """Write study and key."""
        self.temporary = Temporary()
        try:
            fields = self.prepare.fields(self.temporary.path)
            self._run("study prepare", fields, self._prepared)
        except BaseException:
            self._remove_temporary()
            raise

    @guarded
    def on_audit(self) -> None:
        """Look for leaks again, or override what was found."""
        fields = {"study": str(self.prepare.out), "key": str(self.prepare.key)}
        fields["override"] = self.ui.overrideEdit.text
        self._run("study audit", fields, lambda _result: self.form.look_again())

    @guarded
    def on_preview(self) -> None:
        """The owner looks at some cases."""
        self.message.clear()
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self.prepare.preview)))

    @guarded
    def on_progress(self) -> None:
        """Say how far each reader is."""
        self.message.clear()
        study = typed(self.ui.resultStudyEdit.currentPath)
        fill(self.ui.progressTable, tasks.run(tasks.StudyProgress(study=study))["rows"])

    @guarded
    def on_report(self) -> None:
        """Unblind the study."""
        ui = self.ui
        fields = {"study": ui.resultStudyEdit, "key": ui.resultKeyEdit, "out": ui.reportEdit}
        fields = {name: typed(edit.currentPath) for name, edit in fields.items()}
        self._run("study report", fields, self._reported)

    @guarded
    def on_open_report(self) -> None:
        """Show the page."""
        self.message.clear()
        page = typed(self.ui.reportEdit.currentPath) / "report.html"
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(page)))

    @guarded
    def on_cancel(self) -> None:
        """Stop what runs."""
        self.running.cancel()

    def on_done(self, event: dict[str, Any]) -> None:
        """A Task has ended well."""
        if self.then is not None:
            self.then(event["result"])

    def _run(self, task: str, fields: dict[str, Any], then) -> None:
        """Have the worker do a Task; `then(result)` follows."""
        if not self.logic.ready(self.widget):
            raise PanelError(_("What is missing was not installed, so nothing was done."))
        self.then = then

        def start(listener):
            def hear(event: dict[str, Any]) -> None:
                if event["event"] in ("done", "error"):
                    self._remove_temporary()
                if event["event"] == "done":
                    blocked = event["result"].get("blocked", "")
                    if blocked:
                        listener({"event": "warning", "text": in_the_panel(blocked)})
                    text = event["result"]["text"].removesuffix(blocked).rstrip(". ")
                    event = {**event, "text": in_the_panel(text)}
                listener(event)

            return lifetime.the_worker().submit(task, fields, hear)

        self.running.begin(task, start)

    def _show_plan(self, result: dict[str, Any]) -> None:
        fill(self.ui.planTable, result["rows"])

    def _prepared(self, result: dict[str, Any]) -> None:
        ui = self.ui
        ui.studyEdit.currentPath = ui.resultStudyEdit.currentPath = str(self.prepare.out)
        ui.resultKeyEdit.currentPath = str(self.prepare.key)
        self.form.look_again()

    def _reported(self, result: dict[str, Any]) -> None:
        folder = typed(self.ui.reportEdit.currentPath)
        self.results = StudyResults(folder, folder.name)
        self.results.show()

    def _remove_temporary(self) -> None:
        if self.temporary is not None:
            self.temporary.remove()
            self.temporary = None
