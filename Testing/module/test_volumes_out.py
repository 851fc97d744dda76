"""From nodes to files, read again by the library."""

import dataclasses

import numpy as np
import pytest
import slicer
import vtk
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_ras, ijk_to_world
from MedGANSynthPanels.volumes_out import (
    check_slices,
    check_volume,
    export_inputs,
    export_volume,
    file_name,
)

from MedGANSynthLib.volume.read import read


def array_ijk(node):
    return slicer.util.arrayFromVolume(node).transpose(2, 1, 0)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]
)
def test_voxels_and_grid_are_the_nodes_own(volume, tmp_path, dtype):
    node = volume("a", np.arange(60).reshape(3, 4, 5).astype(dtype))
    assert np.linalg.det(ijk_to_ras(node)[:3, :3]) < 0  # left-handed: Slicer's writer would turn it
    assert export_volume(node, tmp_path / "a.nrrd") == []
    made = read(tmp_path / "a.nrrd")
    np.testing.assert_array_equal(made.array, array_ijk(node))
    np.testing.assert_allclose(made.affine, ijk_to_ras(node), atol=1e-9)


def test_nothing_of_the_node_but_voxels_and_grid_is_written(volume, tmp_path):
    node = volume("Doe^John")
    node.SetAttribute("DICOM.PatientName", "Doe^John")
    node.SetDescription("Doe^John")
    export_volume(node, tmp_path / "a.nrrd")
    assert b"Doe" not in (tmp_path / "a.nrrd").read_bytes()


def test_a_parent_transform_is_the_same_as_its_hardened_copy(volume, transform, tmp_path):
    node = volume()
    own = ijk_to_ras(node)
    quarter = np.array([[0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1.0]])
    shift = np.eye(4)
    shift[0, 3] = 100
    inner = transform(quarter, node)
    transform(shift, inner)
    export_volume(node, tmp_path / "a.nrrd")
    np.testing.assert_allclose(read(tmp_path / "a.nrrd").affine, shift @ quarter @ own, atol=1e-9)
    np.testing.assert_allclose(ijk_to_ras(node), own)


def test_shear_is_told_and_left_out_of_the_file_alone(volume, transform, tmp_path):
    node = volume()
    sheared = np.eye(4)
    sheared[0, 1] = 0.2
    transform(sheared, node)
    (notice,) = export_volume(node, tmp_path / "a.nrrd")
    assert "sheared" in notice
    affine = read(tmp_path / "a.nrrd").affine
    world = ijk_to_world(node)
    np.testing.assert_allclose(affine[:, 3], world[:, 3], atol=1e-9)
    lengths = np.linalg.norm(world[:3, :3], axis=0)
    np.testing.assert_allclose(np.linalg.norm(affine[:3, :3], axis=0), lengths, atol=1e-9)


def vector(scene, volume):
    node = scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "colours")
    slicer.util.updateVolumeFromArray(node, np.zeros((3, 4, 5, 3), np.uint8))
    return node


def singular(scene, volume):
    node = volume("flat")
    node.SetIJKToRASDirections(1, 0, 0, 0, 1, 0, 1, 0, 0)
    return node


def warped(scene, volume):
    node = volume("warped")
    points = [vtk.vtkPoints() for _ in range(2)]
    for x, y, z in [(0, 0, 0), (10, 0, 0), (0, 10, 0), (0, 0, 10), (9, 8, 7)]:
        points[0].InsertNextPoint(x, y, z)
        points[1].InsertNextPoint(x + 0.1 * y * z, y, z)
    spline = vtk.vtkThinPlateSplineTransform()
    spline.SetSourceLandmarks(points[0])
    spline.SetTargetLandmarks(points[1])
    spline.SetBasisToR()
    warp = scene.AddNewNodeByClass("vtkMRMLTransformNode", "spline")
    warp.SetAndObserveTransformToParent(spline)
    node.SetAndObserveTransformNodeID(warp.GetID())
    return node


UNFIT = {
    "No volume is chosen": lambda scene, volume: None,
    "is not a volume": lambda scene, volume: scene.AddNewNodeByClass("vtkMRMLModelNode", "m"),
    "label map": lambda scene, volume: scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "l"),
    "no voxels": lambda scene, volume: scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "e"),
    "3 numbers at each voxel": vector,
    "do not span space": singular,
    "non-linear transform spline": warped,
}


@pytest.mark.parametrize("text", UNFIT)
def test_what_cannot_be_translated_is_refused_in_one_sentence(scene, volume, text):
    with pytest.raises(PanelError, match=text) as caught:
        check_volume(UNFIT[text](scene, volume))
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.fixture
def way(scene):
    from MedGANSynthPanels.asked import way_of

    return way_of("t1-t2-brain", None)


