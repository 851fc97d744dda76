"""A synthetic volume node as a DICOM series, written and marked by the library."""

import os
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.provenance import Provenance

from .errors import PanelError
from .folders import is_empty, writing_problem
from .geometry import ijk_to_world
from .lifetime import the_worker
from .marking import is_synthetic, provenance_of
from .nodes import called
from .paths import typed
from .sidecars import write_sidecar
from .temporary import Temporary, new
from .volumes_out import check_volume, file_name, write_nrrd


def export_dicom(node, folder: str | Path, listener: Any, worker: Any = None) -> Any:
    """Write a marked node into a new folder, hardened, since DICOM knows no parent transforms.

    Nothing of any patient goes in: the library makes a new header from voxels, geometry and
    provenance.

    Args:
        listener: hears the worker's events, in the end one `done` or `error`.

    Returns:
        The worker's Job.

    Raises:
        PanelError: the node is not marked as synthetic, or cannot be written.
    """
    check_volume(node)
    provenance = provenance_of(node)
    if provenance is None:
        if is_synthetic(node):
            text = _("How {name} was made is not known any more; translate its input again.")
        else:
            text = _("{name} is not synthetic; export it with Slicer's own DICOM export.")
        raise PanelError(text.format(name=called(node)))
    if not isinstance(folder, str | os.PathLike) or not typed(folder):
        raise PanelError(_("Name a new or empty folder for the DICOM series."))
    folder = typed(folder)
    if os.path.lexists(folder) and not is_empty(folder):
        raise PanelError(_("{folder} is not empty; choose a new folder.").format(folder=folder))
    if problem := writing_problem(folder):
        raise PanelError(f"{problem}.")
    temporary = _with_volume(node, provenance)
    (volume,) = temporary.path.glob("*.nrrd")

    def heard(event: dict[str, Any]) -> None:
        if event["event"] in ("done", "error"):
            temporary.remove()
        if "text" in event:
            event = {**event, "text": event["text"].replace(volume.name, called(node))}
        listener(event)

    fields = {"volume": str(volume), "out": str(folder), "overwrite": folder.exists()}
    return (worker or the_worker()).submit("export-dicom", fields, heard)


def _with_volume(node, provenance: Provenance) -> Temporary:
    """A temporary folder with the node's voxels in world space, and their sidecar."""
    temporary = new()
    path = temporary.path / (file_name(node.GetName()) + ".nrrd")
    try:
        voxels, affine = slicer.util.arrayFromVolume(node), ijk_to_world(node)
        write_nrrd(path, voxels, affine)
        write_sidecar(path, voxels, affine, provenance)
    except (MedGANSynthError, PanelError) as error:
        temporary.remove()
        raise PanelError(str(error)) from None
    return temporary
