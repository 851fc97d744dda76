"""Image files that Slicer saved: what they hold, by their headers, and their voxels again."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import slicer

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.textheader import read_lines, whole_numbers

from .geometry import ijk_to_ras

_REAL = (2, 4, 8, 16, 64, 256, 512, 768, 1024, 1280)  # NIfTI's codes of one number a voxel
_SPACE = {"domain", "space", "none", "???"}

Shape = tuple[int, int, int, int]
Voxels = tuple[np.ndarray, np.ndarray]
"""Voxels [k, j, i], of several frames [t, k, j, i]; and voxel index to RAS millimetres."""


def shape_in(path: Path) -> Shape | None:
    """Number of voxels along i, j, k and of frames; None: neither a volume nor a sequence."""
    name = path.name.lower()
    try:
        if name.endswith((".nii", ".nii.gz")):
            return _in_nifti(path)
        return _in_nrrd(path) if name.endswith((".nrrd", ".nhdr")) else _in_metaimage(path)
    except (MedGANSynthError, OSError, EOFError, ValueError, KeyError, struct.error, zlib.error):
        return None


def shape_of(node) -> Shape | None:
    """The same of a volume node or a sequence node."""
    frames = _frames(node)
    if not frames or any(frame.GetImageData() is None for frame in frames):
        return None
    sizes = {frame.GetImageData().GetDimensions() for frame in frames}
    return (*sizes.pop(), len(frames)) if len(sizes) == 1 else None


def voxels_of(node) -> Voxels:
    """What a node holds that has a `shape_of`; of a sequence on its first frame's grid."""
    frames = _frames(node)
    arrays = [slicer.util.arrayFromVolume(frame) for frame in frames]
    return arrays[0] if len(arrays) == 1 else np.stack(arrays), ijk_to_ras(frames[0])


def read_image(path: Path, frames: int) -> Voxels | None:
    """What a file holds that has a `shape_in`; None if it cannot be read."""
    scene = slicer.vtkMRMLScene()  # of its own: a sequence is read inside a scene
    if frames == 1:
        node, storage = slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLVolumeArchetypeStorageNode()
    else:
        node, storage = slicer.vtkMRMLSequenceNode(), slicer.vtkMRMLVolumeSequenceStorageNode()
    scene.AddNode(node)
    scene.AddNode(storage)
    storage.SetFileName(str(path))
    return voxels_of(node) if storage.ReadData(node) and shape_of(node) else None


def _frames(node) -> list:
    """Volume nodes of one number a voxel; none where a node holds others."""
    frames = [node]
    if node.IsA("vtkMRMLSequenceNode"):
        frames = [node.GetNthDataNode(n) for n in range(node.GetNumberOfDataNodes())]
    others = ("vtkMRMLVectorVolumeNode", "vtkMRMLTensorVolumeNode")
    plain = (f.IsA("vtkMRMLScalarVolumeNode") and not any(map(f.IsA, others)) for f in frames)
    return frames if all(plain) else []


def _in_nifti(path: Path) -> Shape | None:
    with gzip.open(path) if path.name.lower().endswith(".gz") else open(path, "rb") as file:
        header = file.read(348)
    axes, *sizes = struct.unpack_from("<8h", header, 40)
    (kind,) = struct.unpack_from("<h", header, 70)
    frames = sizes[3] if axes == 4 else 1
    return (*sizes[:3], frames) if axes in (3, 4) and kind in _REAL else None


def _in_nrrd(path: Path) -> Shape | None:
    fields = _fields(path, ": ")
    sizes = whole_numbers(path.name, "sizes", fields["sizes"])
    kinds = fields.get("kinds", "").split()
    if len(sizes) == 3 and _SPACE.issuperset(kinds):
        return (*sizes, 1)
    return sizes if len(sizes) == 4 and kinds[3:] in (["list"], ["time"]) else None


def _in_metaimage(path: Path) -> Shape | None:
    fields = _fields(path, " = ")
    sizes = whole_numbers(path.name, "DimSize", fields["DimSize"])
    is_plain = len(sizes) == 3 and fields.get("ElementNumberOfChannels", "1") == "1"
    return (*sizes, 1) if is_plain else None


def _fields(path: Path, sign: str) -> dict[str, str]:
    """What a text header says; voxels may follow it."""
    lines, _end = read_lines(path, lambda line: not line or line.startswith("ElementDataFile"))
    return {key: value.strip() for key, _sign, value in (line.partition(sign) for line in lines)}
