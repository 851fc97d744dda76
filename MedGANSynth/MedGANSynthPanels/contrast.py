"""Which contrast a volume shows, as far as its name, its marks and its DICOM series tell."""

import re

import slicer

from .marking import provenance_of

CONTRASTS = {
    "t1": r"t1(?!rho)|mprage|spgr|bravo",
    "t2": r"t2(?![\s_-]*(\*|star))",
    "flair": r"flair",
    "pd": r"(?<![a-z])pd(?![a-z])|pdw",
    "ct": r"(?<![a-z])ct(?![a-z])",
    "pet": r"(?<![a-z])pet(?![a-z])",
}
"""Words in volumes' names that tell the contrast. FLAIR is looked for first: "T2 FLAIR"."""
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


def contrast_in(text: str) -> str | None:
    """The contrast that a name tells; None if it tells none, or more than one."""
    text = text.lower()
    if made := re.search(r"\(synthetic (\w+)\)", text):
        text = made[1]
    if re.search(CONTRASTS["flair"], text):
        return "flair"
    found = [contrast for contrast, pattern in CONTRASTS.items() if re.search(pattern, text)]
    return found[0] if len(found) == 1 else None


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
