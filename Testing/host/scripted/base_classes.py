"""`slicer.ScriptedLoadableModule`: the four classes every scripted module derives from."""

from __future__ import annotations

import logging
import os
import sys
import types
import unittest

import slicer
from PySide6.QtCore import QSettings
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from ..qmrml.mrml_widget import qMRMLWidget


def folder_of(instance: object) -> str:
    return os.path.dirname(os.path.abspath(sys.modules[type(instance).__module__].__file__))


class ScriptedLoadableModule:
    def __init__(self, parent):
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        parent.contributors = []
        parent.helpText = ""
        parent.acknowledgementText = ""
        parent.hidden = False
        icon = os.path.join(folder_of(self), "Resources", "Icons", self.moduleName + ".png")
        if os.path.isfile(icon):
            parent.icon = QIcon(icon)

    def resourcePath(self, name: str) -> str:
        return os.path.join(folder_of(self), "Resources", name)

    def getDefaultModuleDocumentationLink(self, docPage: str | None = None) -> str:
        return f"<p>For more information see the documentation of {self.moduleName}.</p>"

    def runTest(self, msec: int = 100, **keywords) -> None:
        test = getattr(sys.modules[type(self).__module__], self.moduleName + "Test", None)
        if test is None:
            raise Exception(f"Test case class not found: {self.moduleName}Test")
        test().runTest(**keywords)


class ScriptedLoadableModuleWidget:
    def __init__(self, parent=None):
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = QSettings().value("Developer/DeveloperMode", "false") == "true"
        self.parent = qMRMLWidget() if parent is None else parent
        if parent is None:
            QVBoxLayout(self.parent)
            self.parent.setMRMLScene(slicer.mrmlScene)
        self.layout = self.parent.layout()
        if parent is None:
            self.setup()

    def resourcePath(self, name: str) -> str:
        return os.path.join(folder_of(self), "Resources", name)

    def setup(self) -> None:
        if self.developerMode:
            self.setupDeveloperSection()

    def setupDeveloperSection(self) -> None:
        row = QHBoxLayout()
        self.layout.addLayout(row)
        self.reloadButton = QPushButton("Reload")
        self.reloadAndTestButton = QPushButton("Reload and Test")
        self.reloadButton.clicked.connect(lambda: self.onReload())
        self.reloadAndTestButton.clicked.connect(lambda: self.onReloadAndTest())
        row.addWidget(self.reloadButton)
        row.addWidget(self.reloadAndTestButton)

    def cleanup(self) -> None:
        pass

    def enter(self) -> None:
        pass

    def exit(self) -> None:
        pass

    def onReload(self) -> None:
        slicer.util.reloadScriptedModule(self.moduleName)

    def onReloadAndTest(self, **keywords) -> None:
        self.onReload()
        getattr(slicer.modules, self.moduleName + "Instance").runTest(**keywords)


class ScriptedLoadableModuleLogic:
    def __init__(self, parent=None):
        self.parent = parent
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self):
        if self.isSingletonParameterNode:
            node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
            return node if node is not None else self.createParameterNode()
        existing = self.getAllParameterNodes()
        return existing[0] if existing else self.createParameterNode()

    def getAllParameterNodes(self) -> list:
        nodes = slicer.util.getNodesByClass("vtkMRMLScriptedModuleNode")
        return [node for node in nodes if node.GetAttribute("ModuleName") == self.moduleName]

    def createParameterNode(self):
        node = slicer.vtkMRMLScriptedModuleNode()
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        if self.isSingletonParameterNode:
            node.SetSingletonTag(self.moduleName)
        node.SetModuleName(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        return slicer.mrmlScene.AddNode(node)


class ScriptedLoadableModuleTest(unittest.TestCase):
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.messageDelay = 0

    def delayDisplay(self, message: str, requestedDelay: int | None = None, msec=None) -> None:
        logging.info(message)
        slicer.app.processEvents()

    def runTest(self) -> None:
        """Overridden by every module."""


def make_module() -> types.ModuleType:
    module = types.ModuleType("slicer.ScriptedLoadableModule")
    names = [name for name in globals() if name.startswith("ScriptedLoadable")]
    module.__dict__.update({name: globals()[name] for name in names})
    module.__all__ = names
    return module
