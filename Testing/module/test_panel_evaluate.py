"""The Evaluate panel by mouse clicks; the library measures in this process."""

from pathlib import Path

import numpy as np
import pytest
import slicer


@pytest.fixture
def panel(module, library_worker, monkeypatch):
    panel = module.pages.evaluate
    monkeypatch.setattr(panel.logic, "ready", lambda parent: True)
    module.pages.ui.pages.setCurrentWidget(panel.widget)
    module.parent.show()
    yield panel
    module.parent.hide()


@pytest.fixture
def opened(monkeypatch):
    """The addresses that were to be opened."""
    import qt

    addresses = []
    monkeypatch.setattr(qt.QDesktopServices, "openUrl", addresses.append)
    return addresses


def voxels(node):
    return slicer.util.arrayFromVolume(node)


def choose(panel, result, reference, mask=None):
    panel.ui.resultSelector.setCurrentNode(result)
    panel.ui.referenceSelector.setCurrentNode(reference)
    panel.ui.maskSelector.setCurrentNode(mask)


def shown(panel):
    table = panel.ui.figuresTable
    return {
        table.item(row, 0).text(): [table.item(row, column).text() for column in (1, 2)]
        for row in range(table.rowCount)
    }


def test_a_click_measures_a_volume(panel, smooth, click, wait_until):
    reference = smooth("T2")
    made = smooth("T2 (synthetic)", voxels(reference) + 25)
    brain = smooth("brain", voxels(reference) > 0)
    choose(panel, made, reference, brain)
    assert not panel.ui.resultSection.visible
    click(panel.ui.evaluateButton)
    assert panel.ui.cancelButton.enabled and not panel.ui.evaluateButton.enabled
    wait_until(lambda: not panel.running.open)
    assert shown(panel)["mae"][0] == "25"
    assert panel.ui.figuresTable.item(0, 0).text() == "ssim_3d"
    assert shown(panel)["mask_voxels"] == [str((voxels(reference) > 0).sum()), ""]
    assert panel.message.text.startswith(
        "T2 (synthetic) against T2: mean absolute error 25 as it is, "
    )
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    for composite in composites:
        assert composite.GetBackgroundVolumeID() == reference.GetID()
        assert composite.GetForegroundVolumeID() == panel.evaluation.error_map.GetID()

    selection = slicer.app.applicationLogic().GetSelectionNode()
    click(panel.ui.differencesButton)
    assert selection.GetActivePlotChartID() == panel.evaluation.differences.GetID()
    click(panel.ui.histogramButton)
    assert selection.GetActivePlotChartID() == panel.evaluation.histogram.GetID()
    for composite in composites:
        composite.SetForegroundVolumeID(None)
    click(panel.ui.errorMapButton)
    assert composites[0].GetForegroundVolumeID() == panel.evaluation.error_map.GetID()
    assert panel.ui.openReportButton.toolTip == "No report folder was chosen"
    slicer.mrmlScene.RemoveNode(panel.evaluation.error_map)
    slicer.app.processEvents()
    assert not panel.ui.errorMapButton.enabled


def test_a_disabled_button_says_what_is_missing(panel, smooth, click, tmp_path):
    button = panel.ui.evaluateButton
    assert (button.enabled, button.toolTip) == (False, "Choose the result to be judged")
    click(button)
    node = smooth("T2")
    choose(panel, node, None)
    assert button.toolTip == "Choose the reference, a real volume"
    choose(panel, node, node)
    assert button.toolTip == "The result and its reference are the same volume; choose two"
    choose(panel, node, slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "none"))
    assert button.toolTip.startswith("none holds no voxels")
    choose(panel, node, smooth("other"))
    assert button.enabled
    panel.ui.reportFolderEdit.currentPath = str(tmp_path)
    assert button.toolTip == f"{tmp_path} exists already; choose a new one"
    panel.ui.judgedBox.setCurrentIndex(1)
    assert button.toolTip == "Choose the folder of the volumes to be judged"
    panel.ui.resultFolderEdit.currentPath = panel.ui.referenceFolderEdit.currentPath = str(tmp_path)
    assert button.toolTip == "The results and the references lie in the same folder; choose two"
    assert not button.enabled


