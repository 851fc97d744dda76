"""The table in which a reader changes the keys."""

import qt
from slicer.i18n import tr as _

from .errors import PanelError
from .message import MessageLine
from .reading_keys import bindings, rebind


class KeysTable:
    """Shows the keys; a change that cannot be is said in the message line and undone."""

    def __init__(self, table, message: MessageLine) -> None:
        self.table = table
        self.message = message
        table.setColumnCount(2)
        table.setHorizontalHeaderLabels([_("Action"), _("Key")])
        self.show()
        table.connect("itemChanged(QTableWidgetItem*)", lambda _item: self._changed())

    def show(self) -> None:
        """List what is bound now."""
        was_blocked = self.table.blockSignals(True)
        keys = bindings()
        self.table.setRowCount(len(keys))
        for row, (action, key) in enumerate(keys.items()):
            fixed = qt.QTableWidgetItem(action)
            fixed.setFlags(qt.Qt.ItemIsEnabled)
            self.table.setItem(row, 0, fixed)
            self.table.setItem(row, 1, qt.QTableWidgetItem(key))
        self.table.resizeColumnsToContents()
        self.table.blockSignals(was_blocked)

    def _changed(self) -> None:
        rows = range(self.table.rowCount)
        cells = [[self.table.item(r, c).data(qt.Qt.DisplayRole) for c in (0, 1)] for r in rows]
        try:
            rebind({action: key.strip() for action, key in cells})
            self.message.clear()
        except PanelError as error:
            self.message.complain(str(error))
        self.show()