def test_a_single_slice_as_the_model_works_is_taken(volume, way, tmp_path):
    node = volume("axial", np.zeros((1, 4, 5), np.int16))
    check_volume(node)
    check_slices(node, way)
    check_slices(volume("several"), way)
    export_inputs({"t1": node}, tmp_path)
    assert read(tmp_path / "t1" / "axial.nrrd").shape == (5, 4, 1)


def test_another_single_slice_is_refused_with_the_true_reason(volume, way):
    with pytest.raises(PanelError, match="cor is one slice, but no axial one"):
        check_slices(volume("cor", np.zeros((3, 1, 5), np.int16)), way)
    with pytest.raises(PanelError, match="line is one slice, but no axial one"):
        check_slices(volume("line", np.zeros((1, 1, 5), np.int16)), way)
    deep = dataclasses.replace(way, direction=dataclasses.replace(way.direction, slices=0))
    with pytest.raises(PanelError, match="the model works on whole volumes"):
        check_slices(volume("ax", np.zeros((1, 4, 5), np.int16)), deep)


def test_voxels_that_are_no_numbers_are_counted(volume, tmp_path):
    voxels = np.ones((3, 4, 5), np.float32)
    voxels[0, 1, 2], voxels[2, 0, 0] = np.nan, np.inf
    with pytest.raises(PanelError, match="holes has 2 voxels without a finite number"):
        export_inputs({"t1": volume("holes", voxels)}, tmp_path)


@pytest.mark.parametrize("thing", ["T1", 3, ["T1"]])
def test_what_is_no_node_is_refused(scene, thing):
    with pytest.raises(PanelError, match="A node is asked for"):
        check_volume(thing)


def test_a_singular_transform_is_refused(volume, transform):
    node = volume()
    transform(np.diag([1, 0, 1, 1]), node)
    with pytest.raises(PanelError, match="singular"):
        check_volume(node)


def test_a_folder_that_cannot_be_written_to_is_an_error(volume, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PanelError, match="cannot be written to"):
        export_volume(volume(), tmp_path / "file" / "a.nrrd")
    with pytest.raises(PanelError, match="cannot be written to"):
        export_inputs({"t1": volume()}, tmp_path / "file")


def test_inputs_on_one_grid_are_written_as_they_are(volume, tmp_path):
    t1, t2 = volume("T1 head"), volume("T2/head", np.ones((3, 4, 5), np.uint8))
    files, notices = export_inputs({"t1": t1, "t2": t2}, tmp_path)
    assert notices == []
    assert [p.name for p in files.values()] == ["T1_head.nrrd", "T2_head.nrrd"]
    for modality, node in (("t1", t1), ("t2", t2)):
        made = read(files[modality])
        np.testing.assert_array_equal(made.array, array_ijk(node))
        np.testing.assert_allclose(made.affine, ijk_to_ras(t1), atol=1e-9)


def test_inputs_under_other_transforms_are_interpolated_in_world_space(volume, transform, tmp_path):
    """The value of a voxel is where it is: R + 10 A + 100 S, which linear interpolation keeps."""
    first, second = volume("a"), volume("b")
    shift = np.eye(4)
    shift[:3, 3] = (0.3, -0.2, 0.4)
    transform(shift, second)
    ijk = np.stack(np.meshgrid(*[np.arange(n) for n in (5, 4, 3)], indexing="ij"), axis=-1)
    ramp = (1, 10, 100)

    def ras(affine):
        return ijk @ affine[:3, :3].T + affine[:3, 3]

    slicer.util.updateVolumeFromArray(
        second, (ras(ijk_to_world(second)) @ ramp).transpose(2, 1, 0).astype(np.float32)
    )
    files, (notice,) = export_inputs({"t1": first, "t2": second}, tmp_path)
    assert notice == "b was interpolated onto the grid of a, since it lies on another."
    made = read(files["t2"])
    np.testing.assert_allclose(made.affine, ijk_to_ras(first), atol=1e-9)
    expected = ras(ijk_to_world(first)) @ ramp
    index = np.linalg.solve(ijk_to_world(second), ijk_to_world(first))
    there = ijk @ index[:3, :3].T + index[:3, 3]
    inside = ((there >= 0) & (there <= (4, 3, 2))).all(axis=-1)
    assert inside.sum() == 24
    np.testing.assert_allclose(made.array[inside], expected[inside], atol=0.01)


def test_inputs_that_do_not_overlap_are_refused(volume, transform, tmp_path):
    first, second = volume("a"), volume("b")
    far = np.eye(4)
    far[0, 3] = 500
    transform(far, second)
    with pytest.raises(PanelError, match="b and a do not overlap"):
        export_inputs({"t1": first, "t2": second}, tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("MRHead", "MRHead"), ("T1: ax/3", "T1_ax_3"), ("../..", "volume"), ("", "volume")],
)
def test_file_names(name, expected):
    assert file_name(name) == expected
    assert len(file_name("x" * 500)) == 60
