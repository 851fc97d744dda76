"""Small volumes with geometry worth getting wrong."""

import gzip
import itertools

import nibabel as nib
import numpy as np
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from scipy.spatial.transform import Rotation

from MedGANSynthLib.volume import spill
from MedGANSynthLib.volume.volume import Volume

ALL_AXCODES = [
    "".join(order[a][s] for a, s in zip(range(3), signs, strict=True))
    for order in itertools.permutations(("LR", "PA", "IS"))
    for signs in itertools.product((0, 1), repeat=3)
]


def affine_for(axcodes: str, spacing=(0.9, 1.1, 5.0), origin=(30.0, -20.5, 10.25)) -> np.ndarray:
    """A RAS affine whose voxel axes point along `axcodes`."""
    affine = np.eye(4)
    affine[:3, :3] = 0
    for column, (code, size) in enumerate(zip(axcodes, spacing, strict=True)):
        row = next(r for r, pair in enumerate(("LR", "PA", "IS")) if code in pair)
        affine[row, column] = size if code in "RAS" else -size
    affine[:3, 3] = origin
    return affine


def oblique(affine: np.ndarray, degrees=(10, 20, -15)) -> np.ndarray:
    turned = affine.copy()
    turned[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix() @ affine[:3, :3]
    return turned


@pytest.fixture
def make_volume():
    """`make(shape, axcodes, dtype, seed, turned)` -> Volume with voxels all different."""

    def make(shape=(7, 9, 5), axcodes="RAS", dtype=np.float32, seed=0, turned=False, **geometry):
        voxels = np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape)
        affine = affine_for(axcodes, **geometry)
        return Volume(voxels.astype(dtype), oblique(affine) if turned else affine)

    return make


@pytest.fixture(params=["small", "large"])
def small_and_large(request, monkeypatch):
    """Every volume is treated as a small one, then as a large one; see `spill`."""
    if request.param == "large":
        monkeypatch.setattr(spill, "MANY", 0)
        monkeypatch.setattr(spill, "SLAB", 5000)


@pytest.fixture(params=ALL_AXCODES)
def axcodes(request):
    """Each of the 48 ways in which voxel axes can lie in a patient."""
    return request.param


@pytest.fixture
def nifti_file(tmp_path, make_volume):
    """`write(name, edit, cut, form, ...)` -> a NIfTI file with `edit(header)` done to its bytes."""

    def save(name="t1.nii", edit=None, cut=None, array=None, forms=True, affine=None, extra=b""):
        volume = make_volume((6, 5, 4), "LAS", np.int16)
        array = volume.array if array is None else array
        affine = volume.affine if affine is None else affine
        image = nib.Nifti1Image(array, affine)
        image.set_qform(affine, code=1 if forms else 0)
        image.set_sform(affine, code=1 if forms else 0)
        raw = bytearray(image.to_bytes())
        header = np.ndarray((), nib.nifti1.header_dtype, buffer=raw)
        if edit is not None:
            edit(header)
        raw = bytes(raw) + extra
        if name.endswith(".gz"):
            raw = gzip.compress(raw)
        path = tmp_path / name
        path.write_bytes(raw[: cut if cut is None else int(cut * len(raw))])
        return path

    return save


@pytest.fixture
def dicom_folder(tmp_path):
    """`write(positions, ...)` -> a folder with one axial 16-bit slice for each z position."""

    def save(positions, folder="series", uid="1.2.3", change=None):
        target = tmp_path / folder
        target.mkdir(exist_ok=True)
        for number, z in enumerate(positions):
            meta = FileMetaDataset()
            meta.TransferSyntaxUID = ExplicitVRLittleEndian
            meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
            meta.MediaStorageSOPInstanceUID = f"{uid}.{number + 1}"
            dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
            dataset.SOPClassUID, dataset.SOPInstanceUID = meta[0x20002].value, meta[0x20003].value
            dataset.PatientName, dataset.PatientID = "PLANTED^NAME", "PLANTED-ID"
            dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "MR", uid, 7
            dataset.StudyInstanceUID, dataset.InstanceNumber = "1.2", number + 1
            dataset.ImagePositionPatient = [-10.5, -20.25, z]
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
            dataset.PixelSpacing, dataset.SliceThickness = [0.7, 0.9], 2.0
            dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 4, 6, 1
            dataset.PhotometricInterpretation = "MONOCHROME2"
            dataset.BitsAllocated = dataset.BitsStored = 16
            dataset.HighBit, dataset.PixelRepresentation = 15, 1
            pixels = np.arange(24, dtype="<i2").reshape(4, 6) + int(100 * z)
            dataset.PixelData = pixels.tobytes()
            if change is not None:
                change(number, dataset)
            # File names in another order than the slices.
            dataset.save_as(target / f"{(number * 7) % 97:03}.dcm", enforce_file_format=True)
        return target

    return save
