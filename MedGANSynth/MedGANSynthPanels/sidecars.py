"""Beside every file that Slicer saves of a synthetic volume or sequence: a sidecar; and back.

Most image files that Slicer writes hold no node attributes, so `<file>.synthetic.json` is what
tells that their voxels are synthetic; `medgansynth provenance` finds it by the voxels' hash. After
a file was saved or exported that has the shape of a synthetic node it is read, to see whose voxels
it holds; one that holds a real volume now loses its sidecar. Scripts may save by a storage node, of
which no event tells; but the storage node is modified while it writes. (A scene bundle, .mrb, holds
the marks with the nodes; nothing is put into it.)

A file that is loaded with such a sidecar is marked again.
"""

import hashlib
import json
import logging
from pathlib import Path

import numpy as np
import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.files import write_text
from MedGANSynthLib.schema import read_json, to_dict
from MedGANSynthLib.volume.provenance import Provenance, Sidecar

from .errors import PanelError
from .geometry import closest_axes, ijk_to_world
from .image_files import read_image, shape_in, shape_of, voxels_of
from .made_sequences import mark_sequence
from .marking import SUFFIXES, is_synthetic, mark, provenance_of, sidecar_path

_FILE_SAVED = "fileSaved(qSlicerIO::IOProperties)"


class Sidecars(VTKObservationMixin):
    """Watches synthetic volumes and sequences; one for the session, `stop` it in the end."""

    def __init__(self) -> None:
        VTKObservationMixin.__init__(self)
        self._stopped = self._waiting = False
        self._looked_at: set[tuple[str, Path]] = set()
        self._read: set[tuple[Path, int]] = set()
        scene = slicer.vtkMRMLScene
        self.addObserver(slicer.mrmlScene, scene.NodeAddedEvent, self._look)
        self.addObserver(slicer.mrmlScene, scene.EndImportEvent, self._look)
        slicer.app.coreIOManager().connect(_FILE_SAVED, self._file_saved)
        self._look()

    def stop(self) -> None:
        """Watch no more."""
        self._stopped = True
        slicer.app.coreIOManager().disconnect(_FILE_SAVED, self._file_saved)
        self.removeObservers()

    def _file_saved(self, properties) -> None:
        """A file was saved or exported."""
        path = Path(str(properties.get("fileName") or ""))
        if path.name.lower().endswith(SUFFIXES):
            mark_file(path)

    def _look(self, *_arguments) -> None:
        """Have a look when what goes on now has ended: nodes get ready, files get written."""
        if not self._waiting:
            self._waiting = True
            qt.QTimer.singleShot(0, self.update)

    def update(self) -> None:
        """Watch what is new, and write what is missing."""
        self._waiting = False
        if self._stopped:
            return
        for node in _volumes_and_sequences():
            path = _path_of(node)
            if path is None:
                continue
            if not is_synthetic(node):
                self._recognise(node, path)
            if is_synthetic(node):
                self._keep_marked(node, node.GetStorageNode(), path)

    def _recognise(self, node, path: Path) -> None:
        """Mark what was loaded from a file whose sidecar names these voxels."""
        seen = (node.GetID(), path)
        if seen not in self._looked_at and not node.GetModifiedSinceRead():
            self._looked_at.add(seen)
            provenance = provenance_of_file(node, path)
            if provenance is not None:
                is_sequence = node.IsA("vtkMRMLSequenceNode")
                (mark_sequence if is_sequence else mark)(node, provenance)

    def _keep_marked(self, node, storage, path: Path) -> None:
        modified = vtk.vtkCommand.ModifiedEvent
        if not self.hasObserver(storage, modified, self._look):
            self.addObserver(storage, modified, self._look)
        if _lacks_sidecar(node, path):
            saved = (path, path.stat().st_mtime_ns)
            if saved not in self._read:
                self._read.add(saved)
                mark_file(path)


