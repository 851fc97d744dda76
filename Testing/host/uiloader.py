"""QUiLoader that builds the stand-ins from a module's own .ui file.

Connections, and enumerations of classes that Qt does not know, are taken out of the XML and made
in Python, because Qt can neither connect VTK arguments nor read CTK's enumerations.
"""

from __future__ import annotations

import inspect
import xml.etree.ElementTree as ElementTree
from typing import Any

from PySide6.QtCore import Property, QBuffer, QByteArray, QIODevice, QObject, Qt
from PySide6.QtUiTools import QUiLoader as PlainLoader
from PySide6.QtWidgets import QWidget

_widgets: dict[str, type[QWidget]] = {}


def register(*namespaces: Any) -> None:
    """Make every widget class of these modules known to .ui files."""
    for namespace in namespaces:
        for name, value in vars(namespace).items():
            if isinstance(value, type) and issubclass(value, QWidget):
                _widgets[name] = value


class QUiLoader(PlainLoader):
    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._kept: list[QWidget] = []
        self._failed: list[Exception] = []

    def createWidget(self, class_name: str, parent: QWidget | None = None, name: str = ""):
        if class_name not in _widgets:
            return super().createWidget(class_name, parent, name)
        try:
            widget = _widgets[class_name](parent)
        except Exception as error:
            # Through Qt's own code no exception can pass.
            self._failed.append(error)
            return super().createWidget("QWidget", parent, name)
        widget.objectName = name
        # Qt takes it over only when this function has returned.
        self._kept.append(widget)
        return widget

    def load(self, file: QIODevice, parent: QWidget | None = None) -> QWidget:
        root = ElementTree.fromstring(bytes(file.readAll().data()))
        connections = take_connections(root)
        enumerations = take_enumerations(root)
        buffer = QBuffer()
        buffer.setData(QByteArray(ElementTree.tostring(root)))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        top = super().load(buffer, parent)
        if self._failed:
            raise self._failed[0]
        if top is None:
            raise RuntimeError(self.errorString())
        named = {child.name: child for child in reversed((top, *top.findChildren("QObject")))}
        try:
            for name, attribute, value in enumerations:
                setattr(named[name], attribute, value)
            for sender, signal, receiver, slot in connections:
                named[sender].connect(signal, named[receiver], slot)
        except KeyError as missing:
            text = f"the .ui file names {missing}, which it does not contain"
            raise RuntimeError(text) from None
        return top


def take_connections(root: ElementTree.Element) -> list[tuple[str, str, str, str]]:
    element = root.find("connections")
    if element is None:
        return []
    root.remove(element)
    keys = ("sender", "signal", "receiver", "slot")
    return [tuple(connection.findtext(key, "") for key in keys) for connection in element]


def take_enumerations(root: ElementTree.Element) -> list[tuple[str, str, int]]:
    """Properties of stand-ins such as <set>ctkPathLineEdit::Dirs|ctkPathLineEdit::Drives</set>."""
    taken = []
    for widget in root.iter("widget"):
        cls = _widgets.get(widget.get("class", ""))
        for element in widget.findall("property"):
            written = element.findtext("set") or element.findtext("enum")
            declared = inspect.getattr_static(cls, element.get("name", ""), None)
            if written and isinstance(declared, Property):
                taken.append((widget.get("name"), element.get("name"), enumerated(written)))
                widget.remove(element)
    return taken


def enumerated(written: str) -> int:
    value = 0
    for flag in written.split("|"):
        scope, _, name = flag.partition("::")
        found = getattr(_widgets.get(scope, Qt), name.rpartition("::")[2])
        value |= getattr(found, "value", found)
    return value
