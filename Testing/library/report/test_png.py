import base64

import numpy as np
import SimpleITK as sitk

from MedGANSynthLib.report.png import data_uri, png


def test_a_png_is_what_another_reader_sees(tmp_path):
    grey = np.linspace(0, 1, 12).reshape(3, 4)
    colour = np.linspace(0, 1, 36).reshape(3, 4, 3)
    for picture in (grey, colour):
        (tmp_path / "x.png").write_bytes(png(picture))
        seen = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "x.png")))
        np.testing.assert_array_equal(seen, np.rint(picture * 255))


def test_an_address_holds_the_same_bytes():
    picture = np.eye(3)
    head, data = data_uri(picture).split(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == png(picture)
