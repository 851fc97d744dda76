"""A module in Slicer's template style, driven by mouse clicks."""

from pathlib import Path

import numpy as np
import pytest
import slicer


@pytest.fixture
def volume(scene):
    matrix = np.diag([-1.5, -1.0, 2.0, 1.0])
    matrix[:3, 3] = [10.0, 20.0, -30.0]
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    return slicer.util.addVolumeFromArray(array, matrix, "T1")


def test_a_click_on_apply_makes_a_node(panel, volume, click):
    assert not panel.ui.applyButton.enabled
    assert panel.ui.applyButton.toolTip == "Choose an input volume"
    click(panel.ui.applyButton)
    assert slicer.mrmlScene.GetFirstNodeByName("T1 x") is None
    panel.ui.inputSelector.setCurrentNode(volume)
    click(panel.ui.applyButton)
    made = slicer.util.getNode("T1 x")
    np.testing.assert_array_equal(
        slicer.util.arrayFromVolume(made), 2 * slicer.util.arrayFromVolume(volume)
    )
    assert made.GetSpacing() == (1.5, 1.0, 2.0)
    assert panel.ui.outputSelector.currentNode() is made


def test_what_the_user_does_arrives_in_the_parameters(panel, volume, click):
    node = panel._parameterNode
    click(panel.ui.advancedButton)
    assert not panel.ui.advancedButton.collapsed
    click(panel.ui.keepBox)
    panel.ui.gainSlider.value = 3.5
    panel.ui.repeatsSpin.value = 4
    panel.ui.windowSlider.setValues(5.0, 20.0)
    panel.ui.modeBox.currentIndex = 1
    panel.ui.orderBox.currentText = "linear"
    panel.ui.noteEdit.text = "by hand"
    panel.ui.folderEdit.currentPath = "/tmp"
    panel.ui.inputSelector.setCurrentNode(volume)
    assert node.advanced.gain == 3.5
    assert node.advanced.repeats == 4
    assert (node.advanced.window.minimum, node.advanced.window.maximum) == (5.0, 20.0)
    assert node.mode.name == "SHIFT"
    assert (node.order, node.note, node.folder) == ("linear", "by hand", Path("/tmp"))
    assert node.keep is False
    assert node.inputVolume is volume


def test_what_the_parameters_say_is_shown(panel, volume):
    node, ui = panel._parameterNode, panel.ui
    assert [ui.modeBox.itemText(n) for n in range(ui.modeBox.count)] == ["Scale", "Shift"]
    assert (ui.gainSlider.minimum, ui.gainSlider.maximum) == (0.0, 4.0)
    node.advanced.gain = 1.5
    node.mode = type(node.mode).SHIFT
    node.note = "by code"
    node.folder = Path("/var")
    node.inputVolume = volume
    assert ui.gainSlider.value == 1.5
    assert ui.modeBox.currentText == "Shift"
    assert (ui.noteEdit.text, ui.folderEdit.currentPath) == ("by code", "/var")
    assert ui.inputSelector.currentNode() is volume


def test_values_out_of_range_or_of_another_type_are_refused(panel):
    node = panel._parameterNode
    for name, value in (("mode", "SCALE"), ("order", "cubic"), ("note", 3), ("folder", "/tmp")):
        with pytest.raises(ValueError):
            setattr(node, name, value)
    with pytest.raises(ValueError):
        node.advanced.gain = 5.0
    with pytest.raises(ValueError):
        node.keep = 1
    with pytest.raises(AttributeError):
        node.unknown = 1
    assert node.advanced.gain == 2.0


def test_closing_the_scene_starts_afresh(panel, volume):
    panel.ui.inputSelector.setCurrentNode(volume)
    panel._parameterNode.note = "old"
    slicer.mrmlScene.Clear()
    assert panel.ui.inputSelector.currentNode() is None
    assert panel._parameterNode.note == "nothing"
    assert panel.ui.noteEdit.text == "nothing"
    assert not panel.ui.applyButton.enabled


def test_a_saved_scene_restores_the_panel(panel, volume, tmp_path):
    second = slicer.util.addVolumeFromArray(np.zeros((1, 2, 2), np.int16), None, "T2")
    node = panel._parameterNode
    node.inputVolume, node.extras, node.tags = volume, [second, volume], {"a": 1}
    node.note, node.advanced.gain = "kept", 0.5
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear()
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    node = panel._parameterNode
    assert (node.note, node.advanced.gain, node.tags) == ("kept", 0.5, {"a": 1})
    assert node.inputVolume.GetName() == "T1"
    assert [extra.GetName() for extra in node.extras] == ["T2", "T1"]
    assert panel.ui.inputSelector.currentNode().GetName() == "T1"
    assert panel.ui.noteEdit.text == "kept"
    np.testing.assert_array_equal(
        slicer.util.arrayFromVolume(node.inputVolume).ravel(), np.arange(24)
    )


def test_leaving_the_module_stops_the_binding(panel):
    node = panel._parameterNode
    panel.parent.exit()
    node.note = "unseen"
    assert panel.ui.noteEdit.text == "nothing"
    panel.parent.enter()
    assert panel.ui.noteEdit.text == "unseen"


def test_the_modules_own_test_runs(panel):
    slicer.modules.HostExampleInstance.runTest()


def test_slicer_finds_the_module(panel):
    assert slicer.modules.hostexample.title == "Host example"
    assert slicer.util.getModuleWidget("HostExample") is panel
    assert slicer.util.getModuleLogic("HostExample") is panel.logic
    assert slicer.util.modulePath("HostExample").endswith("HostExample.py")
    assert slicer.modules.HostExampleInstance.started == 1


def test_reload_makes_a_new_widget(panel):
    panel.onReload()
    fresh = slicer.modules.HostExampleWidget
    assert fresh is not panel
    fresh._parameterNode.note = "fresh"
    assert fresh.ui.noteEdit.text == "fresh"


def test_a_picture_of_the_panel(panel, tmp_path):
    from host.sliceviews import grab
    from PIL import Image

    grab(panel.parent, tmp_path / "panel.png")
    picture = np.asarray(Image.open(tmp_path / "panel.png").convert("RGB"))
    assert picture.std() > 5
