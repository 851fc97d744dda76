"""Writing volumes whole or not at all; synthetic ones say so in the file and beside it."""

import errno
import json
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import SimpleITK as sitk

from .. import files
from ..errors import MedGANSynthError
from ..foreseen import refuse_no_text
from ..schema import to_dict
from .itk import to_image
from .marks import as_text, image_suffix, sidecar_path, voxel_hash
from .metaimage import MARK_KEY
from .provenance import DISCLAIMER, FLAG, Sidecar
from .read import check
from .volume import Volume


def write(
    volume: Volume, path: Path | str, overwrite: bool = False, dtype: str = "float32"
) -> None:
    """Write a volume as .nii, .nii.gz, .nrrd or .mha, by the name's suffix.

    The header is made new from the geometry alone, so nothing of an input's header can leak. With
    `volume.provenance` set, the file is marked (NIfTI: description, intent name and a comment
    extension; NRRD and MHA: a key) and `<file name>.synthetic.json` is written beside it. A cine
    `[i, j, k, t]` goes into .nii or .nii.gz only.

    Raises:
        MedGANSynthError: unknown suffix, the file exists (without `overwrite`) or is one of the
            volume's own inputs, values that `dtype` cannot hold, no permission, no space.
    """
    path = Path(path)
    if not image_suffix(path):
        raise MedGANSynthError(f"{path.name}: must end in .nii.gz, .nii, .nrrd or .mha.")
    refuse_no_text(path)
    _refuse_to_replace(volume, path, overwrite)
    as_nifti = image_suffix(path).lower().startswith(".nii")
    if volume.array.ndim == 4 and not as_nifti:
        raise MedGANSynthError(f"{path.name}: a cine is written as .nii.gz or .nii; rename it.")
    array = _cast(path, volume.array, np.dtype(dtype))
    with files.whole_file(path) as temporary:
        if as_nifti:
            nib.save(_nifti(volume, array), temporary)
        else:
            _write_itk(volume, array, temporary)
        _read_back(temporary, array.nbytes)
        if volume.provenance is not None:
            sidecar = Sidecar(1, voxel_hash(volume.with_array(array)), volume.provenance)
            files.write_text(sidecar_path(path), json.dumps(to_dict(sidecar), indent=1) + "\n")
        else:
            sidecar_path(path).unlink(missing_ok=True)  # of a synthetic volume that was there


def _refuse_to_replace(volume: Volume, path: Path, overwrite: bool) -> None:
    if not path.exists():
        return
    if not overwrite:
        raise MedGANSynthError(
            f"{path.name}: exists already; choose another name or pass --overwrite."
        )
    if volume.provenance is not None and path.is_file():
        sha256 = files.file_hash(path)
        if any(source.sha256 == sha256 for source in volume.provenance.inputs):
            raise MedGANSynthError(f"{path.name}: is an input; choose another name for the output.")


def _cast(path: Path, array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if array.ndim not in (3, 4):
        raise ValueError(f"expected [i, j, k] or [i, j, k, t], not {array.ndim} axes")
    if dtype.kind == "f":
        return array.astype(dtype, copy=False)
    limits = np.iinfo(dtype)
    if array.size and not (limits.min <= array.min() and array.max() <= limits.max):
        raise MedGANSynthError(f"{path.name}: its values do not fit into {dtype}; write float32.")
    return (np.rint(array) if array.dtype.kind == "f" else array).astype(dtype)


def _nifti(volume: Volume, array: np.ndarray) -> nib.Nifti1Image:
    image = nib.Nifti1Image(array, volume.affine)
    image.set_qform(volume.affine, code="scanner")
    image.set_sform(volume.affine, code="scanner")
    image.header.set_xyzt_units("mm", "sec" if volume.time_step else None)
    if volume.time_step:
        image.header["pixdim"][4] = volume.time_step
    if volume.provenance is not None:
        image.header["descrip"] = f"{FLAG}. {volume.provenance.tool}. {DISCLAIMER}"[:79].encode()
        image.header["intent_name"] = FLAG.encode()
        text = as_text(volume.provenance).encode()
        image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", text))
    return image


def _write_itk(volume: Volume, array: np.ndarray, path: Path) -> None:
    image = to_image(array, volume.affine)
    if volume.provenance is not None:
        image.SetMetaData(MARK_KEY, as_text(volume.provenance))
    try:
        sitk.WriteImage(image, str(path), useCompression=True)
    except RuntimeError:
        _raise_oserror(path, array.nbytes)


def _read_back(path: Path, size: int) -> None:
    """ITK's writers do not always notice a full disk, so the result is checked like an input."""
    try:
        check(path)
    except MedGANSynthError:
        _raise_oserror(path, size)


def _raise_oserror(path: Path, size: int) -> None:
    full = shutil.disk_usage(path.parent).free < size
    raise OSError(errno.ENOSPC if full else errno.EIO, "the image writer failed")
