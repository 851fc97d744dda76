"""The module `qt`: Qt's classes in one flat namespace, without what PythonQt lacks."""

from __future__ import annotations

import inspect
import types

from PySide6 import QtCore, QtGui, QtNetwork, QtUiTools, QtWidgets

from .objects import patch

SOURCES = (QtCore, QtGui, QtWidgets, QtNetwork, QtUiTools)
# Tools for writing Qt classes in Python that only PySide has; their like in PythonQt is unsafe.
ABSENT = {"QEnum", "QFlag", "QtCore", "QtGui", "QtWidgets", "QIntList"}


def flat_names() -> dict[str, object]:
    names = {}
    for source in SOURCES:
        # `dir`, because PySide makes its classes when they are first asked for.
        for name in dir(source):
            if name.startswith("Q") and not name.startswith("Q_") and name not in ABSENT:
                names[name] = getattr(source, name)
    return names


def only_the_path(dialog: type, function: str) -> None:
    """PySide adds the chosen filter to the answer; PythonQt gives the path or paths alone."""
    asked = getattr(dialog, function)

    def ask(*arguments: object) -> object:
        path, _chosen_filter = asked(*arguments)
        return tuple(path) if isinstance(path, list) else path

    setattr(dialog, function, staticmethod(ask))


def make_qt() -> types.ModuleType:
    names = flat_names()
    classes = [
        value
        for value in names.values()
        if inspect.isclass(value) and issubclass(value, QtCore.QObject)
    ]
    patch(sorted(classes, key=lambda cls: len(cls.__mro__)))
    for function in ("getOpenFileName", "getOpenFileNames", "getSaveFileName"):
        only_the_path(QtWidgets.QFileDialog, function)
    module = types.ModuleType("qt", "Stand-in for Slicer's qt module, over PySide6.")
    module.__dict__.update(names)
    return module
