"""Which contrast a volume shows, as far as its name, its marks and its DICOM series tell."""

import slicer
from slicer.i18n import tr as _

from MedGANSynthLib.volume.contrast import CONTRASTS, contrast_in, contrast_made

from .fitting import spoken
from .marking import provenance_of
from .nodes import called

_DICOM = {"CT": "ct", "PT": "pet"}


def contrast_of(node) -> str | None:
    """The contrast of a volume node; None if nothing tells it.

    Its name counts most, which the user can change; then how it was made, then its DICOM series'
    description and modality.
    """
    if contrast := contrast_in(node.GetName()):
        return contrast
    if provenance := provenance_of(node):
        return contrast_made(provenance.direction)
    return _contrast_of_series(node)


def mismatch(nodes: dict[str, object]) -> str:
    """Which of the nodes by modality seems to show another one; empty if none does."""
    for modality, node in nodes.items():
        shown = contrast_of(node)
        if modality in CONTRASTS and shown not in (None, modality):
            text = _(
                "{name} seems to be {shown}, but the model takes {modality}; change one of them, "
                "unless the name misleads."
            )
            return text.format(name=called(node), shown=spoken(shown), modality=spoken(modality))
    return ""


def _contrast_of_series(node) -> str | None:
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(node)
    if not item:
        return None
    modality = hierarchy.GetItemAttribute(item, constants.GetDICOMSeriesModalityAttributeName())
    series = hierarchy.GetItemUID(item, constants.GetDICOMUIDName())
    database = getattr(slicer, "dicomDatabase", None)
    described = database.descriptionForSeries(series) if series and database is not None else ""
    return _DICOM.get(modality) or contrast_in(described or "")
