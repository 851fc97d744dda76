import dataclasses

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.dicom_export import _ds, write_series
from MedGANSynthLib.volume.geometry import reorient
from MedGANSynthLib.volume.marks import sidecar_path
from MedGANSynthLib.volume.provenance import Provenance, Source
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.write import write

MARKS = Provenance(
    model="t1-t2-brain",
    model_sha256="ab" * 32,
    direction="t1-to-t2",
    inputs=(Source("cd" * 32, "t1"),),
    settings={"output_low": 0.0, "note": "x" * 2000},
)


@pytest.fixture
def exported(make_volume, tmp_path):
    """`exported(volume options, scale)` -> (the volume, its DICOM folder)."""

    def make(scale=1.0, **options):
        volume = make_volume(**options)
        volume = volume.with_array((volume.array * scale).astype(np.float32), provenance=MARKS)
        write(volume, tmp_path / "t2.nrrd", overwrite=True)
        tasks.run(
            tasks.ExportDicom(volume=tmp_path / "t2.nrrd", out=tmp_path / "out", overwrite=True)
        )
        return volume, tmp_path / "out"

    return make


def slices(folder):
    return [pydicom.dcmread(file) for file in sorted(folder.iterdir())]


def test_back_on_its_grid_in_all_orientations(exported, axcodes):
    volume, folder = exported(axcodes=axcodes, turned=True, shape=(4, 5, 3))
    back = read(folder)
    # DICOM numbers slices along the cross product of rows and columns; where the voxel axes are
    # left-handed they come back from the other end.
    flipped = np.linalg.det(volume.affine[:3, :3]) < 0
    affine = volume.affine @ _flip_k(3) if flipped else volume.affine
    assert (
        np.abs(back.corners() - volume.with_array(volume.array, affine=affine).corners()).max()
        < 1e-3
    )
    assert np.array_equal(back.array, volume.array[:, :, ::-1] if flipped else volume.array)


def _flip_k(count):
    flip = np.diag([1.0, 1.0, -1.0, 1.0])
    flip[2, 3] = count - 1
    return flip


def test_simpleitk_alone_agrees(exported):
    volume, folder = exported(turned=True)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    for index in [(0, 0, 0), (6, 8, 4), (3, 1, 2)]:
        x, y, z = image.TransformIndexToPhysicalPoint(index)
        distances = [
            np.linalg.norm(volume.affine @ (index[0], index[1], k, 1) - (-x, -y, z, 1))
            for k in range(5)
        ]
        k = int(np.argmin(distances))
        assert distances[k] < 1e-3
        assert image[index] == volume.array[index[0], index[1], k]


@pytest.mark.parametrize(("scale", "exact"), [(1, True), (-1, True), (300, False), (0.37, False)])
def test_values(exported, scale, exact):
    volume, folder = exported(scale=scale)
    back = reorient(read(folder), volume.axcodes).array
    step = float(slices(folder)[0].RescaleSlope)
    if exact:
        assert step == 1 and np.array_equal(back, volume.array)
    else:
        span = float(np.ptp(volume.array))
        assert step == pytest.approx(span / 65535, rel=1e-9)
        assert np.abs(back - volume.array).max() <= step / 2 * (1 + 1e-6) + 1e-9


def test_every_file_says_what_it_is(exported):
    volume, folder = exported()
    files = slices(folder)
    assert len(files) == volume.shape[2] == 5
    for number, d in enumerate(files, start=1):
        assert d[0x0008, 0x001C].value == "YES"
        assert list(d.ImageType[:2]) == ["DERIVED", "SECONDARY"]
        assert d.SeriesDescription == "SYNTHETIC t1-to-t2 t1-t2-brain"
        assert d[0x0018, 0x9004].value == "RESEARCH"
        assert "t1-t2-brain" in d.DerivationDescription and "not for diagnosis" in d.ImageComments
        (equipment,) = d.ContributingEquipmentSequence
        assert equipment.PurposeOfReferenceCodeSequence[0].CodeValue == "109103"
        assert str(d.PatientName).startswith("SYNTHETIC^") and d.PatientIdentityRemoved == "YES"
        assert d.InstanceNumber == number and d.SOPClassUID == pydicom.uid.MRImageStorage
        assert d.file_meta.MediaStorageSOPInstanceUID == d.SOPInstanceUID
    for uid in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "PatientID"):
        assert len({d[uid].value for d in files}) == 1
    assert len({d.SOPInstanceUID for d in files}) == 5


def test_each_export_is_a_new_series(exported):
    first = slices(exported()[1])
    second = slices(exported()[1])
    for uid in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SOPInstanceUID"):
        assert first[0][uid].value != second[0][uid].value