@pytest.fixture
def here(monkeypatch, tmp_path):
    """The current folder; the home is its folder "home"."""
    monkeypatch.chdir(tmp_path)
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(tmp_path / "home"))
    return tmp_path


def test_a_report_lies_where_it_was_typed(panel, smooth, click, wait_until, opened, here):
    reference = smooth("T2")
    choose(panel, smooth("made", voxels(reference) + 1), reference)
    for text, folder in (("w/report", here / "w" / "report"), ("~/report", here / "home/report")):
        panel.ui.reportFolderEdit.currentPath = text
        click(panel.ui.evaluateButton)
        wait_until(lambda: not panel.running.open)
        assert panel.message.text.startswith("made against T2: mean absolute error 1 as it is")
        assert (folder / "report.html").is_file()
        click(panel.ui.openReportButton)
        assert opened[-1].toLocalFile() == str(folder / "report.html")
        assert panel.ui.evaluateButton.toolTip == f"{text} exists already; choose a new one"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")
def test_a_folder_that_takes_no_report_is_told_before_the_run(panel, smooth, here):
    choose(panel, smooth("made"), smooth("T2"))
    panel.ui.reportFolderEdit.currentPath = "/proc/x"
    assert not panel.ui.evaluateButton.enabled
    expected = "/proc takes no new files; choose another folder"
    assert panel.ui.evaluateButton.toolTip == expected


def test_what_goes_wrong_is_said_in_the_panel(panel, smooth, click, wait_until):
    reference = smooth("T2")
    choose(panel, smooth("made", np.full((14, 26, 30), 7)), reference)
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open)
    assert panel.message.text.startswith(
        "made has the same value everywhere above T2's minimum; choose another result or another"
    )
    far = smooth("far", offset=(900, 0, 0))
    choose(panel, far, reference)
    click(panel.ui.evaluateButton)
    assert panel.message.text == "far and T2 do not overlap; register them first."
    choose(panel, smooth("other"), reference, smooth("empty", np.zeros((14, 26, 30))))
    click(panel.ui.evaluateButton)
    assert panel.message.text.startswith("empty holds no voxel of the volume")
    assert panel.ui.evaluateButton.enabled and not panel.ui.resultSection.visible


@pytest.fixture
def measured(panel, smooth, click, wait_until):
    """Nodes "made", "T2" and "brain", chosen and measured."""
    reference = smooth("T2")
    nodes = (
        smooth("made", voxels(reference) + 1),
        reference,
        smooth("brain", voxels(reference) > 0),
    )
    choose(panel, *nodes)
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open)
    assert panel.ui.resultSection.visible
    return nodes


def test_figures_say_what_they_are_of_and_go_with_it(panel, measured, smooth):
    made, reference, brain = measured
    assert panel.ui.aboutLabel.text == "made against T2, inside brain"
    for other in (
        (reference, made, brain),
        (made, reference, None),
        (smooth("another"), reference, brain),
    ):
        choose(panel, *other)
        assert not panel.ui.resultSection.visible and panel.message.text == ""
        choose(panel, made, reference, brain)
        assert panel.ui.resultSection.visible
    panel.ui.judgedBox.setCurrentIndex(1)
    assert not panel.ui.resultSection.visible
    panel.ui.judgedBox.setCurrentIndex(0)
    assert panel.ui.resultSection.visible


def test_figures_go_when_a_volume_gets_other_voxels_or_another_place(
    panel, module, measured, transform
):
    made, _reference, brain = measured
    panel.enter()
    assert panel.ui.resultSection.visible
    before = voxels(made).copy()
    slicer.util.updateVolumeFromArray(made, before + 3)
    module.pages.enter()
    assert not panel.ui.resultSection.visible
    panel.measured = panel.chosen
    panel.enter()
    assert panel.ui.resultSection.visible
    transform(np.eye(4), brain)
    panel.enter()
    assert not panel.ui.resultSection.visible


