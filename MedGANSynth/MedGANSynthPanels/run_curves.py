"""The losses and validation figures of a Run as tables and plots of the scene, kept up to date."""

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from .tables import COLORS, add_points, columns_of, fill_table, new_chart, new_table, read_rows
from .tables import show_chart as show
from .volumes_in import is_in_scene

TABLES = {"metrics": _("losses"), "validation": _("validation")}
IMAGES = "images"
OF = "MedGANSynth.Curves"
"""Attribute of tables and charts: whose they are, so that a reloaded module goes on with them."""


class RunCurves:
    """Reads the CSV files of a Run folder whenever they have changed.

    Attributes:
        charts: a plot chart node for each table that has rows.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.charts: dict[str, object] = {}
        self._tables: dict[str, object] = {}
        self._drawn: dict[str, set[str]] = {}
        self._read: dict[str, tuple[int, int]] = {}
        self._is_wanted = False

    @classmethod
    def of_the_scene(cls, folder: Path) -> "RunCurves | None":
        """Those that another panel has put into the scene."""
        made = cls(folder)
        for name in TABLES:
            table = _node("vtkMRMLTableNode", made._mark(name))
            chart = _node("vtkMRMLPlotChartNode", made._mark(name))
            if table is not None and chart is not None:
                made._tables[name], made.charts[name] = table, chart
                count = chart.GetNumberOfPlotSeriesNodes()
                series = [chart.GetNthPlotSeriesNode(number) for number in range(count)]
                made._drawn[name] = {one.GetYColumnName() for one in series if one is not None}
        return made if made.charts else None

    def _mark(self, name: str) -> str:
        return f"{name} {self.folder}"

    def update(self) -> bool:
        """Bring the nodes up to date; False if the user has removed one of them."""
        nodes = [*self._tables.values(), *self.charts.values()]
        if not all(is_in_scene(node) for node in nodes):
            return False
        for name in TABLES:
            path = self.folder / f"{name}.csv"
            try:
                state = path.stat()
                stamp = (state.st_mtime_ns, state.st_size)
                if self._read.get(name) != stamp:
                    rows = [row for row in read_rows(path) if None not in row.values()]
                    self._show(name, columns_of(rows))
                    self._read[name] = stamp
            except OSError:  # not yet, or just being replaced
                continue
        if self._is_wanted and "metrics" in self.charts:
            self._is_wanted = False
            show(self.charts["metrics"])
        return True

    def show(self) -> None:
        """Put the losses into a plot view, as soon as there are any."""
        self._is_wanted = True
        self.update()

    def _show(self, name: str, columns: dict[str, list]) -> None:
        if not columns:
            return
        if name not in self._tables:
            title = f"{self.folder.name}: {TABLES[name]}"
            self._tables[name] = new_table(title, {})
            self.charts[name] = new_chart(title, _("images seen"), TABLES[name])
            for node in (self._tables[name], self.charts[name]):
                node.SetAttribute(OF, self._mark(name))
            self._drawn[name] = set()
        table = self._tables[name]
        fill_table(table, columns)
        for column in columns:
            if column != IMAGES and column not in self._drawn[name]:
                color = COLORS[len(self._drawn[name]) % len(COLORS)]
                add_points(self.charts[name], table, IMAGES, column, color, lines=True)
                self._drawn[name].add(column)


def _node(kind: str, mark: str):
    nodes = slicer.util.getNodesByClass(kind)
    return next((node for node in nodes if node.GetAttribute(OF) == mark), None)
