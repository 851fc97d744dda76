"""The Evaluate panel: what is judged against what, and how good it is."""

import qt
import slicer
from slicer.i18n import tr as _

from . import parameters as stored
from .bound_panel import BoundPanel
from .errors import PanelError
from .evaluate_rows import FOLDERS, choice, problem, show_rows
from .nodes import is_there
from .panel import allow, guarded
from .parameters import Judged
from .running import Running
from .table_widget import fill
from .tables import show_chart


class PanelEvaluate(BoundPanel):
    """Everything that is shown follows from the parameters; what the user does changes those.

    Attributes:
        evaluation: the last run, if it has ended well; its figures are shown while what was
            `measured` is what is chosen.
    """

    def __init__(self, logic) -> None:
        BoundPanel.__init__(self, "PanelEvaluate.ui")
        self.logic = logic
        self.evaluation = None
        self.measured: tuple = ()
        self.chosen: tuple = ()
        self.running = Running(self.ui, self.message, self.refresh, self.on_done)
        for name in FOLDERS:
            edit = getattr(self.ui, f"{name}FolderEdit")
            edit.connect("currentPathChanged(QString)", lambda _path: self.on_folders())
        self.ui.evaluateButton.connect("clicked(bool)", self.on_evaluate)
        self.ui.cancelButton.connect("clicked(bool)", self.on_cancel)
        self.ui.errorMapButton.connect("clicked(bool)", self.on_error_map)
        self.ui.differencesButton.connect("clicked(bool)", self.on_differences)
        self.ui.histogramButton.connect("clicked(bool)", self.on_histogram)
        self.ui.openReportButton.connect("clicked(bool)", self.on_open_report)
        self.ui.figuresTable.connect("currentCellChanged(int,int,int,int)", self._explain)
        for event in (slicer.vtkMRMLScene.NodeAddedEvent, slicer.vtkMRMLScene.NodeRemovedEvent):
            self.addObserver(slicer.mrmlScene, event, self.refresh_soon)
        self.refresh()

    def cleanup(self) -> None:
        """The module is being reloaded or Slicer ends."""
        self.on_cancel()
        BoundPanel.cleanup(self)

    def enter(self) -> None:
        """The page is shown: volumes may have changed meanwhile."""
        self.refresh()

    def _scene_closes(self, caller, event) -> None:
        BoundPanel._scene_closes(self, caller, event)
        self.evaluation = None

    def refresh(self, _caller=None, _event=None) -> None:
        """Show what the parameters say."""
        if self.parameters is None:
            self.ui.resultSection.visible = False
            allow(self.ui.evaluateButton, "", _("No scene is open"))
            allow(self.ui.cancelButton, "", _("Nothing runs"))
            return
        settings = self.parameters.evaluate
        show_rows(self.ui, settings.judged)
        self._compare_with_choice()
        for name in FOLDERS:
            edit, path = getattr(self.ui, f"{name}FolderEdit"), getattr(settings, f"{name}Folder")
            if edit.currentPath != path:
                edit.currentPath = path
        running = self.running.open
        busy = _("Something runs; cancel it first") if running else None
        allow(self.ui.evaluateButton, _("Measure it"), busy or problem(self.parameters))
        cancel = _("Stop what runs; the scene stays as it is")
        allow(self.ui.cancelButton, cancel, None if running else _("Nothing runs"))
        self._show_results()
        stored.remember(self.parameters, "evaluate")

    def _compare_with_choice(self) -> None:
        """Figures and messages are about what was chosen when Evaluate was pressed."""
        chosen = choice(self.parameters)
        if chosen != self.chosen and not self.running.open:
            self.message.clear()
        self.chosen = chosen
        self.ui.resultSection.visible = self.evaluation is not None and chosen == self.measured

    def _explain(self, row: int) -> None:
        """Say below the table what the figure of a row is."""
        rows = self.evaluation.rows if self.evaluation else []
        name = next(iter(rows[row].values())) if 0 <= row < len(rows) else ""
        meaning = self.evaluation.meanings.get(name, "") if name else ""
        hint = _("Click a figure, or rest the mouse on it, to read what it is.")
        self.ui.meaningLabel.text = f"{name}: {meaning}" if meaning else hint

    def _show_results(self) -> None:
        if self.evaluation is None:
            return
        gone = _("There is none, or it was removed")
        for button, node, purpose in (
            (
                self.ui.errorMapButton,
                self.evaluation.error_map,
                _("Result - reference over the reference: red too bright, blue too dark"),
            ),
            (
                self.ui.differencesButton,
                self.evaluation.differences,
                _("Differences against means, as Bland and Altman plot them"),
            ),
            (
                self.ui.histogramButton,
                self.evaluation.histogram,
                _("How often each intensity is found"),
            ),
        ):
            allow(button, purpose, None if is_there(node) else gone)
        report = None if self.evaluation.report.is_file() else _("No report folder was chosen")
        allow(self.ui.openReportButton, _("Show the page with all pictures in a browser"), report)

    # What the user does

    def on_folders(self) -> None:
        """A folder was chosen."""
        if self.parameters is None:
            return
        for name in FOLDERS:
            path = getattr(self.ui, f"{name}FolderEdit").currentPath
            setattr(self.parameters.evaluate, f"{name}Folder", path)

    @guarded
    def on_evaluate(self) -> None:
        """Start what the parameters ask for."""
        self.message.clear()
        if not self.logic.ready(self.widget):
            raise PanelError(_("What is missing was not installed, so nothing can be measured."))
        self.evaluation, self.measured = None, choice(self.parameters)
        self.running.begin(self.ui.judgedBox.currentText, self._start)

    def _start(self, listener):
        chosen, settings = self.parameters, self.parameters.evaluate
        common = {"wait": False, "listener": listener}
        if settings.judged == Judged.VOLUME:
            out = settings.reportFolder or None
            return self.logic.evaluate(chosen.result, chosen.reference, chosen.mask, out, **common)
        folders = (settings.resultFolder, settings.referenceFolder, settings.reportFolder)
        if settings.judged == Judged.SETS:
            training = settings.trainingFolder or None
            return self.logic.evaluate_folders(*folders, training=training, sets=True, **common)
        return self.logic.evaluate_folders(*folders, masks=settings.maskFolder or None, **common)

    @guarded
    def on_cancel(self) -> None:
        """Stop the run."""
        self.running.cancel()

    @guarded
    def on_error_map(self) -> None:
        """Show the map over the reference."""
        slicer.util.setSliceViewerLayers(
            background=self.evaluation.reference,
            foreground=self.evaluation.error_map,
            foregroundOpacity=1,
            fit=True,
        )

    @guarded
    def on_differences(self) -> None:
        """Show the plot."""
        show_chart(self.evaluation.differences)

    @guarded
    def on_histogram(self) -> None:
        """Show the plot."""
        show_chart(self.evaluation.histogram)

    @guarded
    def on_open_report(self) -> None:
        """Show the page."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self.evaluation.report)))

    # What becomes of it

    def on_done(self, _event: dict) -> None:
        """A run has measured what it should: show the figures and where the errors lie."""
        self.evaluation = self.running.run
        self.ui.aboutLabel.text = self.evaluation.about
        fill(self.ui.figuresTable, self.evaluation.rows, self.evaluation.meanings)
        self._explain(-1)
        if self.evaluation.error_map is not None:
            self.on_error_map()
