import errno
import json

import nibabel as nib
import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.files import file_hash
from MedGANSynthLib.volume import write as writing
from MedGANSynthLib.volume.provenance import Provenance, Source
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.write import write

SUFFIXES = ["nii", "nii.gz", "nrrd", "mha"]
MADE = Provenance(
    model="t1-t2-brain",
    model_sha256="ab" * 32,
    direction="t1-to-t2",
    seed=3,
    inputs=(Source("cd" * 32, "t1"),),
    settings={"match_range": None, "batch": 8},
)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_voxels_and_geometry_are_exact(make_volume, tmp_path, suffix, axcodes):
    volume = make_volume(axcodes=axcodes, turned=True)
    write(volume, tmp_path / f"a.{suffix}")
    got = read(tmp_path / f"a.{suffix}")
    assert np.array_equal(got.array, volume.array) and got.array.dtype == np.float32
    assert np.abs(got.corners() - volume.corners()).max() < 1e-4
    assert [p.name for p in tmp_path.iterdir()] == [f"a.{suffix}"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_integers_when_asked(make_volume, tmp_path, suffix):
    volume = make_volume(dtype=np.float64)
    write(volume, tmp_path / f"a.{suffix}", dtype="int16")
    assert read(tmp_path / f"a.{suffix}").array.dtype == np.int16
    with pytest.raises(MedGANSynthError, match="do not fit into uint8"):
        write(volume, tmp_path / f"b.{suffix}", dtype="uint8")
    assert not (tmp_path / f"b.{suffix}").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_synthetic_volumes_say_so_in_the_file_and_beside_it(make_volume, tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    write(make_volume().with_array(make_volume().array, provenance=MADE), path)
    assert read(path).provenance == MADE
    sidecar = json.loads((tmp_path / f"a.{suffix}.synthetic.json").read_text())
    assert sidecar["provenance"]["synthetic"] is True
    assert sidecar["provenance"]["disclaimer"] == "Research only, not for diagnosis."
    assert sidecar["provenance"]["inputs"] == [{"sha256": "cd" * 32, "modality": "t1"}]
    assert sidecar["created"].endswith("Z")


def test_nifti_marks_by_name(make_volume, tmp_path):
    write(make_volume().with_array(make_volume().array, provenance=MADE), tmp_path / "a.nii.gz")
    header = nib.load(tmp_path / "a.nii.gz").header
    assert header["descrip"].item().decode().startswith("SYNTHETIC. MedGANSynth ")
    assert header["descrip"].item().decode().endswith("not for diagnosis.")
    assert header["intent_name"].item() == b"SYNTHETIC"
    assert json.loads(header.extensions[0].get_content())["model"] == "t1-t2-brain"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_volume_gives_the_same_bytes(make_volume, tmp_path, suffix):
    volume = make_volume().with_array(make_volume().array, provenance=MADE)
    for name in "ab":
        write(volume, tmp_path / f"{name}.{suffix}")
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_nothing_of_an_input_header_is_written(nifti_file, tmp_path):
    def plant(header):
        header["descrip"], header["aux_file"] = b"PLANTED-descrip", b"PLANTED-aux"
        header["intent_name"], header["db_name"] = b"PLANTED-int", b"PLANTED-db"

    volume = read(nifti_file(edit=plant))
    for suffix in SUFFIXES:
        write(volume.with_array(volume.array, provenance=MADE), tmp_path / f"out.{suffix}")
        assert b"PLANTED" not in (tmp_path / f"out.{suffix}").read_bytes()
        assert "PLANTED" not in (tmp_path / f"out.{suffix}.synthetic.json").read_text()


def test_dicom_tags_do_not_pass_through(dicom_folder, tmp_path):
    volume = read(dicom_folder([1.0, 2.0, 3.0]))
    for suffix in ("nii", "nrrd", "mha"):
        write(volume, tmp_path / f"out.{suffix}")
        assert b"PLANTED" not in (tmp_path / f"out.{suffix}").read_bytes()


def test_existing_files_are_kept_unless_told(make_volume, tmp_path):
    path = tmp_path / "a.nii"
    path.write_text("mine")
    with pytest.raises(MedGANSynthError, match="exists already"):
        write(make_volume(), path)
    assert path.read_text() == "mine"
    write(make_volume(), path, overwrite=True)
    assert read(path).shape == (7, 9, 5)


def test_an_input_is_never_replaced(nifti_file):
    path = nifti_file("a.nii")
    before = path.read_bytes()
    made = Provenance("m", "0" * 64, inputs=(Source(file_hash(path)),))
    with pytest.raises(MedGANSynthError, match="is an input"):
        write(read(path).with_array(read(path).array, provenance=made), path, overwrite=True)
    assert path.read_bytes() == before


def test_unknown_suffix(make_volume, tmp_path):
    with pytest.raises(MedGANSynthError, match="must end in"):
        write(make_volume(), tmp_path / "a.png")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_full_disk_leaves_the_old_file(make_volume, tmp_path, suffix, monkeypatch):
    path = tmp_path / f"a.{suffix}"
    write(make_volume(), path)
    before = path.read_bytes()

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing.nib, "save", full)
    monkeypatch.setattr(writing.sitk, "WriteImage", full)
    with pytest.raises(MedGANSynthError, match="the disk is full"):
        write(make_volume(seed=1), path, overwrite=True)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_writer_that_loses_bytes_is_noticed(make_volume, tmp_path, monkeypatch):
    honest = writing.sitk.WriteImage

    def lossy(image, name, **options):
        honest(image, name, useCompression=False)
        with open(name, "r+b") as file:
            file.truncate(600)

    monkeypatch.setattr(writing.sitk, "WriteImage", lossy)
    with pytest.raises(MedGANSynthError, match="cannot be written"):
        write(make_volume(), tmp_path / "a.nrrd")
    assert list(tmp_path.iterdir()) == []
