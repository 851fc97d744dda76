"""`medgansynth export-dicom`: a synthetic volume as a DICOM series that says so in every file.

Attributes and their requirement types: DICOM PS3.3, MR Image IOD. Only pixels, geometry and the
provenance go in: patient, study, series, frame of reference and instances are new, so viewers do
not lay the series over the scan that it was made from by themselves.
"""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from ..errors import MedGANSynthError
from ..events import Events
from ..files import whole_folder
from ..schema import read_json
from .dicom import PROVENANCE_BLOCK, PROVENANCE_CREATOR, PROVENANCE_ELEMENT
from .itk import LPS_TO_RAS
from .marks import as_text, find_sidecar, voxel_hash
from .provenance import DISCLAIMER, FLAG, Provenance, Sidecar
from .read import check, read
from .volume import Volume

_LEVELS = 2**16 - 1
_TOLERANCE_MM = 1e-3


def export_dicom(
    volume: Path, out: Path, sidecar: Path | None, overwrite: bool, events: Events
) -> dict[str, Any]:
    """Write `volume` as one MR series, a file for each slice, whole or not at all.

    Values are stored in 16 bits with RescaleSlope and RescaleIntercept: whole numbers that span
    less than 65536 exactly, all others to within half of 1/65535 of their range.

    Args:
        sidecar: `.synthetic.json` of the volume, where it does not lie in the same folder.

    Raises:
        MedGANSynthError: the volume is not known to be synthetic (marking somebody's real scan as
            synthetic would be as false as the reverse); it cannot be read; the folder exists;
            sheared axes.
    """
    made = read(volume)
    provenance = made.provenance or _from_sidecar(Path(volume), made, sidecar)
    with whole_folder(out, overwrite) as folder:
        write_series(made, provenance, folder, events)
        check(folder)
    count = made.shape[2]
    text = f"{out}: {count} DICOM files, marked synthetic."
    return {"text": text, "outputs": [str(out)], "files": count}


def write_series(volume: Volume, provenance: Provenance, folder: Path, events: Events) -> None:
    """Write the slices of `volume` into `folder` as 0001.dcm, 0002.dcm, ... along their normal."""
    rows, columns, step, order = _axes(volume)
    common = _common(volume, provenance)
    common.ImageOrientationPatient = [_ds(v) for v in (*rows, *columns)]
    codes, slope, intercept = _codes(volume.array)
    common.RescaleSlope, common.RescaleIntercept = slope, intercept
    lps = LPS_TO_RAS @ volume.affine
    for number, k in enumerate(order, start=1):
        dataset = _file(common)
        dataset.InstanceNumber = number
        dataset.ImagePositionPatient = [_ds(v) for v in (lps @ (0, 0, k, 1))[:3]]
        dataset.SliceLocation = _ds(step * (number - 1))
        dataset.PixelData = np.ascontiguousarray(codes[:, :, k].T).astype("<u2").tobytes()
        dataset.save_as(folder / f"{number:04}.dcm", enforce_file_format=True)
        events.progress(number / len(order), f"slice {number}")


def _from_sidecar(path: Path, volume: Volume, sidecar: Path | None) -> Provenance:
    """The provenance of a file that lost its mark, if a sidecar names exactly its voxels."""
    voxels = voxel_hash(volume)
    if sidecar is not None:
        read_sidecar = read_json(Sidecar, Path(sidecar))
        if read_sidecar.voxels_sha256 == voxels:
            return read_sidecar.provenance
        raise MedGANSynthError(
            f"{Path(sidecar).name}: belongs to other voxels than those of {path.name}; give the "
            "sidecar that was written with it, or the volume as it was written."
        )
    found = find_sidecar(path, voxels)
    if found is None:
        raise MedGANSynthError(
            f"{path.name}: is not known to be synthetic, so it is not exported as such; give a "
            "volume that MedGANSynth wrote, or its sidecar with --sidecar FILE."
        )
    return found[1].provenance


def _axes(volume: Volume) -> tuple[np.ndarray, np.ndarray, float, list[int]]:
    """Unit vectors (LPS) of columns' and rows' index, slice distance, slices along the normal."""
    lps = (LPS_TO_RAS @ volume.affine)[:3, :3]
    rows, columns, along = (lps / np.linalg.norm(lps, axis=0)).T
    normal = np.cross(rows, columns)
    normal /= np.linalg.norm(normal)
    extent = np.array(volume.spacing) * volume.shape
    lean = max(
        abs(rows @ columns) * extent[:2].max(),
        np.linalg.norm(along - np.sign(along @ normal) * normal) * extent[2],
    )
    if lean > _TOLERANCE_MM:
        raise MedGANSynthError(
            f"its voxel axes are not at right angles (off by {lean:.2g} mm at the far side), which "
            "DICOM cannot say; resample it onto an orthogonal grid first."
        )
    order = list(range(volume.shape[2]))
    return rows, columns, volume.spacing[2], order if along @ normal > 0 else order[::-1]


