"""Figures as table and plot nodes of the scene."""

import csv
from pathlib import Path

import slicer
import vtk

COLORS = ((0.12, 0.47, 0.71), (0.84, 0.15, 0.16), (0.17, 0.63, 0.17), (0.58, 0.40, 0.74))
COLORS += ((1.0, 0.50, 0.05), (0.55, 0.34, 0.29), (0.89, 0.47, 0.76), (0.50, 0.50, 0.50))


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file that the library wrote."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def columns_of(rows: list[dict]) -> dict[str, list]:
    """Rows turned into columns; the first row names them."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def new_table(name: str, columns: dict[str, list]):
    """A table node; columns of numbers are numbers, so that they can be plotted."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", name)
    fill_table(node, columns)
    return node


def fill_table(node, columns: dict[str, list]) -> None:
    """Put columns in place of those that a table has."""
    node.RemoveAllColumns()
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


def _number(cell) -> float | None:
    try:
        return float(cell) + 0.0  # no zero below zero
    except (TypeError, ValueError):
        return None


def new_chart(title: str, x: str, y: str):
    """An empty plot chart with named axes."""
    chart = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotChartNode", title)
    chart.SetTitle(title)
    chart.SetXAxisTitle(x)
    chart.SetYAxisTitle(y)
    return chart


def add_series(chart, table, name: str, color: tuple[float, float, float]):
    """A series of a table's columns in a chart; its kind and columns are the caller's."""
    series = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", name)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetColor(*color)
    chart.AddAndObservePlotSeriesNodeID(series.GetID())
    return series


def add_points(chart, table, x: str, y: str, color: tuple[float, float, float], lines: bool):
    """One column against another, named like `y`: joined by lines without marks, or marks alone."""
    series = add_series(chart, table, y, color)
    series.SetPlotType(series.PlotTypeScatter)
    series.SetXColumnName(x)
    series.SetYColumnName(y)
    if lines:
        series.SetMarkerStyle(series.MarkerStyleNone)
    else:
        series.SetLineStyle(series.LineStyleNone)
    return series


def show_chart(chart) -> None:
    """Put a chart into a plot view."""
    if slicer.app.layoutManager() is not None:
        slicer.modules.plots.logic().ShowChartInLayout(chart)
