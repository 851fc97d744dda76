"""qMRMLNodeComboBox: choose, create, rename or delete a node of the scene."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QInputDialog, QWidget
from shiboken6 import Shiboken

from ..pythonqt.declare import declared, stored, with_setters
from .node_list import NodeList

CREATE, RENAME, DELETE = "create", "rename", "delete"


@with_setters
class qMRMLNodeComboBox(QWidget):
    currentNodeChanged = Signal(object)
    currentNodeIDChanged = Signal(str)
    currentNodeRenamed = Signal(str)
    nodeAdded = Signal(object)
    nodeAddedByUser = Signal(object)
    nodeActivated = Signal(object)
    mrmlSceneChanged = Signal(object)
    mrml_signals = {
        f"{name}(vtkMRML{kind}*)": f"{name}(PyObject)"
        for name, kind in (
            ("currentNodeChanged", "Node"),
            ("nodeAdded", "Node"),
            ("nodeAddedByUser", "Node"),
            ("nodeActivated", "Node"),
            ("mrmlSceneChanged", "Scene"),
        )
    }

    def __init__(self, parent=None, /):
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._box = QComboBox(self)
        layout.addWidget(self._box)
        self._list = NodeList(self._refresh)
        self._current = ""
        self._was_empty = True
        self._box.currentIndexChanged.connect(self._chosen)
        self._box.activated.connect(self._activated)
        self.destroyed.connect(self._list.stop)

    def _filtered(self) -> None:
        shown = self._list
        shown.types, shown.hidden_types = self.nodeTypes, self.hideChildNodeTypes
        shown.show_hidden, shown.show_subtypes = self.showHidden, self.showChildNodeTypes
        self._refresh()

    nodeTypes = stored("QStringList", (), changed="_filtered")
    hideChildNodeTypes = stored("QStringList", (), changed="_filtered")
    showHidden = stored(bool, False, changed="_filtered")
    showChildNodeTypes = stored(bool, True, changed="_filtered")
    noneEnabled = stored(bool, False, changed="_refresh")
    noneDisplay = stored(str, "None", changed="_refresh")
    addEnabled = stored(bool, True, changed="_refresh")
    removeEnabled = stored(bool, True, changed="_refresh")
    editEnabled = stored(bool, False)
    renameEnabled = stored(bool, False, changed="_refresh")
    selectNodeUponCreation = stored(bool, True)
    baseName = stored(str, "")
    interactionNodeSingletonTag = stored(str, "")

    currentNodeID = declared(
        str, lambda self: self._current, lambda self, node_id: self._select(node_id)
    )

    def currentNode(self):
        return self._list.scene.GetNodeByID(self._current) if self._current else None

    def setCurrentNode(self, node) -> None:
        self._select("" if node is None else node.GetID() or "")

    def setCurrentNodeID(self, node_id: str | None) -> None:
        self._select(node_id or "")

    def nodeCount(self) -> int:
        return len(self._list.nodes())

    def nodeFromIndex(self, index: int):
        return self._list.nodes()[index]

    def addAttribute(self, node_type: str, name: str, value: str | None = None) -> None:
        self._list.attributes.append((node_type, name, value))
        self._refresh()

    def removeAttribute(self, node_type: str, name: str) -> None:
        self._list.attributes = [a for a in self._list.attributes if a[:2] != (node_type, name)]
        self._refresh()

    def setMRMLScene(self, scene) -> None:
        if scene is self._list.scene:
            return
        self._list.set_scene(scene)
        self._refresh()
        self.mrmlSceneChanged.emit(scene)

    def mrmlScene(self):
        return self._list.scene

    def addNode(self, node_type: str = ""):
        scene = self._list.scene
        kind = node_type or self.nodeTypes[0]
        base = self.baseName or kind.removeprefix("vtkMRML").removesuffix("Node")
        node = scene.AddNewNodeByClass(kind, scene.GenerateUniqueName(base))
        self.nodeAddedByUser.emit(node)
        if self.selectNodeUponCreation:
            self.setCurrentNode(node)
        return node

    def removeCurrentNode(self) -> None:
        node = self.currentNode()
        if node is not None:
            self._list.scene.RemoveNode(node)

    def renameCurrentNode(self) -> None:
        node = self.currentNode()
        name, accepted = QInputDialog.getText(self, "Rename", "New name:", text=node.GetName())
        if accepted and name:
            node.SetName(name)

    def _select(self, node_id: str) -> None:
        """A node that is not shown cannot be chosen: nothing is chosen then."""
        if node_id not in [node.GetID() for node in self._list.nodes()]:
            node_id = ""
        self._box.blockSignals(True)
        self._box.currentIndex = self._box.findData(node_id)
        self._box.blockSignals(False)
        if node_id != self._current:
            self._current = node_id
            self.currentNodeChanged.emit(self.currentNode())
            self.currentNodeIDChanged.emit(node_id)

    def _refresh(self) -> None:
        if not Shiboken.isValid(self):
            self._list.stop()
            return
        self._list.follow()
        shown = [node.GetID() for node in self._list.nodes()]
        was_empty, self._was_empty = self._was_empty, not shown
        self._fill()
        lost = self._current and self._current not in shown
        if shown and not self.noneEnabled and (lost or (was_empty and not self._current)):
            self._select(shown[0])
        else:
            self._select(self._current)

    def _fill(self) -> None:
        self._box.blockSignals(True)
        self._box.clear()
        if self.noneEnabled:
            self._box.addItem(self.noneDisplay, "")
        for node in self._list.nodes():
            self._box.addItem(node.GetName(), node.GetID())
        if self._list.scene is not None:
            self._add_actions()
        self._box.blockSignals(False)

    def _add_actions(self) -> None:
        for kind in self.nodeTypes if self.addEnabled else ():
            self._box.addItem(f"Create new {kind.removeprefix('vtkMRML')}", (CREATE, kind))
        if self.renameEnabled:
            self._box.addItem("Rename current node", (RENAME, ""))
        if self.removeEnabled:
            self._box.addItem("Delete current node", (DELETE, ""))

    def _chosen(self, index: int) -> None:
        data = self._box.itemData(index)
        if isinstance(data, str):
            self._select(data)

    def _activated(self, index: int) -> None:
        data = self._box.itemData(index)
        if isinstance(data, str):
            self.nodeActivated.emit(self.currentNode())
            return
        self._select(self._current)
        action, kind = data
        if action == CREATE:
            self.addNode(kind)
        elif action == RENAME:
            self.renameCurrentNode()
        else:
            self.removeCurrentNode()
