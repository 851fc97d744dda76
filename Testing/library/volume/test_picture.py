import numpy as np
import SimpleITK as sitk

from MedGANSynthLib.volume.picture import write_montage


def read(path):
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def test_layout_window_and_zoom(tmp_path):
    image = np.array([[0.0, 5.0], [10.0, 20.0]])
    write_montage(tmp_path / "m.png", [[image, image[:1]], [image]], window=(0, 10), gap=1, zoom=2)
    picture = read(tmp_path / "m.png")
    assert picture.dtype == np.uint8
    assert picture.shape == (1 + 4 + 1 + 4 + 1, 1 + 4 + 1 + 4 + 1)
    assert picture[1:5, 1:5].tolist() == [[0, 0, 128, 128]] * 2 + [[255] * 4] * 2
    assert (picture[3:5, 6:10] == 0).all()  # the second image has one row only
    assert (picture[0] == 0).all()


def test_each_row_has_its_own_window_by_default(tmp_path):
    ramp = np.arange(1000.0).reshape(20, 50)
    write_montage(tmp_path / "m.png", [[ramp], [1e6 * ramp]], gap=0)
    picture = read(tmp_path / "m.png")
    np.testing.assert_array_equal(picture[:20], picture[20:])
    assert picture.min() == 0 and picture.max() == 255


def test_constant_and_nan_images_are_drawn(tmp_path):
    write_montage(tmp_path / "m.png", [[np.full((3, 3), 7.0), np.full((3, 3), np.nan)]])
    assert read(tmp_path / "m.png").max() == 0
