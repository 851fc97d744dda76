"""Cines: what is written comes back, and the published kinds of frames are read."""

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.cine import read_cine
from MedGANSynthLib.volume.itk import to_image
from MedGANSynthLib.volume.marks import as_text
from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.verify import show_provenance
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write


@pytest.fixture
def cine():
    array = np.random.default_rng(0).normal(100, 10, (6, 5, 2, 4)).astype(np.float32)
    affine = np.array([[-1.5, 0, 0, 3], [0, 0, 6, 4], [0, -1.5, 0, 5], [0, 0, 0, 1.0]])
    return Volume(array, affine, "cine", time_step=0.04)


def test_a_cine_comes_back_with_its_geometry_and_time(cine, tmp_path):
    write(cine, tmp_path / "a.nii.gz")
    back = read_cine(tmp_path / "a.nii.gz", "cine")
    assert np.array_equal(back.array, cine.array)
    np.testing.assert_allclose(back.affine, cine.affine, atol=1e-5)
    assert back.time_step == pytest.approx(0.04)
    header = nib.load(tmp_path / "a.nii.gz").header
    assert header.get_zooms() == pytest.approx((1.5, 1.5, 6.0, 0.04))
    assert header.get_xyzt_units() == ("mm", "sec")


@pytest.mark.parametrize(("unit", "step"), [("sec", 35.0), ("msec", 0.035), ("usec", 35e-6)])
def test_units_of_time(tmp_path, unit, step):
    image = nib.Nifti1Image(np.ones((3, 3, 1, 2), np.int16), np.eye(4))
    image.header["pixdim"][4] = 35.0
    image.header.set_xyzt_units("mm", unit)
    nib.save(image, tmp_path / "a.nii")
    assert read_cine(tmp_path / "a.nii").time_step == pytest.approx(step)


def test_no_unit_of_time_is_no_time_step(tmp_path):
    nib.save(nib.Nifti1Image(np.ones((3, 3, 1, 2), np.int16), np.eye(4)), tmp_path / "a.nii")
    assert read_cine(tmp_path / "a.nii").time_step is None


def test_a_synthetic_cine_is_marked(cine, tmp_path):
    path = tmp_path / "a.nii.gz"
    write(cine.with_array(cine.array, provenance=Provenance("beats", "0" * 64, seed=1)), path)
    shown = show_provenance(path, Events())
    assert shown["mark"] == "file and sidecar"
    assert read_cine(path).provenance.model == "beats"
    image = nib.load(path)  # saved again by another program
    nib.save(nib.Nifti1Image(image.get_fdata(dtype=np.float32), image.affine), path)
    assert show_provenance(path, Events())["mark"] == "sidecar"


NRRD = """NRRD0004
type: float
dimension: 4
space: right-anterior-superior
sizes: 6 5 2 4
space directions: (-1.5,0,0) (0,0,-1.5) (0,6,0) none
kinds: domain domain domain list
endian: little
encoding: raw
space origin: (3,4,5)
"""


def test_slicers_sequences(cine, tmp_path):
    made = Provenance("beats", "0" * 64, seed=1)
    header = f"{NRRD}MedGANSynth.Provenance:={as_text(made)}\n\n".encode()
    (tmp_path / "a.seq.nrrd").write_bytes(header + cine.array.tobytes(order="F"))
    back = read_cine(tmp_path / "a.seq.nrrd")
    assert np.array_equal(back.array, cine.array)
    np.testing.assert_allclose(back.affine, cine.affine, atol=1e-5)
    assert back.provenance == made
    assert show_provenance(tmp_path / "a.seq.nrrd", Events())["mark"] == "file"
    write(cine.with_array(cine.array, provenance=made), tmp_path / "b.nii.gz")
    assert show_provenance(tmp_path / "a.seq.nrrd", Events())["mark"] == "file and sidecar"
    with pytest.raises(MedGANSynthError, match=r"a\.seq\.nrrd: is a 4D series of 4 frames"):
        read(tmp_path / "a.seq.nrrd")


def test_a_cine_in_a_metaimage(cine, tmp_path):
    frames = [to_image(cine.array[..., t], cine.affine) for t in range(4)]
    sitk.WriteImage(sitk.JoinSeries(frames), str(tmp_path / "a.mha"))
    back = read_cine(tmp_path / "a.mha")
    assert np.array_equal(back.array, cine.array)
    np.testing.assert_allclose(back.affine, cine.affine, atol=1e-5)
    assert show_provenance(tmp_path / "a.mha", Events())["mark"] == "none"


def test_what_is_no_cine(cine, tmp_path):
    write(cine.with_array(cine.array[..., 0]), tmp_path / "one.nii")
    with pytest.raises(MedGANSynthError, match=r"one\.nii: is one volume, not a cine"):
        read_cine(tmp_path / "one.nii")
    with pytest.raises(MedGANSynthError, match=r"a cine is written as \.nii\.gz"):
        write(cine, tmp_path / "a.nrrd")
    bad = cine.array.copy()
    bad[0, 0, 0, 0] = np.nan
    nib.save(nib.Nifti1Image(bad, cine.affine), tmp_path / "nan.nii")
    with pytest.raises(MedGANSynthError, match=r"nan\.nii: 1 voxel without a finite"):
        read_cine(tmp_path / "nan.nii")


