"""The figures of a study as tables and plots of the scene, from the CSV files of its report."""

import csv
from pathlib import Path

import slicer
import vtk
from slicer.i18n import tr as _

TABLES = ("readers", "cases", "agreement", "roc")
COLORS = ((0.12, 0.47, 0.71), (0.84, 0.15, 0.16), (0.17, 0.63, 0.17), (0.58, 0.40, 0.74))
COLORS += ((1.0, 0.50, 0.05), (0.55, 0.34, 0.29), (0.89, 0.47, 0.76), (0.50, 0.50, 0.50))


class StudyResults:
    """Tables and plots that a report has brought into the scene.

    Attributes:
        charts: accuracy by reader and, but for pairs of one class, the ROC curves.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.tables = {
            kind: _table(folder / f"{kind}.csv", f"{name}: {kind}")
            for kind in TABLES
            if (folder / f"{kind}.csv").is_file()
        }
        self.charts = [_accuracy_chart(self.tables["readers"], name)]
        if "roc" in self.tables:
            self.charts.append(_roc_chart(folder / "roc.csv", name))

    def show(self) -> None:
        """Put the last chart into a plot view."""
        if slicer.app.layoutManager() is not None:
            slicer.modules.plots.logic().ShowChartInLayout(self.charts[-1])


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _table(path: Path, name: str):
    rows = _rows(path)
    columns = {n: [row[n] for row in rows] for n in rows[0]} if rows else {}
    return _table_node(name, columns)


def _table_node(name: str, columns: dict[str, list]):
    """A table node; columns of numbers are numbers, so that they can be plotted."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", name)
    for title, cells in columns.items():
        numbers = [_number(cell) for cell in cells]
        is_text = any(
            n is None and cell not in ("", None) for n, cell in zip(numbers, cells, strict=True)
        )
        array = vtk.vtkStringArray() if is_text else vtk.vtkDoubleArray()
        array.SetName(title)
        for number, cell in zip(numbers, cells, strict=True):
            if is_text:
                array.InsertNextValue(cell)
            else:
                array.InsertNextValue(float("nan") if number is None else number)
        node.GetTable().AddColumn(array)
    return node


def _number(cell) -> float | None:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _accuracy_chart(table, name: str):
    chart = _chart(_("{name}: accuracy").format(name=name), _("reader"), _("accuracy"))
    bars = _series(chart, table, "accuracy", COLORS[0])
    bars.SetPlotType(bars.PlotTypeBar)
    bars.SetYColumnName("accuracy")
    bars.SetLabelColumnName("reader")
    return chart


def _roc_chart(path: Path, name: str):
    title = _("{name}: ROC curves").format(name=name)
    chart = _chart(title, _("false alarms"), _("hits"))
    rows = _rows(path)
    for number, reader in enumerate(dict.fromkeys(row["reader"] for row in rows)):
        mine = [row for row in rows if row["reader"] == reader]
        columns = {n: [row[n] for row in mine] for n in ("false_alarms", "hits")}
        table = _table_node(f"{name}: ROC {reader}", columns)
        table.SetHideFromEditors(True)
        series = _series(chart, table, reader, COLORS[number % len(COLORS)])
        series.SetPlotType(series.PlotTypeScatter)
        series.SetXColumnName("false_alarms")
        series.SetYColumnName("hits")
    chart.SetXAxisRangeAuto(False)
    chart.SetXAxisRange(0.0, 1.0)
    return chart


def _chart(title: str, x: str, y: str):
    chart = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotChartNode", title)
    chart.SetTitle(title)
    chart.SetXAxisTitle(x)
    chart.SetYAxisTitle(y)
    chart.SetYAxisRangeAuto(False)
    chart.SetYAxisRange(0.0, 1.0)
    return chart


def _series(chart, table, name: str, color: tuple[float, float, float]):
    series = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", name)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetColor(*color)
    chart.AddAndObservePlotSeriesNodeID(series.GetID())
    return series
