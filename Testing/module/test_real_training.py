"""From a click to a model, with the library's own trainer in its own process."""

import os
import signal

import numpy as np
import pytest
import slicer

from MedGANSynthLib.data.phantom import head_phantom

PATIENCE_S = 300  # of a busy machine
TINY = "data.size=[32,32] networks.generator.options.levels=5 data.phantoms=2 intervals.preview=8"


@pytest.fixture
def panel(module, tmp_path):
    """The panel on show, with the smallest training there is chosen."""
    panel = module.pages.train
    module.pages.ui.pages.setCurrentWidget(panel.widget)
    module.parent.show()
    ui = panel.ui
    ui.sourceBox.setCurrentIndex(4)
    panel.parameters.train.preset = "cyclegan-t1-t2-debug"
    panel.parameters.train.parent = str(tmp_path)
    ui.nameEdit.text, ui.settingsEdit.text = "tiny run", TINY
    ui.deviceBox.setCurrentIndex(1)
    yield panel
    for run in panel.runs.runs:
        if run.alive:
            os.kill(int((run.folder / "lock").read_text().split()[0]), signal.SIGKILL)
    module.parent.hide()


@pytest.fixture
def wait(panel, wait_until):
    """Wait until the chosen training is in one of these states."""

    def until(*states):
        def there():
            panel.runs.update()
            return panel.runs.run.state in states

        wait_until(there, PATIENCE_S)
        return panel.runs.run

    return until


def check(panel, click, wait_until):
    click(panel.ui.checkButton)
    wait_until(lambda: not panel.running.open, PATIENCE_S)


def test_train_stop_resume_kill_and_keep_the_model(panel, click, wait, wait_until, module):
    ui = panel.ui
    ui.settingsEdit.text = TINY + " images=100000"
    check(panel, click, wait_until)
    assert panel.message.text.startswith("The training can start")
    assert "of disk" in ui.foundText.plainText
    click(ui.trainButton)
    run = wait("running")
    wait_until(lambda: panel.runs.update() or len(run.previews) > 2, PATIENCE_S)
    wait_until(lambda: ui.picturesButton.enabled, PATIENCE_S)
    (chart,) = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
    assert chart.GetTitle() == "tiny run: losses" and chart.GetNumberOfPlotSeriesNodes() > 3
    assert ui.captionLabel.text.startswith("In each row one person's real t1")
    assert ui.pictureLabel.pixmap.width() == 340 and "B of memory" in ui.factsLabel.text
    click(ui.picturesButton)
    (shown,) = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    assert shown.GetImageData().GetDimensions()[2] > 2
    click(ui.stopButton)
    run = wait("stopped")
    stopped_at = run.fraction
    assert 0 < stopped_at < 1 and (run.folder / "checkpoints" / "last.pt").is_file()

    module.onReload()  # the trainer is nobody's child in the new modules
    panel = slicer.modules.MedGANSynthWidget.pages.train
    panel.runs.update()
    click(panel.ui.resumeButton)
    wait_until(lambda: panel.runs.update() or panel.runs.run.fraction > stopped_at, PATIENCE_S)
    os.kill(int((run.folder / "lock").read_text().split()[0]), signal.SIGKILL)
    wait_until(lambda: panel.runs.update() or panel.runs.run.state == "failed", PATIENCE_S)
    assert panel.ui.problemLabel.text.startswith("The trainer was killed or crashed")
    click(panel.ui.exportButton)
    wait_until(lambda: not panel.running.open, PATIENCE_S)
    text = "tiny-run is among your models; Translate and Generate offer it."
    assert panel.message.text.splitlines()[0] == text
    translate = slicer.modules.MedGANSynthWidget.pages.translate
    assert "tiny-run" in [entry.name for entry in translate.choice.entries]


def test_people_of_the_scene_are_exported_and_trained_on(panel, click, wait, wait_until):
    for person in range(2):
        made = head_phantom(person, (32, 32, 5), (6.0, 6.0, 20.0), modalities=("t1", "t2"))
        for name in ("t1", "t2"):
            voxels = np.ascontiguousarray(made[name].array.transpose(2, 1, 0), dtype=np.float32)
            title = f"P{person} {name.upper()}"
            slicer.util.addVolumeFromArray(voxels, made[name].affine, title)
    ui = panel.ui
    ui.sourceBox.setCurrentIndex(3)
    ui.settingsEdit.text = TINY + " images=2"
    slicer.app.processEvents()
    check(panel, click, wait_until)
    assert "Note: Only 1 person to learn from" in ui.foundText.plainText
    click(ui.trainButton)
    run = wait("finished", "failed")
    assert run.state == "finished", run.log()
    assert sorted(p.suffix for p in (run.folder / "data").iterdir()).count(".nii") == 4


def test_too_few_people_are_told_and_leave_no_files(panel, click, wait_until, tmp_path, volume):
    volume("Anna T1"), volume("Anna T2")
    panel.ui.sourceBox.setCurrentIndex(3)
    slicer.app.processEvents()
    check(panel, click, wait_until)
    assert "1 person is too few" in panel.message.text
    assert not (tmp_path / "tiny run").exists()
