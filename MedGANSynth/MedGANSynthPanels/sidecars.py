"""Beside every file that Slicer saves of a synthetic volume: `<file>.synthetic.json`; and back.

Image files that Slicer writes hold no node attributes, so the sidecar is what tells that their
voxels are synthetic; `medgansynth provenance` finds it by the voxels' hash. After a file was saved
or exported it is read, to see whose voxels it holds; one that holds a real volume now loses its
sidecar. Scripts may save by a storage node, of which no event tells; but the storage node is
modified while it writes. (A scene bundle, .mrb, holds the marks with the nodes; nothing is put into
it.)

A volume file that is loaded with such a sidecar is marked again.
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
from .geometry import closest_axes, ijk_to_ras, ijk_to_world, shape_of
from .marking import SUFFIXES, is_synthetic, mark, provenance_of, sidecar_path

_FILE_SAVED = "fileSaved(qSlicerIO::IOProperties)"


class Sidecars(VTKObservationMixin):
    """Watches the scene's synthetic volumes; one for the session, `stop` it in the end."""

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
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
            path = _path_of(node)
            if path is None:
                continue
            if not is_synthetic(node):
                self._recognise(node, path)
            if is_synthetic(node):
                self._keep_marked(node, node.GetStorageNode(), path)

    def _recognise(self, node, path: Path) -> None:
        """Mark a volume that was loaded from a file whose sidecar names these voxels."""
        seen = (node.GetID(), path)
        if seen not in self._looked_at and not node.GetModifiedSinceRead():
            self._looked_at.add(seen)
            provenance = provenance_of_file(node, path)
            if provenance is not None:
                mark(node, provenance)

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
    """Write the sidecar of a file that holds the voxels of a synthetic volume of the scene.

    The file may be hardened: then it lies in world space. If it holds other voxels than its sidecar
    says, those of a real volume, for example, the sidecar is removed.
    """
    volumes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    volumes = [node for node in volumes if node.GetImageData() is not None]
    synthetic = [node for node in volumes if provenance_of(node)]
    written = _read(path) if synthetic or sidecar_path(path).is_file() else None
    if written is None:
        return
    array, affine = slicer.util.arrayFromVolume(written), ijk_to_ras(written)
    voxels = voxel_hash(array, affine)
    saved = [node for node in volumes if _path_of(node) == path]  # most likely, so asked first
    shape = sorted(shape_of(written))
    alike = [node for node in [*saved, *synthetic] if sorted(shape_of(node)) == shape]
    own = next((node for node in alike if _holds(node, voxels)), None)
    provenance = provenance_of(own) if own is not None else None
    try:
        if provenance is not None:
            write_sidecar(path, array, affine, provenance)
        elif sidecar_path(path).is_file() and provenance_of_file(written, path) is None:
            sidecar_path(path).unlink()
    except (OSError, MedGANSynthError) as error:  # the volume itself was saved
        logging.warning(f"{path.name} is not marked as it should be beside it: {error}")


def _path_of(node) -> Path | None:
    """The file that a node was loaded from or saved to."""
    storage = node.GetStorageNode()
    return Path(storage.GetFullNameFromFileName() or "") if storage is not None else None


def _read(path: Path):
    """A volume node, in no scene, with what a file holds; None if it cannot be read."""
    node, storage = slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetFileName(str(path))
    return node if storage.ReadData(node) else None


def _holds(node, voxels: str) -> bool:
    """Whether these are a node's voxels where they are, or where its parent transform puts them."""
    array = slicer.util.arrayFromVolume(node)
    if voxel_hash(array, ijk_to_ras(node)) == voxels:
        return True
    try:
        return voxel_hash(array, ijk_to_world(node)) == voxels
    except PanelError:  # not linear
        return False


def provenance_of_file(node, path: Path) -> Provenance | None:
    """What the sidecar of a node's file says, if it belongs to the node's voxels."""
    if not sidecar_path(path).is_file() or node.GetImageData() is None:
        return None
    try:
        sidecar = read_json(Sidecar, sidecar_path(path))
    except MedGANSynthError:
        return None
    voxels = voxel_hash(slicer.util.arrayFromVolume(node), ijk_to_ras(node))
    return sidecar.provenance if voxels == sidecar.voxels_sha256 else None


def write_sidecar(
    path: Path, array: np.ndarray, affine: np.ndarray, provenance: Provenance
) -> None:
    """Mark the file `path`, which holds the voxels `array` [k, j, i].

    Raises:
        OSError, MedGANSynthError: it cannot be written.
    """
    sidecar = to_dict(Sidecar(1, voxel_hash(array, affine), provenance))
    write_text(sidecar_path(path), json.dumps(sidecar, indent=1) + "\n")


def voxel_hash(array: np.ndarray, affine: np.ndarray) -> str:
    """`MedGANSynthLib.volume.marks.voxel_hash` of voxels [k, j, i], with numpy alone."""
    axes, turned = closest_axes(affine)
    array = np.flip(array.transpose(2, 1, 0).transpose(axes), np.flatnonzero(turned))
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
