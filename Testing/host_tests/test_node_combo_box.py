"""qMRMLNodeComboBox over the real scene."""

import pytest
import slicer


@pytest.fixture
def box(scene):
    made = slicer.qMRMLNodeComboBox()
    made.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    made.setMRMLScene(scene)
    yield made
    made.setMRMLScene(None)


def add(kind="vtkMRMLScalarVolumeNode", name="one"):
    return slicer.mrmlScene.AddNewNodeByClass(kind, name)


def test_without_none_the_first_node_is_chosen(box):
    node = add()
    assert box.currentNode() is node
    assert box.currentNodeID == node.GetID()
    add(name="two")
    assert (box.nodeCount(), box.currentNode()) == (2, node)


def test_with_none_nothing_is_chosen(box):
    box.noneEnabled = True
    add()
    assert box.currentNode() is None
    assert box.currentNodeID == ""


def test_changes_are_told_with_the_node(box):
    box.noneEnabled = True
    seen = []
    box.connect("currentNodeChanged(vtkMRMLNode*)", seen.append)
    box.connect("currentNodeIDChanged(QString)", seen.append)
    node = add()
    box.setCurrentNode(node)
    slicer.mrmlScene.RemoveNode(node)
    assert seen == [node, node.GetID(), None, ""]


def test_other_types_hidden_nodes_and_other_attributes_are_not_shown(box):
    add("vtkMRMLModelNode")
    hidden = slicer.vtkMRMLScalarVolumeNode()
    hidden.HideFromEditorsOn()
    slicer.mrmlScene.AddNode(hidden)
    assert box.nodeCount() == 0
    node = add()
    add("vtkMRMLLabelMapVolumeNode")
    assert box.nodeCount() == 2
    box.hideChildNodeTypes = ["vtkMRMLLabelMapVolumeNode"]
    assert box.nodeCount() == 1
    box.addAttribute("vtkMRMLScalarVolumeNode", "Modality", "T1")
    assert box.nodeCount() == 0
    node.SetAttribute("Modality", "T1")
    assert box.nodeCount() == 1


def test_a_renamed_node_is_shown_under_its_new_name(box):
    node = add()
    node.SetName("renamed")
    inside = box.findChild("QComboBox")
    assert inside.currentText == "renamed"


def test_create_and_delete_by_the_menu(box):
    inside = box.findChild("QComboBox")
    created = []
    box.connect("nodeAddedByUser(vtkMRMLNode*)", created.append)
    inside.activated.emit(inside.findText("Create new ScalarVolumeNode"))
    assert created == [box.currentNode()]
    inside.activated.emit(inside.findText("Delete current node"))
    assert box.currentNode() is None
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0


def test_a_deleted_selector_leaves_the_scene_in_peace(scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.setMRMLScene(scene)
    box.deleteLater()
    slicer.app.processEvents()
    add()
