"""Load a scripted module as Slicer's module factory would."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import slicer
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QVBoxLayout

from ..pythonqt.declare import declared, with_setters
from ..qmrml.mrml_widget import qMRMLWidget


@with_setters
class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """The panel a module's widget class is given as its parent."""

    def __init__(self, module: qSlicerScriptedLoadableModule):
        super().__init__()
        QVBoxLayout(self)
        self._module = module
        self._entered = False
        self._python = None

    isEntered = declared(bool, lambda self: self._entered, lambda self, value: None)

    def build(self) -> None:
        self.setMRMLScene(slicer.mrmlScene)
        self._python = self._module.python_class("Widget")(self)
        setattr(slicer.modules, self._module.name + "Widget", self._python)
        self._python.setup()

    def reload(self) -> None:
        self.build()
        if self._entered:
            self._python.enter()

    def self(self) -> Any:
        return self._python

    def enter(self) -> None:
        self._entered = True
        self._python.enter()

    def exit(self) -> None:
        self._entered = False
        self._python.exit()


class qSlicerScriptedLoadableModule:
    """The module: what its Python class writes its title, authors and so on into."""

    def __init__(self, name: str, path: Path):
        self.name = name
        self.path = str(path)
        self.icon = QIcon()
        self.widgetRepresentationCreationEnabled = True
        self._panel: qSlicerScriptedLoadableModuleWidget | None = None
        self._instance = self.python_class("")(self)
        setattr(slicer.modules, name + "Instance", self._instance)

    def python_class(self, suffix: str) -> type:
        return getattr(sys.modules[self.name], self.name + suffix)

    def widgetRepresentation(self) -> qSlicerScriptedLoadableModuleWidget:
        if self._panel is None:
            self._panel = qSlicerScriptedLoadableModuleWidget(self)
            self._panel.build()
        return self._panel

    def createNewWidgetRepresentation(self) -> qSlicerScriptedLoadableModuleWidget:
        panel = qSlicerScriptedLoadableModuleWidget(self)
        panel.build()
        return panel

    def self(self) -> Any:
        return self._instance

    def close(self) -> None:
        """What happens to the module when Slicer ends."""
        if self._panel is not None:
            self._panel.self().cleanup()
            self._panel.deleteLater()
            self._panel = None
            # `processEvents` leaves this undone: panels that have ended would go on watching.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def load_module(folder: Path | str, name: str) -> Any:
    """Load `<folder>/<name>.py` and return the instance of its widget class, set up and entered."""
    path = Path(folder).resolve() / f"{name}.py"
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    module = qSlicerScriptedLoadableModule(name, path)
    setattr(slicer.modules, name.lower(), module)
    slicer.app.moduleManager().register(name, module)
    slicer.app.startupCompleted.emit()
    panel = module.widgetRepresentation()
    panel.enter()
    return panel.self()


def unload_module(name: str) -> None:
    """End a module as Slicer does at its exit, and forget it."""
    module = getattr(slicer.modules, name.lower(), None)
    if module is None:
        return
    slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(name)
    module.close()
    for attribute in (name.lower(), name + "Instance", name + "Widget"):
        if hasattr(slicer.modules, attribute):
            delattr(slicer.modules, attribute)
    sys.modules.pop(name, None)
