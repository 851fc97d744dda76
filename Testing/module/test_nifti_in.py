"""The library's own NIfTI files, read without it."""

import nibabel
import numpy as np
import pytest
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.nifti_in import read_frames, read_voxels

from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

VOXELS = np.random.default_rng(2).normal(size=(3, 4, 5)).astype(np.float32)
AFFINE = np.array([[0, -2.0, 0, 5], [1.5, 0, 0, -7], [0, 0, 3.0, 2], [0, 0, 0, 1]])
MADE = Provenance(model="m", model_sha256="0" * 64)


def test_the_librarys_file_is_read(tmp_path):
    image = nibabel.Nifti1Image(VOXELS.transpose(2, 1, 0), np.diag([-1, -1, 2, 1]))
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"mark" * 50))
    nibabel.save(image, tmp_path / "a.nii")
    np.testing.assert_array_equal(read_voxels(tmp_path / "a.nii", (5, 4, 3)), VOXELS)


@pytest.mark.parametrize("spoil", ["absent", "cut", "other shape", "other type", "text"])
def test_another_file_is_refused(tmp_path, spoil):
    path = tmp_path / "a.nii"
    shape = (5, 4, 2) if spoil == "other shape" else (5, 4, 3)
    dtype = np.int16 if spoil == "other type" else np.float32
    nibabel.save(nibabel.Nifti1Image(np.zeros(shape, dtype), np.eye(4)), path)
    if spoil == "absent":
        path.unlink()
    elif spoil == "cut":
        path.write_bytes(path.read_bytes()[:-4])
    elif spoil == "text":
        path.write_text("nothing")
    with pytest.raises(PanelError, match="cannot be read"):
        read_voxels(path, (5, 4, 3))


@pytest.mark.parametrize("shape", [(5, 4, 3), (5, 4, 1), (5, 4, 1, 6)])
def test_what_the_library_writes_compressed_is_read_whole(tmp_path, shape):
    array = np.random.default_rng(4).normal(size=shape).astype(np.float32)
    step = 0.05 if len(shape) == 4 else None
    write(Volume(array, AFFINE, provenance=MADE, time_step=step), tmp_path / "a.nii.gz")
    frames = read_frames(tmp_path / "a.nii.gz")
    expected = array if array.ndim == 4 else array[..., None]
    np.testing.assert_array_equal(frames.array, expected.transpose(3, 2, 1, 0))
    np.testing.assert_allclose(frames.affine, AFFINE)
    assert frames.step_s == pytest.approx(step or 1.0)


@pytest.mark.parametrize("spoil", ["absent", "cut", "bits", "text", "shape"])
def test_a_damaged_compressed_file_is_refused(tmp_path, spoil):
    path = tmp_path / "a.nii.gz"
    nibabel.save(nibabel.Nifti1Image(VOXELS, AFFINE), path)
    content = path.read_bytes()
    if spoil == "absent":
        path.unlink()
    elif spoil == "cut":
        path.write_bytes(content[:-9])
    elif spoil == "bits":
        path.write_bytes(content[:-60] + bytes(20) + content[-40:])
    elif spoil == "text":
        path.write_text("nothing")
    else:
        nibabel.save(nibabel.Nifti1Image(VOXELS[0], AFFINE), path)
    with pytest.raises(PanelError, match="cannot be read"):
        read_frames(path)
