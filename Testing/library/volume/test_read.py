import os
import re

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.itk import to_array, to_image
from MedGANSynthLib.volume.read import read

pytestmark = pytest.mark.usefixtures("small_and_large")


def refused(path, *words, **options):
    """The sentence `path` is refused with, which names the file and holds all `words`."""
    with pytest.raises(MedGANSynthError) as caught:
        read(path, **options)
    text = str(caught.value)
    assert path.name in text and text.endswith(".") and "\n" not in text
    for word in words:
        assert word in text, text
    return text


def save_itk(volume, path, compressed=False):
    sitk.WriteImage(to_image(volume.array, volume.affine), str(path), compressed)
    return path


@pytest.mark.parametrize("suffix", ["nii", "nii.gz", "nrrd", "mha", "nhdr", "mhd"])
@pytest.mark.parametrize("compressed", [False, True])
def test_voxels_and_affine_of_each_format(make_volume, tmp_path, suffix, compressed):
    volume = make_volume((7, 6, 5), "PIR", np.int16, turned=True)
    got = read(save_itk(volume, tmp_path / f"a.{suffix}", compressed), modality="t1")
    assert np.array_equal(got.array, volume.array) and got.array.dtype == np.int16
    assert np.abs(got.corners() - volume.corners()).max() < 1e-4
    assert got.modality == "t1" and got.notes == () and got.provenance is None


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]
)
@pytest.mark.parametrize("suffix", ["nii.gz", "nrrd", "mha"])
def test_voxel_types(make_volume, tmp_path, dtype, suffix):
    volume = make_volume((5, 5, 4))
    volume = volume.with_array((volume.array - (0 if dtype[0] == "u" else 30)).astype(dtype))
    got = read(save_itk(volume, tmp_path / f"a.{suffix}", compressed=True))
    assert got.array.dtype == dtype and np.array_equal(got.array, volume.array)


def test_affine_equals_nibabels_in_every_orientation(make_volume, tmp_path, axcodes):
    volume = make_volume(axcodes=axcodes, turned=True)
    image = nib.Nifti1Image(volume.array, volume.affine)
    image.set_qform(volume.affine, code=1)
    image.to_filename(tmp_path / "a.nii")
    got = read(tmp_path / "a.nii")
    assert np.abs(got.affine - nib.load(tmp_path / "a.nii").affine).max() < 1e-4
    assert got.axcodes == axcodes and np.array_equal(got.array, volume.array)


def test_scaled_int16(nifti_file):
    def scaled(header):
        header["scl_slope"], header["scl_inter"] = 0.5, -3

    path = nifti_file(edit=scaled)
    assert np.allclose(read(path).array, nib.load(path).get_fdata())


@pytest.mark.parametrize("dtype", [">u1", "<i1", "<u2", ">i2", "<i4", ">f4"])
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_scaled_types_are_what_itk_makes_of_them(tmp_path, make_volume, dtype, name):
    volume = make_volume((5, 5, 4))
    header = nib.Nifti1Header(endianness=dtype[0])
    header.set_data_dtype(np.dtype(dtype))
    image = nib.Nifti1Image(volume.array.astype(dtype), volume.affine, header)
    image.header.set_slope_inter(0.3, -17.7)
    image.to_filename(tmp_path / name)
    got, expected = read(tmp_path / name).array, sitk.ReadImage(str(tmp_path / name))
    assert np.array_equal(got, to_array(expected)) and got.dtype == to_array(expected).dtype
    assert np.ptp(got) > 10


def test_big_endian(tmp_path, make_volume):
    volume = make_volume(dtype=np.float32)
    header = nib.Nifti1Header(endianness=">")
    header.set_data_dtype(np.float32)
    nib.Nifti1Image(volume.array, volume.affine, header).to_filename(tmp_path / "a.nii")
    assert np.array_equal(read(tmp_path / "a.nii").array, volume.array)


def test_plain_nifti_named_gz_is_read(nifti_file):
    path = nifti_file("a.nii")
    wrong = path.with_name("b.nii.gz")
    path.rename(wrong)
    assert read(wrong).shape == (6, 5, 4)