def test_figures_go_when_what_they_are_inside_is_drawn_anew(
    panel, smooth, segmentation, click, wait_until
):
    reference, half = smooth("T2"), np.zeros((14, 26, 30), bool)
    half[:, :, :15] = True
    drawn = segmentation(reference, left=half, right=~half)
    choose(panel, smooth("made", voxels(reference) + 1), reference, drawn)
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open)
    panel.enter()
    assert panel.ui.resultSection.visible
    drawn.GetDisplayNode().SetSegmentVisibility("left", False)
    panel.enter()
    assert not panel.ui.resultSection.visible
    drawn.GetDisplayNode().SetSegmentVisibility("left", True)
    panel.enter()
    assert panel.ui.resultSection.visible
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        half[::-1].astype(np.uint8) * 0 + 1, drawn, "right", reference
    )
    panel.enter()
    assert not panel.ui.resultSection.visible


def test_figures_go_when_a_run_fails_or_the_scene_is_closed(
    panel, measured, smooth, click, wait_until
):
    made, reference, _brain = measured
    voxels(made)[:] = 7
    made.Modified()
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open)
    assert panel.message.text.startswith("made has the same value everywhere inside brain; ")
    assert not panel.ui.resultSection.visible
    voxels(made)[:] = voxels(reference) + 2
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open)
    assert shown(panel)["mae"][0] == "2" and panel.ui.resultSection.visible
    slicer.mrmlScene.Clear()
    slicer.app.processEvents()
    assert panel.evaluation is None and not panel.ui.resultSection.visible


def test_each_figure_says_what_it_is(panel, measured):
    table = panel.ui.figuresTable
    assert [table.horizontalHeaderItem(n).text() for n in range(table.columnCount)] == [
        "figure",
        "as it is",
        "after the fit",
    ]
    assert panel.ui.meaningLabel.text.startswith("Click a figure")
    names = [table.item(row, 0).text() for row in range(table.rowCount)]
    for row in range(table.rowCount):
        tip = table.item(row, 1).toolTip()
        assert tip.startswith("<p>") and len(tip) > 20
        for word in ("prediction", "target", "mask"):
            assert word not in tip
    table.setCurrentCell(names.index("bias"), 0)
    assert panel.ui.meaningLabel.text == "bias: mean of result - reference over the judged voxels"


def test_cancel(panel, smooth, click):
    reference = smooth("T2")
    choose(panel, smooth("made", voxels(reference) + 1), reference)
    click(panel.ui.evaluateButton)
    click(panel.ui.cancelButton)
    assert panel.message.text == "Cancelled."
    assert panel.evaluation is None and panel.ui.evaluateButton.enabled


@pytest.mark.parametrize("lost", [False, True])
def test_a_run_that_was_stopped_leaves_no_warning(panel, smooth, click, wait_until, lost):
    whole = smooth("whole")
    part = smooth("T2", voxels(whole)[1:13, 2:24, 3:27], (3, 2, 1))
    choose(panel, whole, part)
    click(panel.ui.evaluateButton)
    assert panel.running.warnings == [
        "whole was interpolated onto the grid of T2, since it lies on another."
    ]
    if lost:
        slicer.mrmlScene.RemoveNode(part)
    else:
        click(panel.ui.cancelButton)
    wait_until(lambda: not panel.running.open)
    text = "T2 was removed during the run, so there is nothing to lay the result on."
    assert panel.message.text == (text if lost else "Cancelled.")