def test_the_mark_is_found_again(exported):
    _, folder = exported()
    assert read(folder).provenance == MARKS
    result = tasks.run(tasks.ShowProvenance(file=folder))
    assert result["synthetic"] and result["mark"] == "file and sidecar"


def test_a_required_attribute_is_never_missing(exported):
    """Types 1 and 2 of the MR Image IOD's mandatory modules (PS3.3)."""
    wanted = """PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate
        StudyTime ReferringPhysicianName StudyID AccessionNumber Modality SeriesInstanceUID
        SeriesNumber FrameOfReferenceUID PositionReferenceIndicator Manufacturer InstanceNumber
        PixelSpacing ImageOrientationPatient ImagePositionPatient SliceThickness SamplesPerPixel
        PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelData
        PixelRepresentation ImageType ScanningSequence SequenceVariant ScanOptions
        MRAcquisitionType EchoTime EchoTrainLength SOPClassUID SOPInstanceUID"""
    for dataset in slices(exported()[1]):
        assert [name for name in wanted.split() if name not in dataset] == []
        assert all(
            len(str(v)) <= 16
            for e in dataset.iterall()
            if e.VR == "DS" and e.value not in (None, "")
            for v in (e.value if e.VM > 1 else [e.value])
        )


def test_a_scan_of_a_person_is_refused(make_volume, dicom_folder, tmp_path):
    write(make_volume(), tmp_path / "t1.nii")
    for path in (tmp_path / "t1.nii", dicom_folder([3.0, 5.0, 7.0])):
        with pytest.raises(MedGANSynthError, match="not known to be synthetic"):
            tasks.run(tasks.ExportDicom(volume=path, out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_mark_that_was_lost_is_found_in_the_sidecar(make_volume, tmp_path):
    volume = make_volume(dtype=np.float32)
    write(dataclasses.replace(volume, provenance=MARKS), tmp_path / "t2.nii")
    elsewhere = tmp_path / "elsewhere"
    write(volume, elsewhere / "again.nrrd")
    sidecar = sidecar_path(tmp_path / "t2.nii")
    with pytest.raises(MedGANSynthError, match="--sidecar"):
        tasks.run(tasks.ExportDicom(volume=elsewhere / "again.nrrd", out=tmp_path / "out"))
    task = tasks.ExportDicom(volume=elsewhere / "again.nrrd", out=tmp_path / "out", sidecar=sidecar)
    assert tasks.run(task)["files"] == 5
    assert read(tmp_path / "out").provenance == MARKS
    write(make_volume(seed=1), elsewhere / "other.nrrd")
    with pytest.raises(MedGANSynthError, match="other voxels"):
        tasks.run(dataclasses.replace(task, volume=elsewhere / "other.nrrd", overwrite=True))


def test_whole_or_not_at_all(make_volume, tmp_path, monkeypatch):
    source = tmp_path / "t2.nii"
    write(dataclasses.replace(make_volume(), provenance=MARKS), source)
    task = tasks.ExportDicom(volume=source, out=tmp_path / "out")
    before = sorted(p.name for p in tmp_path.iterdir())
    save, calls = pydicom.dataset.FileDataset.save_as, []

    def full(self, *arguments, **options):
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return save(self, *arguments, **options)

    monkeypatch.setattr(pydicom.dataset.FileDataset, "save_as", full)
    with pytest.raises(MedGANSynthError, match="disk is full"):
        tasks.run(task)
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    monkeypatch.undo()
    tasks.run(task)
    with pytest.raises(MedGANSynthError, match="exists already"):
        tasks.run(task)


def test_nothing_of_the_input_is_copied(dicom_folder, tmp_path):
    folder = dicom_folder([3.0, 5.0, 7.0])
    volume = dataclasses.replace(read(folder), provenance=MARKS)
    write(volume, tmp_path / "t2.nii.gz")
    tasks.run(tasks.ExportDicom(volume=tmp_path / "t2.nii.gz", out=tmp_path / "out"))
    for file in (tmp_path / "out").iterdir():
        assert b"PLANTED" not in file.read_bytes() and b"1.2.3" not in file.read_bytes()[:2000]


def test_sheared_axes(make_volume, tmp_path):
    volume = make_volume(spacing=(1, 1, 1))
    volume.affine[0, 2] = 5e-4  # over five slices 0.0025 mm
    with pytest.raises(MedGANSynthError, match="right angles"):
        write_series(volume, MARKS, tmp_path, Events())
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (9.999999999999998, "10"),
        (-1 / 3, "-0.3333333333333"),
        (-1e-17 / 3, "-3.333333333e-18"),
        (2.0**40, "1099511627776"),
    ],
)
def test_decimal_strings_of_16_characters(value, text):
    assert _ds(value) == text and float(text) == pytest.approx(value, rel=1e-9)