def save_png(path, array):
    path.parent.mkdir(exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(array, isVector=array.ndim == 3), str(path))


def frame(value, shape=(4, 6), dtype=np.uint8):
    array = np.full(shape, value, dtype)
    array[0, 1] = 0  # first row, second column
    return array


def test_png_frames_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 9, 1):
        save_png(tmp_path / "f" / f"frame{number}.png", frame(number))
    volume = read_cine(tmp_path / "f")
    assert volume.shape == (6, 4, 1, 3)
    assert volume.array[5, 3, 0].tolist() == [1, 9, 10]
    assert volume.array[1, 0, 0].tolist() == [0, 0, 0]
    assert volume.axcodes == "LPS"


def test_sunnybrook_names_are_slices_of_20_phases(tmp_path):
    for number in range(41, 81):
        name = f"SC-N-03-IM-0001-{number:04d}.dcm.png"
        save_png(tmp_path / "f" / name, frame(number))
    volume = read_cine(tmp_path / "f")
    assert volume.shape == (6, 4, 2, 20)
    assert volume.array[5, 3, 0].tolist() == list(range(41, 61))
    assert volume.array[5, 3, 1].tolist() == list(range(61, 81))


BAD = {
    "sizes": ([frame(1), frame(1, (4, 5))], r"differ in size \(5 x 4 and 6 x 4\)"),
    "16 bits": ([frame(1), frame(1, dtype=np.uint16)], r"1\.png: is a 16-bit PNG"),
    "colour": ([frame(1), np.zeros((4, 6, 3), np.uint8)], r"1\.png: is a colour PNG"),
    "empty": ([], "holds no frame that can be read"),
}


@pytest.mark.parametrize("kind", BAD)
def test_frames_that_cannot_be_used(tmp_path, kind):
    frames, sentence = BAD[kind]
    (tmp_path / "f").mkdir()
    for number, array in enumerate(frames):
        save_png(tmp_path / "f" / f"{number}.png", array)
    with pytest.raises(MedGANSynthError, match=sentence):
        read_cine(tmp_path / "f")


def test_broken_png_and_slices_of_unequal_length(tmp_path):
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "1.png").write_bytes(b"nothing")
    with pytest.raises(MedGANSynthError, match=r"1\.png: is not a PNG"):
        read_cine(tmp_path / "f")
    for number in (1, 2, 21):
        save_png(tmp_path / "g" / f"A-IM-0001-{number:04d}.png", frame(number))
    with pytest.raises(MedGANSynthError, match="slices have 1 to 2 frames"):
        read_cine(tmp_path / "g")
    save_png(tmp_path / "g" / "B-IM-0001-0001.png", frame(1))
    with pytest.raises(MedGANSynthError, match="frames of A and B"):
        read_cine(tmp_path / "g")


def save_dicom(path, value, time, z, shape=(4, 6)):
    path.parent.mkdir(exist_ok=True)
    image = sitk.GetImageFromArray(np.full((1, *shape), value, np.int16))
    image.SetSpacing((1.25, 1.25, 8.0))
    image.SetOrigin((10.0, 20.0, z))
    for tag, text in {
        "0008|0060": "MR",
        "0018|1060": str(time),
        "0020|0032": f"10\\20\\{z}",
        "0020|0037": "1\\0\\0\\0\\1\\0",
    }.items():
        image.SetMetaData(tag, text)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    writer.SetFileName(str(path))
    writer.Execute(image)


def test_dicom_frames_by_place_and_time(tmp_path):
    for z in (8.0, 0.0):
        for time in (60, 0, 30):
            save_dicom(tmp_path / "f" / f"{z}-{time}.dcm", int(100 * z + time), time, z)
    volume = read_cine(tmp_path / "f")
    assert volume.shape == (6, 4, 2, 3)
    assert volume.array[0, 0].tolist() == [[0, 30, 60], [800, 830, 860]]
    assert volume.time_step == pytest.approx(0.03) and type(volume.time_step) is float
    assert volume.spacing == pytest.approx((1.25, 1.25, 8.0))
    np.testing.assert_allclose(volume.affine[:3, 3], [-10, -20, 0])


def test_real_cine(real_data):
    """One person's cycles: 25 phases of 1.41 mm pixels, 31 to 39 ms apart."""
    paths = sorted((real_data / "cardiac_cine").glob("*.nii.gz"))
    assert len(paths) == 11
    volume = read_cine(paths[0])
    assert volume.shape == (256, 208, 1, 25)
    assert volume.time_step == pytest.approx(0.0344)
    assert volume.spacing[0] == pytest.approx(1.40625)