def test_gzip_named_plain_says_how_to_rename(nifti_file):
    path = nifti_file("a.nii.gz")
    refused(path.rename(path.with_name("b.nii")), "rename")


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("percent", [1, 10, 30, 50, 70, 90, 99, 99.9])
def test_truncated_nifti(nifti_file, name, percent):
    array = np.random.default_rng(0).integers(0, 9999, (16, 15, 14)).astype(np.int16)
    refused(nifti_file(name, cut=percent / 100, array=array))


@pytest.mark.parametrize("suffix", ["nrrd", "mha"])
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("percent", [5, 20, 50, 80, 99])
def test_truncated_nrrd_and_mha(make_volume, tmp_path, suffix, compressed, percent):
    path = save_itk(make_volume((16, 16, 16)), tmp_path / f"a.{suffix}", compressed)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * percent // 100])
    refused(path)


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.mha"])
def test_flipped_bits_of_compressed_voxels_are_found(make_volume, tmp_path, name):
    volume = make_volume((8, 8, 8))
    path = save_itk(volume, tmp_path / name, compressed=True)
    raw = path.read_bytes()
    found = 0
    for position in np.linspace(len(raw) * 0.4, len(raw) - 12, 20).astype(int):
        damaged = bytearray(raw)
        damaged[position] ^= 0x10
        path.write_bytes(damaged)
        try:
            got = read(path).array
        except MedGANSynthError:
            found += 1
        else:  # a few bits of a deflate stream are padding
            assert np.array_equal(got, volume.array)
    assert found >= 18


def test_more_bytes_than_the_header_promises(nifti_file):
    refused(nifti_file(extra=b"\0" * 200), "more bytes")


def test_gzip_bomb_stops_at_the_headers_size(nifti_file):
    path = nifti_file("bomb.nii.gz", extra=bytes(64 << 20))
    assert path.stat().st_size < 100_000
    refused(path, "more bytes")


