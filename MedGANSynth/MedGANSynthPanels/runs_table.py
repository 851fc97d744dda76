"""The table of trainings, and all there is to see of the chosen one."""

from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from MedGANSynthLib.wording import size

from . import run_list
from .narrow import breakable
from .panel_words import in_the_panel
from .run_curves import RunCurves
from .run_previews import RunPreviews
from .run_view import duration
from .table_widget import share_width
from .training_run import TrainingRun

WIDTH = 340
_COLUMNS = 4


class RunsTable:
    """Looks at all listed Runs every second.

    Args:
        changed: called when something is different.
        lost: called with a Run whose folder has vanished while it was at work.

    Attributes:
        runs: the listed ones, in the table's order.
    """

    def __init__(
        self, ui, changed: Callable[[], None], lost: Callable[[TrainingRun], None]
    ) -> None:
        self.ui, self.changed, self.lost = ui, changed, lost
        self.runs: list[TrainingRun] = []
        self._seen: dict[object, tuple] = {}
        self._curves: dict[object, RunCurves] = {}
        self._pictures: dict[object, RunPreviews] = {}
        ui.runsTable.setColumnCount(_COLUMNS)
        heads = [_("Training"), _("State"), _("Done"), _("Time left")]
        ui.runsTable.setHorizontalHeaderLabels(heads)
        share_width(ui.runsTable, 0)
        ui.runsTable.connect("itemSelectionChanged()", self._on_selection)
        self.clock = qt.QTimer()
        self.clock.setInterval(1000)
        self.clock.connect("timeout()", self.update)
        self.clock.start()

    @property
    def run(self) -> TrainingRun | None:
        """The chosen one."""
        item = self.ui.runsTable.currentItem()
        return self.runs[item.row()] if item is not None and item.row() < len(self.runs) else None

    def is_alive(self, folder) -> bool:
        """Whether a trainer works on a listed Run."""
        return any(run.folder == folder and run.alive for run in self.runs)

    def show_curves(self) -> None:
        """Put the chosen one's losses into a plot view, from now on live."""
        folder = self.run.folder
        if folder not in self._curves or not self._curves[folder].update():
            self._curves[folder] = RunCurves(folder)
        self._curves[folder].show()

    def show_pictures(self) -> None:
        """Put the chosen one's previews into the red slice view, from now on live."""
        pictures = self._pictures[self.run.folder] = RunPreviews(self.run.folder)
        pictures.show(self.run.previews)

    def stop(self) -> None:
        """Look no longer; the trainings go on."""
        self.clock.stop()

    def choose(self, folder) -> None:
        """List anew, and choose a Run."""
        self.update()
        folders = [run.folder for run in self.runs]
        if folder in folders:
            self.ui.runsTable.setCurrentCell(folders.index(folder), 0)

    def update(self) -> None:
        """Look at all of them."""
        known = {run.folder: run for run in self.runs}
        chosen = self.run.folder if self.run else None
        entries = run_list.listed()
        runs = []
        for entry in entries:
            run = known.get(entry.folder) or entry.run
            if run.folder not in known and (curves := RunCurves.of_the_scene(run.folder)):
                self._curves[run.folder] = curves
            if entry.is_ours:
                run.trainer = run.trainer or entry.trainer
            run.look()
            runs.append(run)
            self._update_nodes(run)
        listed = {run.folder for run in runs}
        for run in self.runs:
            if run.alive and run.folder not in listed and not run.folder.exists():
                self.lost(run)
        seen = {run.folder: (run.state, row(run)) for run in runs}
        if list(seen) != [run.folder for run in self.runs]:
            self.runs = runs
            self._fill(chosen)
        if seen != self._seen:
            self._seen = seen
            for number, run in enumerate(runs):
                self._show_row(number, run)
            share_width(self.ui.runsTable, 0)
            self.changed()
        self._show_details()

    def _update_nodes(self, run: TrainingRun) -> None:
        """What was brought into the scene, unless the user has removed it."""
        if (curves := self._curves.get(run.folder)) and not curves.update():
            del self._curves[run.folder]
        if (pictures := self._pictures.get(run.folder)) and not pictures.update(run.previews):
            del self._pictures[run.folder]

    def _fill(self, chosen) -> None:
        table = self.ui.runsTable
        was_blocked = table.blockSignals(True)
        table.setRowCount(len(self.runs))
        for number, run in enumerate(self.runs):
            for column in range(_COLUMNS):
                table.setItem(number, column, qt.QTableWidgetItem(""))
            self._show_row(number, run)
        folders = [run.folder for run in self.runs]
        if folders:
            table.setCurrentCell(folders.index(chosen) if chosen in folders else 0, 0)
        table.blockSignals(was_blocked)

    def _show_row(self, number: int, run: TrainingRun) -> None:
        for column, text in enumerate(row(run)):
            item = self.ui.runsTable.item(number, column)
            item.setText(text)
            item.setToolTip(run.problem or str(run.folder))

    def _on_selection(self) -> None:
        self._show_details()
        self.changed()

    def _show_details(self) -> None:
        ui, run = self.ui, self.run
        ui.detailsWidget.visible = run is not None
        if run is None:
            return
        ui.runBar.setValue(int(100 * run.fraction))
        left = _(", {time} left").format(time=duration(run.left_s)) if run.left_s else ""
        ui.runBar.setFormat(f"{int(100 * run.fraction)} %{left}")
        ui.factsLabel.text = breakable(facts(run))
        ui.problemLabel.text = breakable(in_the_panel(run.problem))
        ui.problemLabel.visible = bool(run.problem)
        log = run.log()
        if ui.runLogText.plainText != log:
            ui.runLogText.plainText = log
            ui.runLogText.moveCursor(qt.QTextCursor.End)
        self._show_picture(run)

    def _show_picture(self, run: TrainingRun) -> None:
        pictures = run.previews
        self.ui.pictureLabel.visible = bool(pictures)
        self.ui.captionLabel.text = run.caption
        self.ui.captionLabel.visible = bool(pictures and run.caption)
        if not pictures:
            return
        latest = str(pictures[-1])
        if self.ui.pictureLabel.toolTip == latest:
            return
        picture = qt.QPixmap(latest)
        if not picture.isNull():
            smooth = qt.Qt.SmoothTransformation
            self.ui.pictureLabel.setPixmap(picture.scaledToWidth(WIDTH, smooth))
            self.ui.pictureLabel.toolTip = latest


def row(run: TrainingRun) -> tuple[str, str, str, str]:
    """The table's cells."""
    left = duration(run.left_s) if run.left_s is not None and run.alive else ""
    return run.name, state_text(run.state), f"{int(100 * run.fraction)} %", left


def state_text(state: str) -> str:
    """A state for people."""
    return {
        "new": _("not started"),
        "starting": _("starting"),
        "running": _("running"),
        "stopping": _("stopping"),
        "stopped": _("stopped"),
        "finished": _("finished"),
        "failed": _("failed"),
    }[state]


def facts(run: TrainingRun) -> str:
    """Elapsed time, progress, device and its memory in one line."""
    parts = [_("{time} so far").format(time=duration(run.elapsed_s))]
    if run.text:
        parts.append(run.text)
    if run.device:
        parts.append(_("on {device}").format(device=run.device))
    if run.memory is not None:
        parts.append(_("{size} of memory").format(size=size(run.memory)))
    return ", ".join(parts)
