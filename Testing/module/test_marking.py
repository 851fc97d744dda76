"""Marks of nodes, in the scene and after it was saved and loaded again."""

import pytest
import slicer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.marking import (
    MARK,
    is_synthetic,
    mark,
    provenance_beside,
    provenance_of,
    with_settings,
)

from MedGANSynthLib.volume.provenance import Provenance, Source

PROVENANCE = Provenance(
    model="t1-t2-brain",
    model_sha256="a" * 64,
    direction="t1-to-t2",
    inputs=(Source("b" * 64, "t1"),),
    settings={"output_low": 1.0},
)


def test_a_marked_node_says_so_everywhere(scene, volume):
    node = volume()
    assert not is_synthetic(node)
    assert provenance_of(node) is None
    mark(node, PROVENANCE)
    assert is_synthetic(node)
    assert provenance_of(node) == PROVENANCE
    assert node.GetDescription().startswith("SYNTHETIC.")
    assert "not for diagnosis" in node.GetDescription()
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = hierarchy.GetItemByDataNode(node)
    assert hierarchy.GetItemAttribute(item, MARK) == "1"
    assert not is_synthetic(None)


@pytest.mark.parametrize("suffix", ["mrml", "mrb"])
def test_marks_live_in_the_scene_file(scene, volume, tmp_path, suffix):
    mark(volume("T2"), PROVENANCE)
    slicer.util.saveNode(slicer.util.getNode("T2"), str(tmp_path / "T2.nrrd"))
    slicer.util.saveScene(str(tmp_path / f"s.{suffix}"))
    scene.Clear()
    slicer.util.loadScene(str(tmp_path / f"s.{suffix}"))
    assert provenance_of(slicer.util.getNode("T2")) == PROVENANCE


def test_a_copy_is_marked_too(scene, volume):
    node = volume()
    mark(node, PROVENANCE)
    copy = slicer.modules.volumes.logic().CloneVolume(scene, node, "copy")
    assert provenance_of(copy) == PROVENANCE


def test_a_spoilt_attribute_is_no_provenance_but_still_synthetic(volume):
    node = volume()
    mark(node, PROVENANCE)
    node.SetAttribute("MedGANSynth.Provenance", "{}")
    assert is_synthetic(node)
    assert provenance_of(node) is None


def test_settings_are_added():
    assert with_settings(PROVENANCE, restriction="roi").settings == {
        "output_low": 1.0,
        "restriction": "roi",
    }


def test_a_file_without_its_sidecar_is_refused(tmp_path):
    with pytest.raises(PanelError, match="lost its mark"):
        provenance_beside(tmp_path / "a.nii")