def _codes(array: np.ndarray) -> tuple[np.ndarray, str, str]:
    """uint16 codes with slope and intercept as they are written: value = slope * code + intercept.

    The codes are computed from the written decimals, so rounding these costs nothing.
    """
    low, high = float(array.min()), float(array.max())
    whole = array.dtype.kind in "iu" or not (array != np.rint(array)).any()
    if whole and high - low <= _LEVELS:
        slope, intercept = "1", _ds(min(low, 0.0) if high <= _LEVELS + min(low, 0.0) else low)
    else:
        slope, intercept = _ds((high - low) / _LEVELS), _ds(low)
    codes = np.rint((array.astype(np.float64) - float(intercept)) / float(slope))
    return np.clip(codes, 0, _LEVELS).astype(np.uint16), slope, intercept


def _common(volume: Volume, provenance: Provenance) -> Dataset:
    """What all slices share."""
    now = datetime.datetime.now()
    what = " ".join(
        str(p) for p in (provenance.direction, provenance.settings.get("map")) if p is not None
    )
    number = voxel_hash(volume)[:8].upper()
    d = Dataset()
    # Synthetic, and how it came about.
    d.SyntheticData = "YES"
    d.ImageType = ["DERIVED", "SECONDARY", "OTHER"]
    d.ContentQualification = "RESEARCH"
    d.SeriesDescription = f"{FLAG} {what} {provenance.model}"[:64]
    d.ImageComments = f"{FLAG}. {DISCLAIMER}"
    d.DerivationDescription = (
        f"{FLAG} image, computed by the neural network {provenance.model} (SHA-256 of its weights "
        f"{provenance.model_sha256}), {what or 'generated'}. {DISCLAIMER}"
    )[:1024]
    d.ContributingEquipmentSequence = [_equipment(provenance, now)]
    block = d.private_block(PROVENANCE_BLOCK, PROVENANCE_CREATOR, create=True)
    block.add_new(PROVENANCE_ELEMENT, "UT", as_text(provenance))
    # Nobody.
    d.PatientName, d.PatientID = f"{FLAG}^{number}", f"{FLAG}-{number}"
    d.PatientBirthDate = d.PatientSex = ""
    d.PatientIdentityRemoved = "YES"
    d.DeidentificationMethod = "Header made new; nothing of any patient's header is in it"
    # New study, series and frame of reference.
    d.StudyInstanceUID, d.SeriesInstanceUID = generate_uid(None), generate_uid(None)
    d.FrameOfReferenceUID, d.PositionReferenceIndicator = generate_uid(None), ""
    d.StudyID = d.AccessionNumber = d.ReferringPhysicianName = d.PatientPosition = ""
    d.StudyDescription = FLAG
    d.SeriesNumber = 1
    for kind in ("Study", "Series", "Content"):
        setattr(d, f"{kind}Date", now.strftime("%Y%m%d"))
        setattr(d, f"{kind}Time", now.strftime("%H%M%S"))
    d.Manufacturer, d.SoftwareVersions = "MedGANSynth", provenance.tool
    # An MR image that no scanner acquired.
    d.SOPClassUID, d.Modality = MRImageStorage, "MR"
    d.ScanningSequence, d.SequenceVariant, d.ScanOptions = "RM", "NONE", ""  # RM: research mode
    d.MRAcquisitionType = d.RepetitionTime = d.EchoTime = d.EchoTrainLength = ""
    # Pixels and their size.
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.Columns, d.Rows = volume.shape[:2]
    d.BitsAllocated = d.BitsStored = 16
    d.HighBit, d.PixelRepresentation = 15, 0
    d.RescaleType, d.BurnedInAnnotation = "US", "NO"
    across, down, step = volume.spacing
    d.PixelSpacing = [_ds(down), _ds(across)]
    d.SliceThickness = d.SpacingBetweenSlices = _ds(step)
    low, high = np.percentile(volume.array, (0.5, 99.5))
    d.WindowCenter, d.WindowWidth = _ds((low + high) / 2), _ds(max(high - low, 1.0))
    return d


def _equipment(provenance: Provenance, now: datetime.datetime) -> Dataset:
    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator = "109103", "DCM"
    purpose.CodeMeaning = "Modifying Equipment"
    equipment = Dataset()
    equipment.PurposeOfReferenceCodeSequence = [purpose]
    equipment.Manufacturer, equipment.SoftwareVersions = "MedGANSynth", provenance.tool
    equipment.ManufacturerModelName = provenance.model
    equipment.ContributionDateTime = now.strftime("%Y%m%d%H%M%S")
    equipment.ContributionDescription = "Image synthesis by a generative neural network"
    return equipment


def _file(common: Dataset) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = common.SOPClassUID
    meta.MediaStorageSOPInstanceUID = generate_uid(None)
    dataset = FileDataset(None, Dataset(common), file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    return dataset


def _ds(value: float) -> str:
    """A DICOM decimal string: as many digits as fit into 16 characters."""
    texts = (f"{float(value):.{digits}g}" for digits in range(16, 0, -1))
    return next(text for text in texts if len(text) <= 16)