HEADERS = {
    "zero dimension": (lambda h: h["dim"].__setitem__(3, 0), "6 x 5 x 0"),
    "negative dimension": (lambda h: h["dim"].__setitem__(1, -6), "-6 x 5 x 4"),
    "huge dimensions": (lambda h: h["dim"].__setitem__(slice(1, 4), 32767), "32767"),
    "too many dimensions": (lambda h: h["dim"].__setitem__(0, 9), "9 dimensions"),
    "2D": (lambda h: h["dim"].__setitem__(0, 2), "2D image"),
    "voxel offset beyond the file": (lambda h: h.__setitem__("vox_offset", 1e9), "cut short"),
    "voxel offset within the header": (lambda h: h.__setitem__("vox_offset", 8), "byte 8"),
    "voxel offset not a number": (lambda h: h.__setitem__("vox_offset", np.nan), "byte nan"),
    "pair": (lambda h: h.__setitem__("magic", b"ni1"), "pair"),
    "unknown type": (lambda h: h.__setitem__("datatype", 77), "type"),
    "no voxel size": (lambda h: h["pixdim"].__setitem__(2, 0), "voxel size"),
    "voxel size not a number": (lambda h: h["pixdim"].__setitem__(2, np.nan), "voxel size"),
    "singular sform": (lambda h: h["srow_x"].__setitem__(slice(0, 4), 0), "singular"),
    "sform not a number": (lambda h: h["srow_x"].__setitem__(1, np.nan), "sform"),
    "sheared": (lambda h: h["srow_x"].__setitem__(1, 0.4), "sheared"),
    "qform not a number": (lambda h: h.__setitem__("quatern_b", np.nan), "qform"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_header_that_lies(nifti_file, case):
    edit, word = HEADERS[case]
    refused(nifti_file(edit=edit), word)


def test_negative_voxel_size_without_orientation(nifti_file):
    refused(nifti_file(edit=lambda h: h["pixdim"].__setitem__(3, -2), forms=False), "orientation")


def test_wrong_magic_is_read_when_the_sizes_agree(nifti_file):
    volume = read(nifti_file(edit=lambda h: h.__setitem__("magic", b"n+9")))
    assert volume.shape == (6, 5, 4) and "magic" in volume.notes[0]


def test_neither_form_is_warned_of(nifti_file):
    volume = read(nifti_file(forms=False))
    assert "left and right" in volume.notes[0]
    assert np.allclose(np.linalg.det(volume.affine[:3, :3]), 0.9 * 1.1 * 5)


def test_different_forms_are_warned_of_and_named(nifti_file):
    path = nifti_file(edit=lambda h: h["srow_x"].__setitem__(3, 99.0))
    volume = read(path)
    header = nib.load(path).header
    assert "sform is used" in volume.notes[0]
    assert np.allclose(volume.affine, header.get_sform(), atol=1e-4)


def test_metres_are_warned_of(nifti_file):
    volume = read(nifti_file(edit=lambda h: h.__setitem__("xyzt_units", 1)))
    assert volume.spacing[2] > 20 and "units" in volume.notes[0]


KINDS = {
    "4D": (np.zeros((4, 4, 4, 3), np.int16), "4D series of 3 frames"),
    "vector": (np.zeros((4, 4, 4, 1, 3), np.float32), "several values"),
    "complex": (np.zeros((4, 4, 4), np.complex64), "complex"),
    "RGB": (np.zeros((4, 4, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")]), "RGB"),
    "2D": (np.zeros((4, 4), np.int16), "2D image"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_one_real_volume(nifti_file, kind):
    array, word = KINDS[kind]
    refused(nifti_file("a.nii.gz", array=array), word)


@pytest.mark.parametrize("suffix", ["nrrd", "mha"])
@pytest.mark.parametrize(("shape", "vector"), [((4, 4), False), ((4, 4, 4, 2), False),
                                              ((4, 4, 4, 3), True)])  # fmt: skip
def test_what_is_not_one_real_volume_elsewhere(tmp_path, suffix, shape, vector):
    image = sitk.GetImageFromArray(np.zeros(shape, np.uint8), isVector=vector)
    sitk.WriteImage(image, str(tmp_path / f"a.{suffix}"))
    refused(tmp_path / f"a.{suffix}")


def test_4d_with_one_frame_and_one_slice_are_volumes(nifti_file):
    array = np.arange(12, dtype=np.int16).reshape(4, 3, 1, 1)
    assert np.array_equal(read(nifti_file(array=array)).array, array[..., 0])


@pytest.mark.parametrize("suffix", ["nii", "nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nonfinite_voxels_are_counted_refused_and_filled(make_volume, tmp_path, suffix, dtype):
    volume = make_volume((9, 8, 7), dtype=dtype)
    volume.array[0, 0, 1], volume.array[3, 2, 5], volume.array[8, 7, 6] = np.nan, np.inf, -np.inf
    path = save_itk(volume, tmp_path / f"a.{suffix}", compressed=True)
    refused(path, "3 of 504 voxels", "--fill-nonfinite")
    filled = read(path, fill_nonfinite=-4.0)
    assert np.array_equal(filled.array, np.nan_to_num(volume.array, nan=-4, posinf=-4, neginf=-4))
    assert "3 non-finite voxels replaced by -4" in filled.notes[0]


def test_half_of_the_voxels_nonfinite_in_a_larger_file(tmp_path, make_volume):
    """More than one chunk of the stream, and chunks that end within a voxel."""
    volume = make_volume((70, 70, 70), dtype=np.float64)
    volume.array[::2] = np.nan
    path = save_itk(volume, tmp_path / "a.nii.gz")
    refused(path, "171500 of 343000")
    filled = read(path, fill_nonfinite=0).array
    assert (filled[::2] == 0).all() and np.array_equal(filled[1::2], volume.array[1::2])


def test_large_integers_are_warned_of(tmp_path, make_volume):
    volume = make_volume(dtype=np.int64)
    volume.array[0, 0, 0] = 2**40
    path = save_itk(volume, tmp_path / "a.nrrd")
    assert "single precision" in read(path).notes[0]


def test_constant_image_is_read_with_a_warning(nifti_file):
    assert "every voxel is 3" in read(nifti_file(array=np.full((4, 4, 4), 3, np.int16))).notes[0]


TEXT_HEADERS = {
    "a.mha": [
        ("DimSize = 7 9 5", "DimSize = 7 -9 5"),
        ("DimSize = 7 9 5", "DimSize = seven 9 5"),
        ("DimSize = 7 9 5", "DimSize = 70000 70000 70000"),
        ("ElementSpacing = .*", "ElementSpacing = nan 1 1"),
        ("ElementSpacing = .*", "ElementSpacing = 0 1 1"),
        ("ElementSpacing = .*", "ElementSpacing = one"),
        ("ElementSpacing = .*", "ElementSpacing = 1 1"),
        ("TransformMatrix = .*", "TransformMatrix = 1 0 0 1 0 0 0 0 1"),
        ("MET_FLOAT", "MET_OTHER"),
        ("ElementDataFile", "ElementData"),
        ("BinaryData = True", "BinaryData = False"),
    ],
    "a.nrrd": [
        ("sizes: 7 9 5", "sizes: 7 0 5"),
        ("sizes: 7 9 5", "sizes: 7 9"),
        ("sizes: 7 9 5", "sizes: 7 9 5 x"),
        ("sizes: 7 9 5", "sizes: 70000 70000 70000"),
        ("type: float", "type: block"),
        ("encoding: raw", "encoding: hex"),
        ("encoding: raw", "encoding: raw\nbyte skip: x"),
        ("encoding: raw", "encoding: raw\nline skip: 1"),
        ("kinds: .*", "kinds: vector domain domain"),
        ("space directions: .*", "space directions: (nan,0,0) (0,1,0) (0,0,1)"),
        ("space directions: .*", "space directions: (0,0,0) (0,1,0) (0,0,1)"),
        ("space directions: .*", "space directions: (1,0,0) (1,0,0) (0,0,1)"),
    ],
}


@pytest.mark.parametrize("name", TEXT_HEADERS)
def test_text_header_that_lies(make_volume, tmp_path, name):
    path = save_itk(make_volume(), tmp_path / name)
    raw = path.read_bytes()
    for old, new in TEXT_HEADERS[name]:
        changed, count = re.subn(old.encode(), new.encode(), raw, count=1)
        assert count == 1, old
        path.write_bytes(changed)
        refused(path)


def test_data_file_must_lie_in_the_same_folder(make_volume, tmp_path):
    save_itk(make_volume(), tmp_path / "a.mhd")
    folder = tmp_path / "inner"
    folder.mkdir()
    for name in ("../a.raw", str(tmp_path / "a.raw"), "..\\a.raw", "missing.raw", "LIST"):
        path = folder / "b.mhd"
        text = (tmp_path / "a.mhd").read_text().replace("a.raw", name)
        path.write_text(text)
        refused(path)
    os.symlink(tmp_path / "a.raw", folder / "link.raw")
    path.write_text((tmp_path / "a.mhd").read_text().replace("a.raw", "link.raw"))
    refused(path, "outside")


def test_detached_nrrd_may_not_point_elsewhere(make_volume, tmp_path):
    path = save_itk(make_volume(), tmp_path / "a.nhdr")
    path.write_text(path.read_text().replace("data file: a.raw", "data file: ../a.raw"))
    refused(path, "folder")


JUNK = {
    "empty.nii": (b"", "empty"),
    "text.nii.gz": (b"hello, this is no image at all" * 20, "not an image"),
    "page.nrrd": (b"<html>404</html>", "not an image"),
    "zeros.mha": (bytes(1000), "not an image"),
    "gzip.nii.gz": (b"\x1f\x8b" + bytes(50), "damaged"),
}


@pytest.mark.parametrize("name", JUNK)
def test_junk(tmp_path, name):
    data, word = JUNK[name]
    (tmp_path / name).write_bytes(data)
    refused(tmp_path / name, word)


def test_missing_path_and_folder_of_junk(tmp_path):
    refused(tmp_path / "nowhere.nii", "does not exist")
    (tmp_path / "junk").mkdir()
    refused(tmp_path / "junk", "no image")
    (tmp_path / "junk" / "a.txt").write_text("x")
    refused(tmp_path / "junk", "no image")


def test_names_with_spaces_and_other_alphabets(nifti_file, tmp_path):
    path = nifti_file()
    target = tmp_path / "Größe 東京 🧠"
    target.mkdir()
    assert read(path.rename(target / "ein T1.nii")).shape == (6, 5, 4)


def test_unreadable_file(nifti_file, monkeypatch):
    def denied(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    path = nifti_file()
    monkeypatch.setattr("builtins.open", denied)  # chmod does not stop root
    refused(path, "no permission to read it; change its permissions")


def test_reading_changes_nothing(nifti_file):
    path = nifti_file("a.nii.gz")
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir()))
    read(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir())) == before


def test_huge_header_costs_no_memory(nifti_file):
    resource = pytest.importorskip("resource")
    path = nifti_file("a.nii.gz", edit=lambda h: h["dim"].__setitem__(slice(1, 4), 1000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