def mark_file(path: Path) -> None:
    """Write the sidecar of a file that holds the voxels of a synthetic node of the scene.

    The file may be hardened: then it lies in world space. If it holds other voxels than its sidecar
    says, those of a real volume, for example, the sidecar is removed.
    """
    shape = shape_in(path)
    if shape is None:
        return
    alike = [node for node in _volumes_and_sequences() if _is_alike(shape_of(node), shape)]
    synthetic = [node for node in alike if provenance_of(node)]
    if not synthetic and not sidecar_path(path).is_file():
        return
    written = read_image(path, shape[3])
    if written is None:
        return
    array, affine = written
    voxels = voxel_hash(array, affine)
    saved = [node for node in alike if _path_of(node) == path]  # most likely, so asked first
    own = next((node for node in [*saved, *synthetic] if _holds(node, voxels)), None)
    provenance = provenance_of(own) if own is not None else None
    try:
        if provenance is not None:
            write_sidecar(path, array, affine, provenance)
        elif sidecar_path(path).is_file() and _provenance_beside(path, voxels) is None:
            sidecar_path(path).unlink()
    except (OSError, MedGANSynthError) as error:  # the volume itself was saved
        logging.warning(f"{path.name} is not marked as it should be beside it: {error}")


def _volumes_and_sequences() -> list:
    classes = ("vtkMRMLScalarVolumeNode", "vtkMRMLSequenceNode")
    return [node for kind in classes for node in slicer.util.getNodesByClass(kind)]


def _is_alike(shape: tuple | None, other: tuple) -> bool:
    """Whether shapes are equal but for the order of the axes of space."""
    return shape is not None and (sorted(shape[:3]), shape[3]) == (sorted(other[:3]), other[3])


def _path_of(node) -> Path | None:
    """The file that a node was loaded from or saved to."""
    storage = node.GetStorageNode()
    name = storage.GetFullNameFromFileName() if storage is not None else None
    return Path(name) if name else None


def _holds(node, voxels: str) -> bool:
    """Whether these are a node's voxels where they are, or where its parent transform puts them."""
    array, affine = voxels_of(node)
    if voxel_hash(array, affine) == voxels:
        return True
    try:
        return node.IsA("vtkMRMLVolumeNode") and voxel_hash(array, ijk_to_world(node)) == voxels
    except PanelError:  # not linear
        return False


def provenance_of_file(node, path: Path) -> Provenance | None:
    """What the sidecar of a node's file says, if it belongs to the node's voxels."""
    if not sidecar_path(path).is_file() or shape_of(node) is None:
        return None
    return _provenance_beside(path, voxel_hash(*voxels_of(node)))


def _provenance_beside(path: Path, voxels: str) -> Provenance | None:
    try:
        sidecar = read_json(Sidecar, sidecar_path(path))
    except MedGANSynthError:
        return None
    return sidecar.provenance if voxels == sidecar.voxels_sha256 else None


def write_sidecar(
    path: Path, array: np.ndarray, affine: np.ndarray, provenance: Provenance
) -> None:
    """Mark the file `path`, which holds the voxels `array` [k, j, i] or [t, k, j, i].

    Raises:
        OSError, MedGANSynthError: it cannot be written.
    """
    sidecar = to_dict(Sidecar(1, voxel_hash(array, affine), provenance))
    write_text(sidecar_path(path), json.dumps(sidecar, indent=1) + "\n")


def voxel_hash(array: np.ndarray, affine: np.ndarray) -> str:
    """`MedGANSynthLib.volume.marks.voxel_hash` with numpy alone, of [k, j, i] or [t, k, j, i]."""
    axes, turned = closest_axes(affine)
    array = array.T
    array = np.flip(array.transpose(*axes, *range(3, array.ndim)), np.flatnonzero(turned))
    digest = hashlib.sha256(json.dumps(list(array.shape)).encode())
    for k in range(array.shape[2]):
        slice_ = array[:, :, k].astype("<f4") + np.float32(0)  # -0.0 becomes 0.0
        digest.update(slice_.tobytes(order="F"))
    return digest.hexdigest()


def _lacks_sidecar(node, path: Path) -> bool:
    """Whether the node was saved to `path`, and that after its sidecar was."""
    if not path.is_file() or node.GetModifiedSinceRead():
        return False
    sidecar = sidecar_path(path)
    return not sidecar.exists() or sidecar.stat().st_mtime_ns < path.stat().st_mtime_ns