def test_notices_stay_beside_the_result(panel, smooth, click, wait_until):
    whole = smooth("whole")
    part = smooth("T2", voxels(whole)[1:13, 2:24, 3:27] - 8, (3, 2, 1))
    choose(panel, whole, part)
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open)
    assert shown(panel)["bias"][0] == "8"
    assert "whole was interpolated onto the grid of T2" in panel.message.text
    assert "All of T2 above its minimum counts, and background may" in panel.message.text


def test_folders_and_their_report(panel, smooth, click, wait_until, tmp_path, opened):
    from MedGANSynthPanels.volumes_out import export_volume

    for folder in ("made", "real"):
        (tmp_path / folder).mkdir()
    for number in range(2):
        node = smooth(f"sub-{number}")
        export_volume(node, tmp_path / "real" / f"sub-{number}.nrrd")
        voxels(node)[:] += 4
        export_volume(node, tmp_path / "made" / f"sub-{number}.nrrd")
    panel.ui.judgedBox.setCurrentIndex(1)
    assert panel.ui.resultFolderEdit.visible and not panel.ui.resultSelector.visible
    panel.ui.resultFolderEdit.currentPath = str(tmp_path / "made")
    panel.ui.referenceFolderEdit.currentPath = str(tmp_path / "real")
    panel.ui.reportFolderEdit.currentPath = str(tmp_path / "report")
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open)
    assert panel.message.text.startswith("2 cases of 2 people")
    assert panel.ui.figuresTable.item(0, 0).text() == "result"
    assert panel.ui.aboutLabel.text == "made against real, pair by pair"
    header = panel.ui.figuresTable.horizontalHeaderItem(3)
    assert header.text() == "rmse_sd_fit"
    assert "rmse divided by the reference's standard deviation" in header.toolTip()
    click(panel.ui.openReportButton)
    (address,) = opened
    assert address.toLocalFile() == str(tmp_path / "report" / "report.html")
    assert not panel.ui.errorMapButton.enabled and panel.ui.histogramButton.enabled

    panel.ui.judgedBox.setCurrentIndex(2)
    panel.ui.reportFolderEdit.currentPath = str(tmp_path / "second")
    assert panel.ui.trainingFolderEdit.visible and not panel.ui.maskFolderEdit.visible
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open)
    assert "at least 4" in panel.message.text


def test_sets_of_volumes(panel, scene, ball, click, wait_until, here):
    import nibabel

    for folder, first in (("made", 0), ("real", 10)):
        (here / folder).mkdir()
        for seed in range(first, first + 6):
            image = nibabel.Nifti1Image(ball(seed), np.diag([4.0, 4.0, 4.0, 1.0]))
            nibabel.save(image, here / folder / f"{seed}.nii.gz")
    panel.ui.judgedBox.setCurrentIndex(2)
    for name in ("made", "real"):
        edit = {"made": panel.ui.resultFolderEdit, "real": panel.ui.referenceFolderEdit}[name]
        edit.currentPath = name
    panel.ui.reportFolderEdit.currentPath = "report"
    click(panel.ui.evaluateButton)
    wait_until(lambda: not panel.running.open, 60)
    assert panel.message.text.startswith("6 real, 6 synthetic volumes") or (
        "6 synthetic" in panel.message.text
    )
    names = [node.GetName() for node in panel.evaluation.results]
    assert names == ["report: figures", "report: gate"]
    assert panel.ui.aboutLabel.text == "made against real, as sets"
    assert "between two halves of the real set: " in panel.evaluation.meanings["sigma"]
    assert panel.evaluation.meanings["fd_hand"].startswith("needs ")
    assert panel.ui.openReportButton.enabled and not panel.ui.differencesButton.enabled


def test_what_is_chosen_is_kept_with_the_scene(panel, module, smooth, tmp_path):
    choose(panel, smooth("made"), smooth("T2"), smooth("brain"))
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear()
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    chosen = (panel.parameters.result, panel.parameters.reference, panel.parameters.mask)
    assert [node.GetName() for node in chosen] == ["made", "T2", "brain"]
    assert panel.ui.evaluateButton.enabled
