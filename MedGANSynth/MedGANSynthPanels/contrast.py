"""Which contrast a volume shows, as far as its name, its marks and its DICOM series tell."""

import slicer

from MedGANSynthLib.volume.contrast import CONTRASTS, contrast_in

from .marking import provenance_of

_DICOM = {"CT": "ct", "PT": "pet"}


def contrast_of(node) -> str | None:
    """The contrast of a volume node; None if nothing tells it.

    Its name counts most, which the user can change; then how it was made, then its DICOM series'
    description and modality.
    """
    if contrast := contrast_in(node.GetName()):
        return contrast
    if provenance := provenance_of(node):
        made = (provenance.direction or "").rpartition("-to-")[2]
        return made if made in CONTRASTS else None
    return _contrast_of_series(node)


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
