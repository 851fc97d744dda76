"""From files to nodes: voxels, grid, transform, hierarchy, window; and what is refused."""

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.marking import mark
from MedGANSynthPanels.names import result_name
from MedGANSynthPanels.volumes_in import (
    Original,
    check_output,
    place_volume,
    window,
)

from MedGANSynthLib.volume.provenance import Provenance

VOXELS = np.random.default_rng(2).normal(size=(3, 4, 5)).astype(np.float32)


def hierarchy():
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def test_a_new_node_lies_where_its_input_lies(volume, transform):
    node = volume("T1")
    parent = transform(np.diag([-1, -1, 1, 1]), node)
    folder = hierarchy().CreateFolderItem(hierarchy().GetSceneItemID(), "study")
    hierarchy().SetItemParent(hierarchy().GetItemByDataNode(node), folder)
    result = place_volume(Original(node), VOXELS, result_name("T1", "T2"))
    assert result.GetName() == "T1 (synthetic T2)"
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(result), VOXELS)
    np.testing.assert_array_equal(ijk_to_ras(result), ijk_to_ras(node))
    assert result.GetParentTransformNode() is parent
    assert hierarchy().GetItemParent(hierarchy().GetItemByDataNode(result)) == folder
    display = result.GetDisplayNode()
    assert not display.GetAutoWindowLevel()
    low, high = window(VOXELS)
    assert display.GetWindowLevelMin() == pytest.approx(low)
    assert display.GetWindowLevelMax() == pytest.approx(high)


def test_a_second_result_has_a_name_of_its_own(volume):
    node = volume("T1")
    names = {place_volume(Original(node), VOXELS, "r").GetName() for _ in range(2)}
    assert len(names) == 2


def test_a_chosen_output_is_replaced_and_loses_file_and_patient(scene, volume, tmp_path):
    node, output = volume("T1"), volume("old", np.zeros((2, 2, 2), np.uint8))
    mark(output, Provenance(model="m", model_sha256="0" * 64))
    slicer.util.saveNode(output, str(tmp_path / "old.nrrd"))
    before = (tmp_path / "old.nrrd").read_bytes()
    output.SetAttribute("DICOM.instanceUIDs", "1.2.3")
    item = hierarchy().GetItemByDataNode(output)
    hierarchy().SetItemUID(item, "DICOM", "1.2.3")
    assert place_volume(Original(node), VOXELS, "T1 (synthetic T2)", output) is output
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(output), VOXELS)
    np.testing.assert_array_equal(ijk_to_ras(output), ijk_to_ras(node))
    assert output.GetName() == "T1 (synthetic T2)"
    assert output.GetStorageNode() is None
    assert output.GetAttribute("DICOM.instanceUIDs") is None
    assert hierarchy().GetItemUID(item, "DICOM") == ""
    assert (tmp_path / "old.nrrd").read_bytes() == before


def test_outputs_that_cannot_be_filled(scene, volume):
    node = volume()
    with pytest.raises(PanelError, match="also an input"):
        check_output(node, [node])
    label = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    with pytest.raises(PanelError, match="labels cannot hold"):
        check_output(label, [node])
    gone = volume("gone")
    scene.RemoveNode(gone)
    with pytest.raises(PanelError, match="not in the scene"):
        check_output(gone, [node])
    check_output(None, [node])
    with pytest.raises(PanelError, match="real is not synthetic and stays as it is"):
        check_output(volume("real"), [node])
    with pytest.raises(PanelError, match="A node is asked for, and this is of the type str"):
        check_output("real", [node])


def test_replaced_results_keep_names_apart(scene, volume):
    node, first = volume("T1"), scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "one")
    second = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "two")
    for output in (first, second):
        place_volume(Original(node), VOXELS, "r", output)
        mark(output, Provenance(model="m", model_sha256="0" * 64))
    names = [first.GetName(), second.GetName()]
    assert names[0] == "r" and len(set(names)) == 2
    place_volume(Original(node), VOXELS, "r", second)
    assert second.GetName() == names[1]


def test_line_breaks_of_a_name_stay_out():
    assert result_name("a\nb\r\n c", "T2") == "a b c (synthetic T2)"
    assert str(PanelError("a\nb is empty.")) == "a b is empty."


@pytest.mark.parametrize(
    "what", ["removed", "closed", "reloaded", "changed", "spacing", "origin", "emptied"]
)
def test_an_input_that_has_gone_leaves_the_scene_unchanged(scene, volume, tmp_path, what):
    node = volume("T1")
    original = Original(node)
    if what == "removed":
        scene.RemoveNode(node)
    elif what == "closed":
        scene.Clear()
    elif what == "reloaded":
        slicer.util.saveScene(str(tmp_path / "s.mrb"))
        scene.Clear()
        slicer.util.loadScene(str(tmp_path / "s.mrb"))
    elif what == "changed":
        slicer.util.updateVolumeFromArray(node, np.zeros((2, 4, 5), np.int16))
    elif what == "spacing":
        node.SetSpacing(1, 1, 1)
    elif what == "origin":
        node.SetOrigin(1, 2, 3)
    else:
        node.SetAndObserveImageData(None)
    count = scene.GetNumberOfNodes()
    with pytest.raises(PanelError, match=r"T1 was (removed|changed) during the run"):
        place_volume(original, VOXELS, "result")
    assert scene.GetNumberOfNodes() == count


def test_a_volume_that_moved_meanwhile_is_followed(volume, transform):
    node = volume("T1")
    original = Original(node)
    parent = transform(np.diag([-1, -1, 1, 1]), node)
    result = place_volume(original, VOXELS, "result")
    assert result.GetParentTransformNode() is parent
    np.testing.assert_array_equal(ijk_to_ras(result), ijk_to_ras(node))


def test_windows():
    ramp = np.concatenate([np.zeros(100), np.arange(1, 1001)]).astype(np.float32)
    assert window(ramp) == (0.0, pytest.approx(995.005))
    assert window(np.full(10, 3.0, np.float32)) == (3.0, 4.0)
