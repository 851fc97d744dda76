"""From volume nodes to files for the library: raw NRRD on the node's own voxel grid.

Written here rather than by a storage node, because those turn left-handed grids and write a node's
attributes, which may name a patient. The geometry in the file is that of world space, so that a
volume and its hardened copy give the same result; the voxels keep the node's own order.
"""

import re
from pathlib import Path

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _

from MedGANSynthLib.volume.coverage import share_covered
from MedGANSynthLib.wording import counted

from .asked import check_node
from .errors import PanelError
from .fitting import Way
from .geometry import (
    closest_axes,
    ijk_to_ras,
    ijk_to_world,
    is_singular,
    same_grid,
    shape_of,
    without_shear,
)
from .nodes import LABELS, called
from .resampling import resampled
from .temporary import cannot_be_used

_TYPES = {
    "int8": "int8",
    "uint8": "uint8",
    "int16": "int16",
    "uint16": "uint16",
    "int32": "int32",
    "uint32": "uint32",
    "int64": "int64",
    "uint64": "uint64",
    "float32": "float",
    "float64": "double",
}


def check_volume(node, name: str = "") -> None:
    """Refuse what cannot be translated.

    Args:
        name: what it is called in place of its own name.

    Raises:
        PanelError: no node, no voxels, one that is no volume of one number a voxel, no usable
            geometry.
    """
    if node is None:
        raise PanelError(_("No volume is chosen; load one and choose it."))
    check_node(node)
    if problem := _problem(node):
        raise PanelError(f"{name or called(node)} {problem}")
    ijk_to_world(node)


def _problem(node) -> str | None:
    if not node.IsA("vtkMRMLScalarVolumeNode"):
        return _("is not a volume; choose a volume.")
    if node.IsA(LABELS):
        return _("is a label map, not an image; choose the image itself.")
    image = node.GetImageData()
    if image is None or image.GetPointData().GetScalars() is None or 0 in image.GetDimensions():
        return _("holds no voxels; load it again or choose another volume.")
    if image.GetNumberOfScalarComponents() != 1:
        return _(
            "holds {count} numbers at each voxel (a vector or colour volume); choose a volume "
            "that holds one."
        ).format(count=image.GetNumberOfScalarComponents())
    if image.GetScalarType() == vtk.VTK_BIT:
        return _("is a mask of single bits; choose an image.")
    if is_singular(ijk_to_ras(node)):
        return _("has no usable geometry (its voxel axes do not span space); correct its spacing.")
    return None


_PLANES = {"LR": "sagittal", "AP": "coronal", "IS": "axial"}


def check_slices(node, way: Way, name: str = "") -> None:
    """Refuse a single slice, unless the model works on such slices one by one.

    Args:
        name: what it is called in place of its own name.

    Raises:
        PanelError: it works on others, or on whole volumes.
    """
    shape = shape_of(node)
    if 1 not in shape:
        return
    axes, _turned = closest_axes(ijk_to_world(node))
    across = [pair for pair, axis in zip(_PLANES, axes, strict=True) if shape[axis] == 1]
    wanted = next(pair for pair in _PLANES if way.entry.manifest.grid.orientation[2] in pair)
    if not way.direction.slices:
        text = _("{name} is a single slice, and the model works on whole volumes; choose a volume.")
    elif across != [wanted]:
        text = _("{name} is one slice, but no {plane} one as the model takes; choose another.")
    else:
        return
    raise PanelError(text.format(name=name or called(node), plane=_PLANES[wanted]))


def export_volume(node, path: Path) -> list[str]:
    """Write one scalar volume.

    Returns:
        What the user should know, one sentence each.

    Raises:
        PanelError: the volume cannot be used (`check_volume`), the file cannot be written.
    """
    check_volume(node)
    affine, sheared = without_shear(ijk_to_world(node))
    write_nrrd(path, slicer.util.arrayFromVolume(node), affine)
    return [_sheared(called(node))] if sheared else []


