"""What Slicer's own reader shows is what we read: corners and voxels, for each format and form."""

import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.volume.geometry import reorient
from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.write import write

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
vtk = pytest.importorskip("vtk", reason="slicer-core is not installed")


def load(path):
    """The volume node, and the scene that keeps it alive."""
    scene = slicer.vtkMRMLScene()
    node, storage = slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLVolumeArchetypeStorageNode()
    scene.AddNode(node)
    scene.AddNode(storage)
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    return node, scene


def shown(path):
    """Affine in RAS millimetres and voxels `[i, j, k]` of a volume loaded by Slicer's core."""
    from vtk.util.numpy_support import vtk_to_numpy

    node, _scene = load(path)
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    affine = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
    image = node.GetImageData()
    array = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
    return affine, array.transpose(2, 1, 0)


def assert_same(path):
    """Equal once both have the same axes; Slicer turns left-handed volumes when it loads them."""
    ours = read(path)
    affine, array = shown(path)
    theirs = reorient(ours.with_array(array, affine=affine), ours.axcodes)
    assert np.array_equal(theirs.array, ours.array)
    assert np.abs(theirs.corners() - ours.corners()).max() < 1e-3


@pytest.mark.parametrize("suffix", ["nii", "nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize("axcodes", ["RAS", "LPS", "LAS", "PIR", "SAL"])
def test_each_format(make_volume, tmp_path, suffix, axcodes):
    write(make_volume(axcodes=axcodes, turned=True), tmp_path / f"a.{suffix}")
    assert_same(tmp_path / f"a.{suffix}")


FORMS = {
    "both agree": lambda h: None,
    "sform only": lambda h: h.__setitem__("qform_code", 0),
    "qform only": lambda h: h.__setitem__("sform_code", 0),
    "neither": lambda h: (h.__setitem__("qform_code", 0), h.__setitem__("sform_code", 0)),
    "differ": lambda h: h["srow_x"].__setitem__(3, 99.0),
    "differ, aligned": lambda h: (
        h["srow_x"].__setitem__(3, 99.0),
        h.__setitem__("sform_code", 2),
    ),
    "pixdim differs": lambda h: h["pixdim"].__setitem__(1, 1.7),
    "metres": lambda h: h.__setitem__("xyzt_units", 1),
}


@pytest.mark.parametrize("case", FORMS)
def test_nifti_forms(nifti_file, case):
    assert_same(nifti_file("a.nii.gz", edit=FORMS[case]))


def test_dicom_folder(dicom_folder):
    """Slicer's archetype reader takes the series of the file that it is given."""
    folder = dicom_folder([3.0, 5.0, 7.0, 9.0])
    ours = read(folder)
    affine, array = shown(sorted(folder.iterdir())[0])
    theirs = reorient(ours.with_array(array, affine=affine), ours.axcodes)
    assert np.array_equal(theirs.array, ours.array)
    assert np.abs(theirs.corners() - ours.corners()).max() < 1e-3


@pytest.mark.parametrize("suffix", ["nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize("axcodes", ["RAS", "LAS"])
def test_saved_again_by_slicer_is_still_known(make_volume, tmp_path, suffix, axcodes):
    volume = make_volume(axcodes=axcodes, turned=True)
    made = Provenance("t1-t2-brain", "ab" * 32)
    write(volume.with_array(volume.array, provenance=made), tmp_path / f"a.{suffix}")
    node, _scene = load(tmp_path / f"a.{suffix}")
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetFileName(str(tmp_path / f"again.{suffix}"))
    assert storage.WriteData(node)
    result = tasks.run(tasks.ShowProvenance(file=tmp_path / f"again.{suffix}"))
    assert result["synthetic"] is True
