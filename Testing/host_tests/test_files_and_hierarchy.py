"""slicer.util's files over genuine storage nodes, and the subject hierarchy."""

import numpy as np
import pytest
import slicer
import vtk


@pytest.fixture
def volume(scene):
    matrix = np.array([[-1.2, 0, 0, 5], [0, -0.9, 0.1, 6], [0, 0.1, 2.0, 7], [0, 0, 0, 1.0]])
    array = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)
    return slicer.util.addVolumeFromArray(array, matrix, "made")


def ijk_to_ras(node):
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz", ".mha"])
@pytest.mark.parametrize("write", ["saveNode", "exportNode"])
def test_volumes_come_back_as_they_were(volume, tmp_path, suffix, write):
    path = str(tmp_path / f"v{suffix}")
    assert getattr(slicer.util, write)(volume, path, {})
    again = slicer.util.loadVolume(path, {"name": "again", "show": False})
    assert again.GetName() == "again"
    np.testing.assert_array_equal(
        slicer.util.arrayFromVolume(again), slicer.util.arrayFromVolume(volume)
    )
    # Neighbouring axes of `volume` are not quite perpendicular: formats keep directions only.
    np.testing.assert_allclose(ijk_to_ras(again)[:3, 3], [5, 6, 7], atol=1e-5)


def test_exporting_leaves_no_trace_in_the_scene(volume, tmp_path):
    before = slicer.mrmlScene.GetNumberOfNodes()
    slicer.util.exportNode(volume, str(tmp_path / "v.nii"), {}, world=True)
    assert slicer.mrmlScene.GetNumberOfNodes() == before
    assert volume.GetStorageNode() is None


def test_every_file_that_is_written_is_told(volume, tmp_path):
    told = []
    manager = slicer.app.coreIOManager()
    manager.connect("fileSaved(qSlicerIO::IOProperties)", told.append)
    for name in ("saveNode", "exportNode"):
        getattr(slicer.util, name)(volume, str(tmp_path / f"{name}.nrrd"), {})
    manager.disconnect("fileSaved(qSlicerIO::IOProperties)", told.append)
    expected = [str(tmp_path / f"{name}.nrrd") for name in ("saveNode", "exportNode")]
    assert [properties["fileName"] for properties in told] == expected


def test_exporting_in_world_space_hardens_the_transform(volume, tmp_path):
    shift = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = np.eye(4)
    matrix[:3, 3] = [100, 0, 0]
    slicer.util.updateTransformMatrixFromArray(shift, matrix)
    volume.SetAndObserveTransformNodeID(shift.GetID())
    for world, expected in ((False, 5.0), (True, 105.0)):
        path = str(tmp_path / f"{world}.nii")
        slicer.util.exportNode(volume, path, {}, world=world)
        assert ijk_to_ras(slicer.util.loadVolume(path, {}))[0, 3] == pytest.approx(expected)


def test_a_file_that_is_missing_or_no_volume_is_an_error(scene, tmp_path):
    with pytest.raises(RuntimeError, match="Failed to load"):
        slicer.util.loadVolume(str(tmp_path / "none.nrrd"), {})
    (tmp_path / "bad.nrrd").write_text("nothing")
    with pytest.raises(RuntimeError, match="Failed to load"):
        slicer.util.loadVolume(str(tmp_path / "bad.nrrd"), {})


def test_a_4d_nifti_is_a_sequence(scene, tmp_path):
    import nibabel

    data = np.arange(2 * 3 * 4 * 3, dtype=np.int16).reshape(2, 3, 4, 3)
    image = nibabel.Nifti1Image(data, np.eye(4))
    nibabel.save(image, tmp_path / "cine.nii.gz")
    sequence = slicer.util.loadSequence(str(tmp_path / "cine.nii.gz"), {})
    assert sequence.GetNumberOfDataNodes() == 3
    frame = slicer.util.arrayFromVolume(sequence.GetNthDataNode(1))
    np.testing.assert_array_equal(frame, data[..., 1].transpose(2, 1, 0))
    browser = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    assert browser.GetProxyNode(sequence) is not None


def test_a_loaded_volume_is_shown(volume, tmp_path):
    slicer.util.saveNode(volume, str(tmp_path / "v.nrrd"), {})
    node = slicer.util.loadVolume(str(tmp_path / "v.nrrd"), {})
    red = slicer.app.layoutManager().sliceWidget("Red")
    assert red.mrmlSliceCompositeNode().GetBackgroundVolumeID() == node.GetID()


def test_new_volumes_enter_and_leave_the_hierarchy(volume):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(volume)
    assert item and hierarchy.GetItemParent(item) == hierarchy.GetSceneItemID()
    study = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "study")
    hierarchy.SetItemParent(item, study)
    slicer.mrmlScene.RemoveNode(volume)
    assert hierarchy.GetNumberOfItems() == 1


def test_wide_integers_are_refused_by_mrml_itself(volume):
    with pytest.raises(RuntimeError):
        slicer.util.updateVolumeFromArray(volume, np.zeros((2, 2, 2), np.int64))


def test_temporary_folders_lie_in_the_hosts_own(scene):
    assert slicer.util.tempDirectory().startswith(slicer.app.temporaryPath)


def test_messages_do_not_wait_in_testing(scene):
    slicer.util.errorDisplay("said")
    # So answers slicer.util itself while testing: it compares True with a button's number.
    assert not slicer.util.confirmOkCancelDisplay("sure?")
