"""The figures of a study as tables and plots of the scene, from the CSV files of its report."""

from pathlib import Path

from slicer.i18n import tr as _

from .tables import COLORS, add_series, columns_of, new_chart, new_table, read_rows, show_chart

TABLES = ("readers", "cases", "agreement", "roc", "groups", "reasons", "checklist")
_TIMES = ("seconds_synthetic", "seconds_real", "seconds_correct", "seconds_wrong")


class StudyResults:
    """Tables and plots that a report has brought into the scene.

    Attributes:
        charts: accuracy and response times by reader and, but for pairs of one class, the ROC
            curves.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.tables = {
            kind: new_table(f"{name}: {kind}", columns_of(read_rows(folder / f"{kind}.csv")))
            for kind in TABLES
            if (folder / f"{kind}.csv").is_file()
        }
        readers = self.tables["readers"]
        self.charts = [_accuracy_chart(readers, name), _times_chart(readers, name)]
        if "roc" in self.tables:
            self.charts.append(_roc_chart(folder / "roc.csv", name))

    def show(self) -> None:
        """Put the last chart into a plot view."""
        show_chart(self.charts[-1])


def _accuracy_chart(table, name: str):
    chart = _shares(_("{name}: accuracy").format(name=name), _("reader"), _("accuracy"))
    _add_bars(chart, table, "accuracy", 0)
    return chart


def _times_chart(table, name: str):
    title = _("{name}: response times").format(name=name)
    chart = new_chart(title, _("reader"), _("median seconds"))
    for number, column in enumerate(_TIMES):
        _add_bars(chart, table, column, number)
    return chart


def _add_bars(chart, table, column: str, number: int) -> None:
    """A bar for each reader."""
    bars = add_series(chart, table, column, COLORS[number])
    bars.SetPlotType(bars.PlotTypeBar)
    bars.SetYColumnName(column)
    bars.SetLabelColumnName("reader")


def _roc_chart(path: Path, name: str):
    title = _("{name}: ROC curves").format(name=name)
    chart = _shares(title, _("false alarms"), _("hits"))
    rows = read_rows(path)
    for number, reader in enumerate(dict.fromkeys(row["reader"] for row in rows)):
        mine = [row for row in rows if row["reader"] == reader]
        columns = {n: [row[n] for row in mine] for n in ("false_alarms", "hits")}
        table = new_table(f"{name}: ROC {reader}", columns)
        table.SetHideFromEditors(True)
        series = add_series(chart, table, reader, COLORS[number % len(COLORS)])
        series.SetPlotType(series.PlotTypeScatter)
        series.SetXColumnName("false_alarms")
        series.SetYColumnName("hits")
    chart.SetXAxisRangeAuto(False)
    chart.SetXAxisRange(0.0, 1.0)
    return chart


def _shares(title: str, x: str, y: str):
    """A chart of shares from 0 to 1."""
    chart = new_chart(title, x, y)
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(0.0, 1.0)
    return chart