def export_inputs(
    nodes: dict, folder: Path, worlds: dict | None = None, names: dict[str, str] | None = None
) -> tuple[dict[str, Path], list[str]]:
    """Write the inputs of one translation, all on the voxel grid of the first.

    Others that lie elsewhere in world space are interpolated at the first's voxels.

    Args:
        nodes: volume nodes by modality.
        worlds: by modality, what brings a node into world space where that is not its own parent
            transform (the frames of a sequence have none).
        names: by modality, what a node is called in place of its own name.

    Returns:
        The files by modality, and what the user should know.

    Raises:
        PanelError: as `export_volume`; or a volume that does not overlap with the first.
    """
    for node in nodes.values():
        check_volume(node)
    grids = {
        modality: worlds[modality] @ ijk_to_ras(node) if worlds else ijk_to_world(node)
        for modality, node in nodes.items()
    }
    names = names or {modality: called(node) for modality, node in nodes.items()}
    modality, first = next(iter(nodes.items()))
    grid, first_name = grids[modality], names[modality]
    affine, sheared = without_shear(grid)
    files, notices = {}, [_sheared(first_name)] if sheared else []
    for modality, node in nodes.items():
        array = slicer.util.arrayFromVolume(node)
        check_finite(node, names[modality])
        if not same_grid(shape_of(node), grids[modality], shape_of(first), grid):
            share = share_covered(shape_of(first), grid, shape_of(node), grids[modality])
            if share == 0:
                text = _("{name} and {first} do not overlap; register them first.")
                raise PanelError(text.format(name=names[modality], first=first_name))
            array = resampled(node, grids[modality], first, grid)
            text = _("{name} was interpolated onto the grid of {first}, since it lies on another.")
            if share <= 0.99:
                text += " " + _("It covers only {percent} % of it.")
            percent = f"{100 * share:.0f}"
            notices.append(text.format(name=names[modality], first=first_name, percent=percent))
        files[modality] = Path(folder) / modality / (file_name(node.GetName()) + ".nrrd")
        make_folder(files[modality].parent)
        write_nrrd(files[modality], array, affine)
    return files, notices


def check_finite(node, name: str) -> None:
    """Refuse a volume that has voxels without a finite number.

    Args:
        name: what it is called.

    Raises:
        PanelError: it has.
    """
    array = slicer.util.arrayFromVolume(node)
    if array.dtype.kind == "f":
        count = sum(slice_.size - np.count_nonzero(np.isfinite(slice_)) for slice_ in array)
        if count:
            text = _("{name} has {voxels} without a finite number; put numbers there first.")
            raise PanelError(text.format(name=name, voxels=counted(count, "voxel")))


def file_name(name: str) -> str:
    """A node's name as a file name: the library's messages speak of files."""
    safe = re.sub(r"[^\w.-]+", "_", name).strip("._-")[:60]
    return safe or "volume"


def write_nrrd(path: Path, array: np.ndarray, affine: np.ndarray) -> None:
    """Write voxels [k, j, i] as uncompressed NRRD.

    Raises:
        PanelError: the disk is full, or the folder cannot be written to.
    """
    array = np.ascontiguousarray(array)
    kind = _TYPES[array.dtype.newbyteorder("=").name]
    directions = " ".join(_vector(affine[:3, axis]) for axis in range(3))
    header = (
        "NRRD0004\n"
        f"type: {kind}\n"
        "dimension: 3\n"
        "space: right-anterior-superior\n"
        f"sizes: {' '.join(str(n) for n in reversed(array.shape))}\n"
        f"space directions: {directions}\n"
        "kinds: domain domain domain\n"
        "endian: little\n"
        "encoding: raw\n"
        f"space origin: {_vector(affine[:3, 3])}\n\n"
    )
    try:
        with open(path, "wb") as file:
            file.write(header.encode())
            file.write(memoryview(array.astype(array.dtype.newbyteorder("<"), copy=False)))
    except OSError as error:
        raise cannot_be_used(error) from None


def _sheared(name: str) -> str:
    return _("{name} is sheared; the model sees its voxels without the shear.").format(name=name)


def _vector(values: np.ndarray) -> str:
    return "(" + ",".join(repr(float(v)) for v in values) + ")"


def make_folder(folder: Path) -> None:
    """A new folder with its parents.

    Raises:
        PanelError: the disk is full, or the folder above cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_be_used(error) from None
