"""The Translate panel by mouse clicks: where results go, how they are shown and exported."""

import pytest
import slicer


def test_a_real_volume_is_no_output(panel, volume, synthetic):
    node, real = volume("head"), volume("real")
    panel.choose(t1=node)
    panel.ui.outputSelector.setCurrentNode(real)
    assert panel.ui.translateButton.toolTip == (
        "real is not synthetic and stays as it is; choose another output or a new one"
    )
    assert not panel.ui.translateButton.enabled
    panel.ui.outputSelector.setCurrentNode(synthetic)
    assert panel.ui.translateButton.enabled


def test_the_result_is_shown_as_the_user_likes_it(panel, volume, click):
    from MedGANSynthPanels import display

    manager = slicer.app.layoutManager()
    node, before = volume("head"), manager.layout
    panel.choose(t1=node)
    panel.ui.fadeSlider.value = 0.3
    click(panel.ui.translateButton)
    result = volume("result")
    panel.runs[0].say({"event": "done", "nodes": [result], "seconds": 1.0})
    red = manager.sliceWidget("Red").mrmlSliceCompositeNode()
    assert red.GetBackgroundVolumeID() == node.GetID()
    assert red.GetForegroundVolumeID() == result.GetID()
    assert red.GetForegroundOpacity() == pytest.approx(0.3)
    panel.ui.fadeSlider.value = 0.8
    assert red.GetForegroundOpacity() == pytest.approx(0.8)
    panel.ui.showBox.setCurrentIndex(1)
    assert manager.layout == display.LAYOUT
    assert not panel.ui.fadeSlider.visible
    panel.ui.showBox.setCurrentIndex(0)
    assert manager.layout == before
    slicer.mrmlScene.RemoveNode(result)
    panel.ui.fadeSlider.value = 0.1
    assert panel.result.pair is None


@pytest.fixture
def synthetic(volume):
    """A marked volume."""
    from MedGANSynthPanels.marking import mark

    from MedGANSynthLib.volume.provenance import Provenance

    node = volume("head (synthetic T2)")
    mark(node, Provenance(model="m", model_sha256="0" * 64, direction="t1-to-t2"))
    return node


def test_export_says_why_it_is_not_possible(panel, volume, click):
    button = panel.ui.exportButton
    assert (button.enabled, button.toolTip) == (False, "Choose a synthetic volume")
    panel.ui.exportSelector.setCurrentNode(volume("T1"))
    assert not button.enabled and button.toolTip.startswith("T1 is not synthetic; ")
    panel.ui.sourceBox.setCurrentIndex(2)
    assert not button.visible and not panel.ui.exportSelector.visible


def test_a_result_is_exported_by_mouse(
    panel, volume, synthetic, click, monkeypatch, tmp_path, wait_until
):
    import pydicom
    import qt

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("")
    chosen = [str(tmp_path / "out"), str(tmp_path / "out"), ""]
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *a: chosen.pop(0))
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    assert panel.ui.exportButton.toolTip == "Something runs; cancel it first"
    panel.runs[0].say({"event": "done", "nodes": [synthetic], "seconds": 1.0})
    assert panel.ui.exportSelector.currentNode() is synthetic
    for name in ("head_synthetic_T2", "head_synthetic_T2_2"):
        click(panel.ui.exportButton)
        assert not panel.ui.translateButton.enabled and panel.ui.cancelButton.enabled
        wait_until(lambda: not panel.running.open, 90)
        folder = tmp_path / "out" / name
        text = f"head (synthetic T2) is written as a DICOM series ({folder})."
        assert panel.message.text == text
        files = list(folder.iterdir())
        assert len(files) == 3 and pydicom.dcmread(files[0])[0x0008001C].value == "YES"
    click(panel.ui.exportButton)  # and the dialog is cancelled
    assert not panel.running.open and panel.ui.translateButton.enabled


def test_an_empty_folder_is_taken_as_it_is(tmp_path):
    from MedGANSynthPanels.export_row import empty_folder

    assert empty_folder(tmp_path, "T2") == tmp_path


def test_what_is_said_of_a_result_goes_with_it(panel, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    result = volume("head (synthetic T2)")
    panel.runs[0].say({"event": "done", "nodes": [result], "seconds": 3.2})
    assert panel.message.text == "head (synthetic T2) is ready after 3 s."
    volume("another")
    slicer.app.processEvents()
    assert panel.message.text == "head (synthetic T2) is ready after 3 s."
    slicer.mrmlScene.RemoveNode(result)
    slicer.app.processEvents()
    assert panel.message.text == ""
