"""By mouse, with the real worker and the model that ships: what users do, what goes wrong."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import slicer

from MedGANSynthLib.data.phantom import head_phantom

PATIENCE_S = 300  # of a busy machine
AFFINE = np.array([[0, 3.0, 0, -60], [-3.0, 0, 0, 50], [0, 0, 12.0, -20], [0, 0, 0, 1]])


@pytest.fixture
def panel(module, tmp_path):
    """The Translate panel; Slicer's temporary folder is empty in the end."""
    before = slicer.app.temporaryPath
    slicer.app.temporaryPath = str(tmp_path / "temporary")
    module.parent.show()
    panel = module.pages.translate
    panel.parameters.settings.device = "cpu"
    yield panel
    module.parent.hide()
    module.cleanup()
    left = [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()]
    slicer.app.temporaryPath = before
    assert left == []


@pytest.fixture
def head(scene):
    """A phantom's T1 with turned axes, under a transform and in a folder."""
    array = head_phantom(1, (48, 40, 4), (3.0, 3.0, 12.0), ("t1",))["t1"].array
    node = slicer.util.addVolumeFromArray(
        np.ascontiguousarray(array.transpose(2, 1, 0)), AFFINE, "head T1"
    )
    parent = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "registration")
    node.SetAndObserveTransformNodeID(parent.GetID())
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    folder = tree.CreateFolderItem(tree.GetSceneItemID(), "patient")
    tree.SetItemParent(tree.GetItemByDataNode(node), folder)
    return node


@pytest.fixture
def large(scene):
    """A volume that takes the processor many seconds."""
    array = head_phantom(1, (48, 48, 6), (4.0, 4.0, 20.0), ("t1",))["t1"].array
    array = np.kron(array.transpose(2, 1, 0), np.ones((25, 4, 4), array.dtype))
    return slicer.util.addVolumeFromArray(array, np.diag([1.1, 1.1, 1.2, 1.0]), "large T1")


def volumes():
    return [node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")]


def pid(panel):
    from MedGANSynthPanels import lifetime

    return lifetime.the_worker()._child.group


def start(panel, node, click, wait_until):
    """Press Translate and wait until the network is at work."""
    panel.rows.selectors["t1"].setCurrentNode(node)
    click(panel.ui.translateButton)
    wait_until(lambda: panel.ui.progressBar.value > 0 or not panel.running.open, PATIENCE_S)


def finish(panel, wait_until):
    wait_until(lambda: not panel.running.open, PATIENCE_S)


def test_a_press_on_translate_makes_a_volume(panel, head, click, wait_until, tmp_path):
    from MedGANSynthPanels.marking import is_synthetic, provenance_of

    start(panel, head, click, wait_until)
    finish(panel, wait_until)
    assert volumes() == ["head T1", "head T1 (synthetic T2)"]
    made = slicer.util.getNode("head T1 (synthetic T2)")
    array = slicer.util.arrayFromVolume(made)
    assert array.shape == slicer.util.arrayFromVolume(head).shape
    assert array.dtype == np.float32 and np.isfinite(array).all() and array.std() > 10
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
    made.GetIJKToRASMatrix(matrix)
    np.testing.assert_allclose(slicer.util.arrayFromVTKMatrix(matrix), AFFINE)
    assert made.GetParentTransformNode() is head.GetParentTransformNode()
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    folders = [tree.GetItemParent(tree.GetItemByDataNode(node)) for node in (head, made)]
    assert folders[0] == folders[1] and tree.GetItemName(folders[0]) == "patient"
    assert is_synthetic(made)
    assert panel.message.text.startswith("head T1 (synthetic T2) is ready after ")
    assert panel.ui.timeLabel.text.endswith(" s for 48 × 40 × 4 voxels, here and last time")

    # The second press finds the worker warm.
    warm = pid(panel)
    start(panel, head, click, wait_until)
    finish(panel, wait_until)
    assert pid(panel) == warm
    again = slicer.util.getNode("head T1 (synthetic T2)_1")
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(again), array)

    # A saved scene keeps the volume, its mark and what was chosen.
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear()
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    loaded = slicer.util.getNode("head T1 (synthetic T2)")
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(loaded), array)
    assert is_synthetic(loaded) and provenance_of(loaded).direction == "t1-to-t2"
    assert panel.rows.nodes()["t1"].GetName() == "head T1"


def test_cancel_kill_and_close(panel, large, click, wait_until):
    start(panel, large, click, wait_until)
    pressed = time.monotonic()
    click(panel.ui.cancelButton)
    finish(panel, wait_until)
    assert time.monotonic() - pressed < 2
    assert panel.message.text == "Cancelled."
    assert volumes() == ["large T1"]

    start(panel, large, click, wait_until)
    os.kill(pid(panel), signal.SIGKILL)
    finish(panel, wait_until)
    assert panel.message.text.startswith("The worker process has failed")
    assert volumes() == ["large T1"]
    assert panel.ui.translateButton.enabled

    start(panel, large, click, wait_until)
    worker = pid(panel)
    slicer.mrmlScene.Clear()
    wait_until(lambda: not Path(f"/proc/{worker}").exists(), PATIENCE_S)
    finish(panel, wait_until)
    assert panel.message.text == "The scene was closed during the run, so there is no result."
    assert volumes() == []
    assert panel.ui.translateButton.toolTip == "Choose a T1 volume"
