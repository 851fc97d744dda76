import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.read import read

EVEN = [3.0, 5.0, 7.0, 9.0]


def refused(path, word):
    with pytest.raises(MedGANSynthError, match=word) as caught:
        read(path)
    assert "PLANTED" not in str(caught.value) and str(caught.value).count("\n") == 0


def test_series_by_hand(dicom_folder):
    volume = read(dicom_folder(EVEN[::-1]))
    assert volume.shape == (6, 4, 4)
    # Columns run to the patient's left (RAS x falls), rows to posterior (y falls), slices up.
    expected = np.diag([-0.9, -0.7, 2.0, 1.0])
    expected[:3, 3] = [10.5, 20.25, 3.0]
    assert np.allclose(volume.affine, expected, atol=1e-5)
    assert volume.array[2, 1, 0] == 300 + 6 + 2 and volume.array[5, 3, 3] == 900 + 18 + 5


def test_one_slice_is_a_volume(dicom_folder):
    folder = dicom_folder([4.0])
    assert read(folder).shape == (6, 4, 1)
    assert read(next(folder.iterdir())).shape == (6, 4, 1)


def test_other_files_beside_the_slices_are_ignored(dicom_folder):
    folder = dicom_folder(EVEN)
    (folder / "notes.txt").write_text("hello")
    (folder / "deeper").mkdir()
    assert read(folder).shape == (6, 4, 4)


def test_a_folder_of_volumes_is_no_series(tmp_path):
    (tmp_path / "t1.nii.gz").write_bytes(b"x")
    refused(tmp_path, "is a folder of volumes, such as t1.nii.gz; give one of them")


def test_missing_slice(dicom_folder):
    refused(dicom_folder([3.0, 5.0, 9.0, 11.0]), "4.00 mm between slices 2 and 3")


def test_uneven_slices(dicom_folder):
    refused(dicom_folder([3.0, 5.0, 7.1, 9.0]), "uneven")


def test_two_slices_at_one_place(dicom_folder):
    refused(dicom_folder([3.0, 5.0, 5.0, 7.0]), "one place")


def test_several_series_are_listed(dicom_folder):
    dicom_folder(EVEN[:3])
    folder = dicom_folder([1.0, 2.0, 3.0, 4.0, 5.0], uid="1.2.4",
                          change=lambda n, d: setattr(d, "InstanceNumber", n))  # fmt: skip
    for n, file in enumerate(sorted(dicom_folder(EVEN, "other", "1.2.9").iterdir())):
        file.rename(folder / f"other{n}.dcm")
    refused(folder, "2 DICOM series: .*slices.*slices")


def test_tilted_gantry(dicom_folder):
    def tilt(number, dataset):
        dataset.ImagePositionPatient = [0, 0.5 * number, 2.0 * number]

    refused(dicom_folder(EVEN, change=tilt), "tilted")


def test_slices_not_parallel(dicom_folder):
    def turn(number, dataset):
        if number == 2:
            dataset.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]

    refused(dicom_folder(EVEN, change=turn), "parallel")


def test_sizes_differ(dicom_folder):
    def shrink(number, dataset):
        if number == 2:
            dataset.Rows, dataset.PixelData = 2, bytes(24)

    refused(dicom_folder(EVEN, change=shrink), "differ in size")


def test_colour(dicom_folder):
    def colour(number, dataset):
        dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 0
        dataset.PhotometricInterpretation, dataset.PixelData = "RGB", bytes(144)

    refused(dicom_folder(EVEN, change=colour), "colour")


def test_no_position(dicom_folder):
    def forget(number, dataset):
        del dataset.ImagePositionPatient

    refused(dicom_folder(EVEN, change=forget), "where they lie")


def test_pixels_fewer_than_the_header_says(dicom_folder):
    def lose(number, dataset):
        if number == 1:
            dataset.PixelData = dataset.PixelData[:20]

    refused(dicom_folder(EVEN, change=lose), "20 of 48 bytes")


@pytest.mark.parametrize("percent", [30, 60, 90, 98])
def test_truncated_slice(dicom_folder, percent):
    folder = dicom_folder(EVEN)
    file = sorted(folder.iterdir())[2]
    raw = file.read_bytes()
    file.write_bytes(raw[: len(raw) * percent // 100])
    with pytest.raises(MedGANSynthError):
        read(folder)
