"""The marks of synthetic nodes: attributes of the node and of its item in the subject hierarchy.

They are saved with the scene. `corner_label` shows them in the views, `sidecars` writes them beside
files that Slicer saves.
"""

import dataclasses
import json
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.schema import from_dict, parse_json, read_json, to_dict
from MedGANSynthLib.volume.provenance import DISCLAIMER, FLAG, Provenance, Sidecar

from .errors import PanelError

MARK = "MedGANSynth.Synthetic"
PROVENANCE = "MedGANSynth.Provenance"
SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd")


def mark(node, provenance: Provenance) -> None:
    """Say on a node that it is synthetic and how it was made."""
    node.SetAttribute(MARK, "1")
    node.SetAttribute(PROVENANCE, as_text(provenance))
    node.SetDescription(f"{FLAG}. {provenance.tool}, {provenance.model}. {DISCLAIMER}")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(node)
    if item:
        hierarchy.SetItemAttribute(item, MARK, "1")


def is_synthetic(node) -> bool:
    """Whether a node is marked."""
    return node is not None and node.GetAttribute(MARK) == "1"


def provenance_of(node) -> Provenance | None:
    """How a marked node was made; None if it is not marked, or nobody can tell any more."""
    text = node.GetAttribute(PROVENANCE) if is_synthetic(node) else None
    if not text:
        return None
    try:
        return from_dict(Provenance, parse_json(text, "mark"), "mark")
    except MedGANSynthError:  # of another version, or changed by hand
        return None


def as_text(provenance: Provenance) -> str:
    """One line of JSON."""
    return json.dumps(to_dict(provenance), sort_keys=True, separators=(",", ":"))


def with_settings(provenance: Provenance, **settings: bool | int | float | str) -> Provenance:
    """The same with more in `settings`."""
    return dataclasses.replace(provenance, settings={**provenance.settings, **settings})


def sidecar_path(path: Path) -> Path:
    """`MedGANSynthLib.volume.marks.sidecar_path`, with the standard library alone."""
    return path.with_name(path.name + ".synthetic.json")


def provenance_beside(path: Path) -> Provenance:
    """What the sidecar of a file says that the library wrote.

    Raises:
        PanelError: there is none, or it is damaged: the file is not used then.
    """
    try:
        return read_json(Sidecar, sidecar_path(path)).provenance
    except MedGANSynthError:
        raise PanelError(_("The result has lost its mark as synthetic; try again.")) from None
