"""The words that the rules know: Qt's properties, and names that only one version of Qt has."""

from __future__ import annotations

import enum
import functools
import sys

from PySide6.QtCore import Property

from ..pythonqt.properties import KEPT_AS_METHODS, QtProperty

# What only PySide offers.
PYSIDE_ONLY = {"Signal", "Slot", "Property", "QtCore", "QtGui", "QtWidgets", "QEnum", "QFlag"}

QT5_ONLY = {
    "QDesktopWidget",
    "QGLWidget",
    "QMatrix",
    "QRegExp",
    "QRegExpValidator",
    "QStringRef",
    "QTextCodec",
    "QTextDecoder",
    "QTextEncoder",
    "QTouchDevice",
}
QT6_ONLY = {
    "QEventPoint",
    "QHttpHeaders",
    "QInputDevice",
    "QPermission",
    "QPointingDevice",
    "QRestAccessManager",
    "QStringConverter",
    "QStringDecoder",
    "QStringEncoder",
    "QUtiMimeConverter",
}
# Attributes and methods that only Qt 5, or only Qt 6, has.
ATTRIBUTES_OF_ONE_QT = {"contentsMargins", "margin", "setMargin", "desktop", "checkStateChanged"}
SIGNALS_OF_ONE_QT = {
    "activated(QString)",
    "buttonClicked(int)",
    "checkStateChanged(Qt::CheckState)",
    "currentIndexChanged(QString)",
    "error(QProcess::ProcessError)",
    "highlighted(QString)",
    "valueChanged(QString)",
}
# Methods of Qt that are often called; PythonQt takes no keywords in any of them.
QT_METHODS = {
    "addButton",
    "addItem",
    "addItems",
    "addLayout",
    "addRow",
    "addSpacing",
    "addStretch",
    "addWidget",
    "connect",
    "disconnect",
    "getExistingDirectory",
    "getOpenFileName",
    "getOpenFileNames",
    "getSaveFileName",
    "insertWidget",
    "setContentsMargins",
    "setEnabled",
    "setRange",
    "setText",
    "setToolTip",
    "setVisible",
    "singleShot",
}
FILE_DIALOGS = {"getOpenFileName", "getOpenFileNames", "getSaveFileName"}
# Properties that are also everyday methods of other Python objects.
ALSO_PYTHON = {"count", "date", "format", "name", "size", "time", "title", "url"}

# Not in Slicer, or removed from Python 3.12, or heavy: the panels must open without them.
FORBIDDEN_IMPORTS = {
    "torch": "the panels must open before torch is installed",
    "monai": "the panels must open before monai is installed",
    "imp": "removed in Python 3.12",
    "distutils": "removed in Python 3.12",
    "asynchat": "removed in Python 3.12",
    "asyncore": "removed in Python 3.12",
    "pkg_resources": "not part of Python 3.12",
    "PySide2": "Slicer has PythonQt",
    "PySide6": "Slicer has PythonQt",
    "PyQt5": "Slicer has PythonQt",
    "PyQt6": "Slicer has PythonQt",
    "shiboken6": "Slicer has PythonQt",
    "host": "the stand-ins are for tests",
}
IN_SLICER = {"slicer", "qt", "ctk", "vtk", "numpy", "scipy", "SimpleITK", "sitkUtils", "SampleData"}
OURS = {"MedGANSynth", "MedGANSynthLib", "MedGANSynthPanels"}


def may_be_imported_at_file_scope(package: str) -> bool:
    return package in IN_SLICER | OURS or package in sys.stdlib_module_names


@functools.cache
def properties() -> frozenset[str]:
    """Names of properties of widgets, layouts, actions and timers, CTK's and Slicer's too."""
    import ctk
    import qt
    import slicer

    bases = (qt.QWidget, qt.QLayout, qt.QAction, qt.QTimer)
    # Not from the meta-objects: PySide loses them with the first widget that is deleted.
    found = set(KEPT_AS_METHODS)
    for namespace in (qt, ctk, slicer):
        for value in vars(namespace).values():
            if isinstance(value, type) and issubclass(value, bases):
                members = [item for cls in value.__mro__ for item in vars(cls).items()]
                found |= {name for name, m in members if isinstance(m, QtProperty | Property)}
    return frozenset(found - ALSO_PYTHON)


def is_scoped_enumeration(cls: str, member: str) -> bool:
    """Whether `qt.<cls>.<member>` is the enumeration itself, whose values Qt 5 has in the class."""
    import qt

    value = getattr(getattr(qt, cls, None), member, None)
    return isinstance(value, enum.EnumMeta)
