"""Cines: 4D files, and folders of frames."""

from pathlib import Path

import SimpleITK as sitk

from ..errors import MedGANSynthError
from ..wording import counted
from .frames import read_frames
from .itk import image_affine
from .marks import provenance_in
from .read import check
from .volume import Volume


def read_cine(path: Path | str, modality: str | None = None) -> Volume:
    """Read a cine as `[i, j, k, t]`: a 4D file, or a folder of PNG or DICOM frames.

    Files are NIfTI, MHA, or NRRD whose last axis is a list or time, as Slicer's `.seq.nrrd`.

    Raises:
        MedGANSynthError: one sentence: which file, what is wrong, what to do.
    """
    path = Path(path)
    if path.is_dir():
        cine = read_frames(path, modality)
        if cine.shape[3] < 2:
            raise MedGANSynthError(f"{path.name}: holds one frame; a cine has two or more.")
        return cine
    header = check(path)
    if header.frames < 2:
        raise MedGANSynthError(f"{path.name}: is one volume, not a cine; give a 4D NIfTI file.")
    if header.nonfinite.size:
        voxels = counted(header.nonfinite.size, "voxel")
        raise MedGANSynthError(f"{path.name}: {voxels} without a finite number; mend the file.")
    try:
        image = sitk.ReadImage(str(path), imageIO=header.reader)
    except RuntimeError:
        raise MedGANSynthError(f"{path.name}: cannot be read; write the file again.") from None
    array = sitk.GetArrayFromImage(image)
    if image.GetDimension() == 3:  # NRRD's frames are the components of its voxels
        array, first = array.transpose(2, 1, 0, 3), image
    else:
        array, first = array.transpose(3, 2, 1, 0), image[:, :, :, 0]
    affine, provenance = image_affine(first), provenance_in(header.marks)
    return Volume(array, affine, modality, provenance, header.notes, header.time_step)
