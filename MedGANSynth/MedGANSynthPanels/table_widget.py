"""Rows of plain values in a QTableWidget."""

from typing import Any

import qt


def fill(table, rows: list[dict[str, Any]]) -> None:
    """Show rows of plain values."""
    names = list(rows[0]) if rows else []
    table.setColumnCount(len(names))
    table.setRowCount(len(rows))
    table.setHorizontalHeaderLabels(names)
    for number, row in enumerate(rows):
        for column, name in enumerate(names):
            table.setItem(number, column, qt.QTableWidgetItem(str(row[name])))
    table.resizeColumnsToContents()
