import shutil

import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib import tasks
from MedGANSynthLib.inference.cases import expand
from MedGANSynthLib.volume.provenance import Provenance, Source
from MedGANSynthLib.volume.write import write

MADE = Provenance("t1-t2-brain", "ab" * 32, "t1-to-t2", 3, (Source("cd" * 32, "t1"),))
SUFFIXES = ["nii", "nii.gz", "nrrd", "mha"]


def verdict(path):
    result = tasks.run(tasks.ShowProvenance(file=path))
    return result["synthetic"], result["mark"]


@pytest.fixture
def synthetic(make_volume, tmp_path):
    def save(name):
        path = tmp_path / name
        write(make_volume().with_array(make_volume().array, provenance=MADE), path)
        return path

    return save


def without_marks(path, target, change=lambda array: array):
    """What a program does that keeps voxels and geometry only."""
    image = sitk.ReadImage(str(path))
    plain = sitk.GetImageFromArray(change(sitk.GetArrayFromImage(image)))
    plain.CopyInformation(image)
    sitk.WriteImage(plain, str(target))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_fresh_output(synthetic, suffix):
    path = synthetic(f"a.{suffix}")
    assert verdict(path) == (True, "file and sidecar")
    result = tasks.run(tasks.ShowProvenance(file=path))
    assert result["rows"][0]["model"] == "t1-t2-brain" and result["rows"][0]["seed"] == 3
    assert result["inputs"] == [{"modality": "t1", "sha256": "cd" * 32}]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_sidecar_left_behind(synthetic, tmp_path, suffix):
    (tmp_path / "elsewhere").mkdir()
    path = shutil.move(synthetic(f"a.{suffix}"), tmp_path / "elsewhere" / f"a.{suffix}")
    assert verdict(path) == (True, "file")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("saved_as", SUFFIXES)
def test_mark_lost_by_another_program_under_another_name(synthetic, tmp_path, suffix, saved_as):
    path = synthetic(f"a.{suffix}")
    without_marks(path, tmp_path / f"renamed.{saved_as}")
    assert verdict(tmp_path / f"renamed.{saved_as}") == (True, "sidecar")


def test_itk_keeps_the_description_of_a_nifti_file(synthetic, tmp_path):
    path = synthetic("a.nii.gz")
    (tmp_path / "sub").mkdir()
    sitk.WriteImage(sitk.ReadImage(str(path)), str(tmp_path / "sub" / "b.nii.gz"))
    assert verdict(tmp_path / "sub" / "b.nii.gz") == (True, "file")


def test_changed_voxels_beside_their_sidecar(synthetic):
    path = synthetic("a.nrrd")
    without_marks(path, path, lambda array: array * 2)
    assert verdict(path) == (False, "lost")


def test_a_real_volume_in_place_of_a_synthetic_one(synthetic, make_volume):
    path = synthetic("a.nrrd")
    write(make_volume(), path, overwrite=True)
    assert verdict(path) == (False, "none")


def test_a_real_volume_beside_a_synthetic_one_of_its_name(synthetic, make_volume, tmp_path):
    synthetic("a.nrrd")
    real = make_volume()
    write(real.with_array(real.array + 1), tmp_path / "a.mha")
    assert verdict(tmp_path / "a.mha") == (False, "none")
    assert expand(tmp_path) == [tmp_path / "a.mha"]


def test_real_volume(nifti_file, synthetic):
    synthetic("other.nii")
    assert verdict(nifti_file("real.nii")) == (False, "none")


def test_broken_sidecars_are_passed_over(synthetic, tmp_path):
    path = synthetic("a.nii")
    (tmp_path / "0.synthetic.json").write_text("{not json")
    (tmp_path / "1.synthetic.json").write_text('{"format": 9}')
    without_marks(path, tmp_path / "b.nii")
    assert verdict(tmp_path / "b.nii") == (True, "sidecar")


def test_negative_zero_is_the_same_voxel(make_volume, tmp_path):
    array = make_volume().array
    array[0, 0, 0] = -0.0
    write(make_volume().with_array(array, provenance=MADE), tmp_path / "a.nii")
    without_marks(tmp_path / "a.nii", tmp_path / "b.nii", np.abs)
    assert verdict(tmp_path / "b.nii") == (True, "sidecar")


def test_axes_turned_by_another_program(synthetic, tmp_path):
    path = synthetic("a.nrrd")
    turned = sitk.DICOMOrient(sitk.ReadImage(str(path)), "PIR")
    for key in turned.GetMetaDataKeys():
        turned.EraseMetaData(key)
    sitk.WriteImage(turned, str(tmp_path / "b.nii.gz"))
    assert verdict(tmp_path / "b.nii.gz") == (True, "sidecar")
