"""Rows of plain values in a QTableWidget."""

import html
import math
from typing import Any

import qt

_NOTHING = 1e-9
_MOST = 120
"""Pixels of a column beside the widest, whatever it holds."""


def share_width(table, widest: int) -> None:
    """Fit all columns into the table, once it is filled: the column `widest` takes what is left.

    Long texts are cut in their middle, where names differ least.
    """
    table.setWordWrap(False)
    table.setTextElideMode(qt.Qt.ElideMiddle)
    header = table.horizontalHeader()
    header.setStretchLastSection(False)
    for column in range(table.columnCount):
        if column != widest:
            table.resizeColumnToContents(column)
            table.setColumnWidth(column, min(_MOST, table.columnWidth(column)))
    header.setSectionResizeMode(widest, qt.QHeaderView.Stretch)


def fill(table, rows: list[dict[str, Any]], meanings: dict[str, str] | None = None) -> None:
    """Show rows of plain values.

    Args:
        meanings: tooltips, of columns by their names and of rows by what their first cell says.
    """
    names = list(rows[0]) if rows else []
    meanings = meanings or {}
    table.setColumnCount(len(names))
    table.setRowCount(len(rows))
    for column, name in enumerate(names):
        table.setHorizontalHeaderItem(column, _item(name, meanings.get(name, "")))
    for number, row in enumerate(rows):
        meaning = meanings.get(spoken(row[names[0]]), "")
        for column, name in enumerate(names):
            table.setItem(number, column, _item(spoken(row[name]), meaning))
    table.resizeColumnsToContents()


def spoken(value: Any) -> str:
    """A value for people: four digits of a number, 0 for what rounding leaves of it, nothing for
    what does not apply."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        whole = value.is_integer() or abs(value) < _NOTHING
        return str(int(value)) if whole else f"{value:.4g}"
    return str(value)


def _item(text: str, meaning: str):
    item = qt.QTableWidgetItem(text)
    if meaning:  # as rich text, which alone is broken into lines
        item.setToolTip(f"<p>{html.escape(meaning, quote=False)}</p>")
    return item
