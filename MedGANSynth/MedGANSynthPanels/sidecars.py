"""Beside every file that Slicer saves of a synthetic volume: `<name>.synthetic.json`; and back.

Image files that Slicer writes hold no node attributes, so the sidecar is what tells that their
voxels are synthetic; `medgansynth provenance` finds it by the voxels' hash. No event tells that a
node was saved, but its storage node is modified while it writes. (A scene bundle, .mrb, holds the
marks with the nodes; "Export to file" leaves no trace in the scene and cannot be followed.)

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

from .geometry import closest_axes, ijk_to_ras
from .marking import SIDECAR_SUFFIX, is_synthetic, mark, provenance_of

_SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd")


class Sidecars(VTKObservationMixin):
    """Watches the scene's synthetic volumes; one for the session, `stop` it in the end."""

    def __init__(self) -> None:
        VTKObservationMixin.__init__(self)
        self._stopped = self._waiting = False
        self._looked_at: set[tuple[str, Path]] = set()
        scene = slicer.vtkMRMLScene
        self.addObserver(slicer.mrmlScene, scene.NodeAddedEvent, self._look)
        self.addObserver(slicer.mrmlScene, scene.EndImportEvent, self._look)
        self._look()

    def stop(self) -> None:
        """Watch no more."""
        self._stopped = True
        self.removeObservers()

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
            storage = node.GetStorageNode()
            path = Path(storage.GetFullNameFromFileName() or "") if storage is not None else None
            if path is None:
                continue
            if not is_synthetic(node):
                self._recognise(node, path)
            if is_synthetic(node):
                self._keep_marked(node, storage, path)

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
        provenance = provenance_of(node)
        if provenance is not None and _lacks_sidecar(node, path):
            self._write(node, path, provenance)

    def _write(self, node, path: Path, provenance: Provenance) -> None:
        try:
            voxels = slicer.util.arrayFromVolume(node)
            write_sidecar(path, voxels, ijk_to_ras(node), provenance)
        except (OSError, MedGANSynthError) as error:  # the volume itself was saved
            logging.warning(f"{path.name} is not marked as synthetic beside it: {error}")


def sidecar_path(path: Path) -> Path:
    """`<name without suffix>.synthetic.json` beside the volume."""
    suffix = next((s for s in _SUFFIXES if path.name.lower().endswith(s)), path.suffix)
    return path.with_name(path.name[: len(path.name) - len(suffix)] + SIDECAR_SUFFIX)


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
