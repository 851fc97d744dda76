"""DICOM export from a node, by the real worker, read with pydicom."""

import numpy as np
import pydicom
import pytest
import slicer
from MedGANSynthPanels.dicom_out import export_dicom
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_world
from MedGANSynthPanels.marking import mark
from MedGANSynthPanels.process import WorkerClient

from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.read import read

PROVENANCE = Provenance(model="m", model_sha256="0" * 64, direction="t1-to-t2")


def test_a_series_that_says_synthetic_and_names_nobody(
    scene, volume, transform, tmp_path, wait_until
):
    node = volume("Doe^John")
    node.SetAttribute("DICOM.instanceUIDs", "1.2.3.4")
    transform([[0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]], node)
    mark(node, PROVENANCE)
    (tmp_path / "series").mkdir()
    heard = []
    worker = WorkerClient()
    try:
        export_dicom(node, tmp_path / "series", heard.append, worker)
        wait_until(lambda: heard and heard[-1]["event"] in ("done", "error"), 90)
    finally:
        worker.stop()
    assert heard[-1]["event"] == "done", heard[-1]
    files = sorted((tmp_path / "series").iterdir())
    assert len(files) == 3
    for path in files:
        dataset = pydicom.dcmread(path)
        assert dataset[0x0008001C].value == "YES"
        assert dataset.SeriesDescription.startswith("SYNTHETIC")
        assert "Doe" not in str(dataset)
        assert b"1.2.3.4" not in path.read_bytes()
    made = read(tmp_path / "series")
    voxels = slicer.util.arrayFromVolume(node)
    assert made.array.size == voxels.size
    for ijk in ((0, 0, 0), (4, 3, 2), (1, 2, 0)):  # wherever DICOM's own axes run
        there = np.linalg.solve(made.affine, ijk_to_world(node) @ (*ijk, 1))[:3]
        np.testing.assert_allclose(there, np.rint(there), atol=1e-3)
        assert made.array[tuple(np.rint(there).astype(int))] == voxels[ijk[::-1]]


def test_only_what_is_marked_goes_out(scene, volume, tmp_path):
    node = volume("T1")
    with pytest.raises(PanelError, match="T1 is not synthetic"):
        export_dicom(node, tmp_path / "a", print, object())
    mark(node, PROVENANCE)
    node.SetAttribute("MedGANSynth.Provenance", "?")
    with pytest.raises(PanelError, match="not known any more"):
        export_dicom(node, tmp_path / "a", print, object())


def test_a_folder_with_something_in_it_is_left_alone(scene, volume, tmp_path, closed):
    node = volume("T1")
    mark(node, PROVENANCE)
    (tmp_path / "old.dcm").write_text("")
    for nothing in (None, "", 3):
        with pytest.raises(PanelError, match="Name a new or empty folder"):
            export_dicom(node, nothing, None)
    with pytest.raises(PanelError, match="is not empty"):
        export_dicom(node, tmp_path, print, object())
    with pytest.raises(PanelError, match=r"old\.dcm is not a folder; choose one\.$"):
        export_dicom(node, tmp_path / "old.dcm", print, object())
    closed(tmp_path)
    with pytest.raises(PanelError, match=r"cannot be looked into \(no permission\); choose anot"):
        export_dicom(node, tmp_path, print, object())


@pytest.mark.parametrize("chosen", ["missing", "file", "unread"])
def test_a_folder_that_is_none_is_one_sentence(
    module, volume, tmp_path, closed, chosen, click, monkeypatch
):
    import qt

    (tmp_path / "file").write_text("")
    (tmp_path / "unread").mkdir()
    closed(tmp_path / "unread")
    node, panel = volume("T2"), module.pages.translate
    mark(node, PROVENANCE)
    monkeypatch.setattr(panel.logic, "ready", lambda parent: True)
    panel.ui.exportSelector.setCurrentNode(node)
    answer = staticmethod(lambda *arguments: str(tmp_path / chosen))
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", answer)
    click(panel.ui.exportButton)
    assert panel.message.text.startswith(str(tmp_path / chosen) + " ")
    assert panel.message.text.endswith("choose another folder." if chosen == "unread" else "one.")


def test_the_logic_waits_for_it(module, volume, tmp_path):
    node = volume("T2")
    mark(node, PROVENANCE)
    logic = slicer.util.getModuleLogic("MedGANSynth")
    assert logic.export_dicom(node, tmp_path / "series") == tmp_path / "series"
    assert len(list((tmp_path / "series").iterdir())) == 3
    with pytest.raises(PanelError, match="is not empty"):
        logic.export_dicom(node, tmp_path / "series")
