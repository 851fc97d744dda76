"""Which contrast a volume shows."""

import pytest
import slicer
from MedGANSynthPanels.contrast import contrast_in, contrast_of
from MedGANSynthPanels.marking import mark
from MedGANSynthPanels.volume_list import matching

from MedGANSynthLib.volume.provenance import Provenance


@pytest.mark.parametrize(
    ("name", "contrast"),
    [
        ("sub-01_T1w", "t1"),
        ("MPRAGE 1mm", "t1"),
        ("T2 TSE tra", "t2"),
        ("T2_FLAIR", "flair"),
        ("AX FLAIR", "flair"),
        ("PD weighted", "pd"),
        ("CT abdomen", "ct"),
        ("Phantom T1 (synthetic T2)", "t2"),
        ("T1rho map", None),
        ("T2* GRE", None),
        ("T1 and T2", None),
        ("MRHead", None),
        ("update", None),
    ],
)
def test_a_name_tells_the_contrast(name, contrast):
    assert contrast_in(name) == contrast


def test_how_it_was_made_tells_the_contrast_of_a_renamed_volume(volume):
    node = volume("my favourite")
    assert contrast_of(node) is None
    mark(node, Provenance(model="m", model_sha256="0" * 64, direction="t1-to-t2"))
    assert contrast_of(node) == "t2"
    node.SetName("a FLAIR after all")
    assert contrast_of(node) == "flair"


@pytest.mark.parametrize(
    ("modality", "described", "contrast"),
    [("CT", "", "ct"), ("PT", "T1", "pet"), ("MR", "SAG MPRAGE", "t1"), ("MR", "localizer", None)],
)
def test_the_dicom_series_tells_the_contrast(volume, monkeypatch, modality, described, contrast):
    class Database:
        def descriptionForSeries(self, uid):
            return {"1.2.3": described}[uid]

    node = volume("12: unnamed")
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = tree.GetItemByDataNode(node)
    tree.SetItemUID(item, "DICOM", "1.2.3")
    tree.SetItemAttribute(item, "DICOM.Modality", modality)
    assert contrast_of(node) == (contrast if modality != "MR" else None)
    monkeypatch.setattr(slicer, "dicomDatabase", Database(), raising=False)
    assert contrast_of(node) == contrast


def test_inputs_are_matched_where_one_volume_fits(volume):
    t1, t2, other = volume("a T1"), volume("b T2"), volume("c T2")
    assert matching(["t1", "t2"], {}) == {"t1": t1}
    slicer.mrmlScene.RemoveNode(other)
    assert matching(["t1", "t2"], {"t1": t2}) == {"t1": t2}
    assert matching(["t1", "t2", "pd"], {"pd": None}) == {"t1": t1, "t2": t2, "pd": None}
