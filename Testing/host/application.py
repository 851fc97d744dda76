"""qSlicerApplication, as far as modules and slicer.util use it."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, QProcessEnvironment, QSettings, Signal
from PySide6.QtWidgets import QApplication

from .pythonqt.declare import declared, with_setters


class ModuleManager(QObject):
    moduleAboutToBeUnloaded = Signal(str)
    modulesLoaded = Signal("QStringList")

    def __init__(self):
        super().__init__()
        self._modules: dict[str, object] = {}

    def register(self, name: str, module: object) -> None:
        self._modules[name] = module

    def module(self, name: str) -> object | None:
        return self._modules.get(name)

    def factoryManager(self) -> ModuleManager:
        return self

    def loadedModuleNames(self) -> tuple[str, ...]:
        return tuple(self._modules)


def constant(value):
    def refuse(_self, _value):
        raise AttributeError("this property can only be read")

    return declared(type(value), lambda _self: value, refuse)


@with_setters
class qSlicerApplication(QApplication):
    startupCompleted = Signal()

    applicationName = constant("Slicer")
    applicationVersion = constant("5.10.0")
    majorVersion = constant(5)
    minorVersion = constant(10)
    revision = constant("host")
    repositoryRevision = constant("host")
    slicerHome = constant(sys.prefix)
    platform = constant("linux-amd64")
    temporaryPath = declared(
        str, lambda self: str(self._temporary), lambda self, path: self._move(path)
    )

    def __init__(self, temporary: Path):
        super().__init__(["Slicer"])
        self._temporary = temporary
        self._testing = True
        self._session = self._files = self._layout = None
        self._modules = ModuleManager()
        self._paused = 0

    def attach(self, session, files, layout) -> None:
        self._session, self._files, self._layout = session, files, layout

    def _move(self, path: str) -> None:
        self._temporary = Path(path)

    def testingEnabled(self) -> bool:
        return self._testing

    def setTestingEnabled(self, enabled: bool) -> None:
        """Not Slicer's: lets a test see what a user would see."""
        self._testing = enabled

    def startupEnvironment(self) -> QProcessEnvironment:
        return QProcessEnvironment.systemEnvironment()

    def settings(self) -> QSettings:
        return QSettings()

    def userSettings(self) -> QSettings:
        return QSettings()

    def mrmlScene(self):
        return self._session.scene

    def applicationLogic(self):
        return self._session.application

    def coreIOManager(self):
        return self._files

    def ioManager(self):
        return self._files

    def layoutManager(self):
        return self._layout

    def moduleManager(self) -> ModuleManager:
        return self._modules

    def extensionsManagerModel(self) -> None:
        """Slicer gives None, too, when it was built without an extensions manager."""

    def mainWindow(self) -> None:
        """The host has no main window, as Slicer with --no-main-window."""

    def pauseRender(self) -> None:
        self._paused += 1

    def resumeRender(self) -> None:
        self._paused -= 1

    def locale(self) -> QLocale:
        return QLocale.c()
