"""One reader for all formats: what Slicer shows, after the checks."""

import contextlib
import warnings
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..errors import MedGANSynthError
from ..files import cannot_read
from ..foreseen import refuse_no_text
from ..wording import counted
from .dicom import check_dicom
from .header import Header, check_axes
from .itk import image_affine, to_array
from .marks import provenance_in
from .metaimage import check_metaimage
from .nifti import check_nifti, starts_like_nifti
from .nrrd import check_nrrd
from .spill import slabs
from .volume import Volume

_WHOLE_IN_FLOAT32 = 2**24


def check(path: Path, keep: bool = False) -> Header:
    """Sniff the format of a file or DICOM folder and check it, voxel bytes included.

    Args:
        keep: the voxels of a large volume in a file, for which image readers need much memory.

    Raises:
        MedGANSynthError: one sentence: which file, what is wrong, what to do.
    """
    path = Path(path)
    refuse_no_text(path)
    with warnings.catch_warnings():
        # What the libraries would say of a damaged header quotes it, and may name a patient.
        warnings.simplefilter("ignore")
        return _check(path, keep)


def _check(path: Path, keep: bool) -> Header:
    try:
        if path.is_dir():
            return check_dicom(path)
        with open(path, "rb") as file:
            head = file.read(400)
    except FileNotFoundError:
        raise MedGANSynthError(f"{path}: does not exist; check the name.") from None
    except OSError as error:
        raise cannot_read(path.name, error) from None
    if not head:
        raise MedGANSynthError(f"{path.name}: is empty; copy or download it again.")
    if head[:2] == b"\x1f\x8b":
        return check_nifti(path, True, keep)
    if head[:4] == b"NRRD":
        return check_nrrd(path, keep)
    if head[128:132] == b"DICM":
        return check_dicom(path)
    if head.lstrip()[:10] in (b"ObjectType", b"NDims = 3\n") or b"NDims" in head[:200]:
        return check_metaimage(path, keep)
    if starts_like_nifti(head):
        return check_nifti(path, False, keep)
    raise MedGANSynthError(
        f"{path.name}: is not an image that can be read; give NIfTI, NRRD, MHA or a DICOM folder."
    )


def read(
    path: Path | str, modality: str | None = None, fill_nonfinite: float | None = None
) -> Volume:
    """Read a NIfTI, NRRD or MHA file or a DICOM folder as one scalar volume.

    Voxels and geometry are SimpleITK's, which are what Slicer shows. Label maps and constant
    images are read (masks are volumes too); what must not be translated is refused there.

    Args:
        modality: "t1", "t2", ... where known.
        fill_nonfinite: value that replaces NaN and infinite voxels; without it they are refused.

    Raises:
        MedGANSynthError: one sentence: which file, what is wrong, what to do.
    """
    path = Path(path)
    header = check(path, keep=True)
    if header.frames > 1:
        raise MedGANSynthError(
            f"{path.name}: is a 4D series of {header.frames} frames; extract the one frame that is "
            "wanted."
        )
    image = _read_image(path, header)
    affine = image_affine(image)
    notes = [*header.notes, *_geometry_notes(path, header, affine)]
    array = to_array(image) if header.voxels is None else header.voxels
    array, filled = _fill(path, array, header.nonfinite, fill_nonfinite)
    notes += filled
    if array.dtype.kind in "iu" and array.dtype.itemsize > 2:
        largest = max(abs(int(array.max())), abs(int(array.min())))
        if largest > _WHOLE_IN_FLOAT32:
            notes.append(f"{path.name}: values up to {largest} are rounded to single precision.")
    if array.size and array.min() == array.max():
        notes.append(f"{path.name}: every voxel is {array.flat[0]:g}; the image is empty.")
    return Volume(array, affine, modality, provenance_in(header.marks), tuple(notes))


def _read_image(path: Path, header: Header) -> sitk.Image | sitk.ImageFileReader:
    """The image; where its voxels are known, what the reader says of its geometry."""
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageSeriesReader() if len(header.files) > 1 else sitk.ImageFileReader()
    reader.SetImageIO(header.reader)
    names = [str(file) for file in header.files]
    try:
        if len(names) > 1:
            reader.SetFileNames(names)
        else:
            reader.SetFileName(names[0])
        if header.voxels is not None:
            reader.ReadImageInformation()
            return reader
        image = reader.Execute()
    except RuntimeError as error:
        raise MedGANSynthError(f"{path.name}: cannot be read ({_reason(error)}).") from None
    components = image.GetNumberOfComponentsPerPixel()
    if image.GetDimension() == 2:
        image = sitk.JoinSeries(image)
    if image.GetDimension() == 4 and image.GetSize()[3] == 1:
        image = image[:, :, :, 0]
    if image.GetDimension() != 3 or components != 1:
        raise MedGANSynthError(
            f"{path.name}: has {image.GetDimension()} axes and {components} values at each voxel; "
            "give a 3D volume with one value."
        )
    return image


def _reason(error: RuntimeError) -> str:
    """ITK's own last line, without its file names."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    last = lines[-1] if lines else "unknown reason"
    with contextlib.suppress(ValueError):
        last = last[last.index("): ") + 3 :]
    return last.rstrip(".")[:120]


def _geometry_notes(path: Path, header: Header, affine: np.ndarray) -> list[str]:
    check_axes(path.name, affine, "geometry")
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    shown = " x ".join(f"{s:g}" for s in spacing)
    notes = []
    if spacing.min() < 0.01 or spacing.max() > 20:
        notes.append(
            f"{path.name}: its voxels measure {shown} mm; check the units if that is not so."
        )
    if header.forms:
        used = min(header.forms, key=lambda form: np.abs(header.forms[form] - affine).max())
        notes.append(f"{path.name}: qform and sform differ; the {used} is used, as in Slicer.")
    return notes


def _fill(
    path: Path, array: np.ndarray, known: np.ndarray, fill: float | None
) -> tuple[np.ndarray, list[str]]:
    """Replace non-finite voxels by `fill`, or refuse them.

    `known` are those found in the raw bytes; the reader may have made zeros of them.
    """
    if array.dtype.kind == "f":
        flat = array.ravel(order="F")
        found = [np.flatnonzero(~np.isfinite(flat[p])) + p.start for (p,) in slabs(flat)]
        known = np.unique(np.concatenate([known, *found]))
    if not known.size:
        return array, []
    if fill is None:
        raise MedGANSynthError(
            f"{path.name}: {known.size} of {array.size} voxels are not finite numbers; mend it "
            "(or give translate --fill-nonfinite VALUE)."
        )
    voxels = counted(known.size, "non-finite voxel")
    array.T.reshape(-1)[known] = fill  # a view: the array lies in memory first axis fastest
    return array, [f"{path.name}: {voxels} replaced by {fill:g}."]
