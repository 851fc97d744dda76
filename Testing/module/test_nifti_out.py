"""NIfTI files as the library reads them."""

import numpy as np
import pytest
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.nifti_out import write_nifti

from MedGANSynthLib.volume.cine import read_cine
from MedGANSynthLib.volume.read import read

AFFINE = np.array([[0, 2.0, 0, -10], [-1.5, 0, 0, 20], [0, 0, 3.0, 5], [0, 0, 0, 1]])


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_a_volume_comes_back(tmp_path, kind):
    voxels = np.arange(60).reshape(1, 3, 4, 5).astype(kind)  # [t, k, j, i]
    write_nifti(tmp_path / "a.nii", voxels, AFFINE)
    volume = read(tmp_path / "a.nii")
    assert volume.shape == (5, 4, 3)
    np.testing.assert_array_equal(volume.array, voxels[0].transpose(2, 1, 0))
    np.testing.assert_allclose(volume.affine, AFFINE, atol=1e-5)
    assert volume.notes == ()


def test_a_film_comes_back(tmp_path):
    frames = np.random.default_rng(0).normal(0, 9, (4, 2, 3, 5)).astype(np.float32)
    write_nifti(tmp_path / "film.nii", frames, AFFINE, 0.04)
    film = read_cine(tmp_path / "film.nii")
    np.testing.assert_array_equal(film.array, frames.transpose(3, 2, 1, 0))
    assert film.time_step == pytest.approx(0.04)


def test_what_cannot_be_written_is_said(tmp_path):
    with pytest.raises(PanelError, match="voxels of type int64 cannot be written"):
        write_nifti(tmp_path / "a.nii", np.zeros((1, 2, 2, 2), np.int64), AFFINE)
    with pytest.raises(PanelError, match="cannot be written"):
        write_nifti(tmp_path / "no" / "a.nii", np.zeros((1, 2, 2, 2), np.int16), AFFINE)
