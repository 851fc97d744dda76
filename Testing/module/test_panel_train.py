"""The Train panel by mouse, with a check and trainers that do what a test says."""

import json
import os
import shutil
from pathlib import Path

import pytest
import qt
import slicer
from MedGANSynthPanels.errors import PanelError

COST = {
    "seconds": 9000.0,
    "step_seconds": 0.25,
    "disk": 3 * 2**30,
    "memory": 2**30,
    "device": "cpu",
}
PEOPLE = {"split": "training", "people": 12, "cases": 12, "usable": 12, "t1": 12, "t2": 12}


class Check:
    """Stands for a DataCheck that was started."""

    def __init__(self, asked, options):
        self.asked, self.options, self.open = asked, options, True
        self.listener = options.pop("listener")
        self.result, self.discarded = None, False

    def discard(self):
        self.discarded = True

    def end(self, *findings, **more):
        stops = sum(finding["stops"] for finding in findings)
        self.result = {"text": "", "rows": [PEOPLE], "images": [], "findings": list(findings)}
        self.result |= {"cost": None if stops else COST, "failed": stops, "data": None} | more
        self.open = False
        text = "The training cannot start" if stops else "The training can start"
        ended = {"event": "done", "nodes": [], "seconds": 1.0, "text": text, "bad": stops > 0}
        self.listener(ended)

    def cancel(self):
        self.open = False
        self.listener({"event": "error", "text": "Cancelled.", "cancelled": True})


@pytest.fixture
def panel(module, monkeypatch, tmp_path):
    """The panel on show; checks are kept in `panel.checks`, trainers in `panel.started`."""
    panel = module.pages.train
    panel.checks, panel.started = [], []

    def check(*asked, **options):
        assert options.pop("wait") is False
        panel.checks.append(Check(asked, options))
        return panel.checks[-1]

    def start(task):
        panel.started.append(task)
        task.out.mkdir(parents=True, exist_ok=True)
        (task.out / "lock").write_text(str(os.getpid()))
        return os.getpid()

    from MedGANSynthPanels import trainer

    monkeypatch.setattr(trainer, "start", start)
    monkeypatch.setattr(panel.logic, "check_training", check)
    monkeypatch.setattr(panel.logic, "ready", lambda parent: True)
    module.pages.ui.pages.setCurrentWidget(panel.widget)
    panel.parameters.train.parent = str(tmp_path / "runs")
    module.parent.show()
    yield panel
    module.parent.hide()


def items(box):
    return [box.itemText(n) for n in range(box.count)]


def trial(panel):
    """Choose the phantom and a tiny preset."""
    panel.ui.sourceBox.setCurrentIndex(4)
    names = items(panel.ui.presetBox)
    panel.ui.presetBox.setCurrentIndex(names.index("cyclegan-t1-t2-small-debug"))


def test_presets_are_those_that_the_folders_will_do_for(panel, tmp_path):
    ui = panel.ui
    assert ui.needsLabel.text.startswith("T1 and T2, of the same person, on one voxel grid; a mask")
    assert ui.aboutLabel.text.startswith("CycleGAN T1 <-> T2 for two cores")
    assert not any(name.endswith("-debug") for name in items(ui.presetBox))
    assert list(panel.form.folders.edits) == ["t1", "t2", "mask"]
    assert ui.checkButton.toolTip == "Choose the folders that hold the images"
    panel.form.folders.edits["t1"].currentPath = str(tmp_path)
    names = items(ui.presetBox)
    assert "alpha-wgan-brain-small" in names and "scgan" not in names
    text = "The preset needs T2 too; add them, or choose another preset"
    assert (ui.checkButton.enabled, ui.checkButton.toolTip) == (False, text)
    panel.form.folders.edits["t2"].currentPath = str(tmp_path)
    assert ui.checkButton.enabled
    ui.presetBox.setCurrentIndex(items(ui.presetBox).index("alpha-wgan-brain-small"))
    assert list(panel.form.folders.edits) == ["t1", "mask"]
    assert panel.parameters.train.folders == {"t1": str(tmp_path), "t2": str(tmp_path)}


def test_all_presets_can_be_seen(panel, click):
    trial(panel)
    few = items(panel.ui.presetBox)
    assert all(name.endswith("-debug") for name in few)
    click(panel.ui.allPresetsBox)
    assert len(items(panel.ui.presetBox)) > 2 * len(few) - 1


def test_what_a_preset_is_about_is_shown_as_a_whole(panel, module):
    module.parent.resize(520, 900)
    ui, lines = panel.ui, set()
    for number in range(ui.presetBox.count):
        ui.presetBox.setCurrentIndex(number)
        for _time in range(5):
            slicer.app.processEvents()
        for label in (ui.aboutLabel, ui.needsLabel):
            assert label.height >= label.heightForWidth(label.width), ui.presetBox.currentText
            lines.add(label.height)
    assert len(lines) > 1


def test_a_wrong_setting_is_told_at_once(panel):
    trial(panel)
    panel.ui.settingsEdit.text = "batch=0"
    assert not panel.ui.checkButton.enabled
    assert "batch" in panel.ui.checkButton.toolTip and "batch" in panel.ui.aboutLabel.text
    panel.ui.settingsEdit.text = "batch='2"
    assert panel.ui.checkButton.toolTip == "A quotation mark in the settings lacks its partner."
    panel.ui.settingsEdit.text = "data.source=ct"
    panel.ui.sourceBox.setCurrentIndex(0)
    assert list(panel.form.folders.edits) == ["ct", "t2", "mask"]


def test_check_then_train(panel, click, tmp_path):
    ui = panel.ui
    panel.form.folders.edits["t1"].currentPath = str(tmp_path / "a")
    panel.form.folders.edits["t2"].currentPath = str(tmp_path / "b")
    ui.nameEdit.text, ui.settingsEdit.text = "heads", "batch=2 images=100"
    ui.validationSlider.value = 0.25
    assert ui.trainButton.toolTip == "Check the data first" and not ui.foundText.visible
    click(ui.checkButton)
    (check,) = panel.checks
    folders = {"t1": str(tmp_path / "a"), "t2": str(tmp_path / "b")}
    assert check.asked == ("cyclegan-t1-t2-small", folders, tmp_path / "runs" / "heads")
    assert check.options == {
        "settings": ("batch=2", "images=100"),
        "device": "auto",
        "validation": 0.25,
    }
    assert not ui.checkButton.enabled and not ui.trainButton.enabled
    text = "Check the data first; it writes the data list that the command reads"
    assert not ui.copyButton.enabled and ui.copyButton.toolTip == text
    data = tmp_path / "runs" / "heads" / "data" / "datalist.json"
    check.end({"text": "s1 has no t2.", "stops": False}, data=str(data))
    shown = ui.foundText.plainText
    assert "Note: s1 has no t2." in shown and "12" in shown
    cost = "About 2:30 h on cpu (0.25 s a step), up to 3.0 GB of disk, 1.0 GB of memory."
    assert cost in shown
    command = ui.commandText.plainText
    expected = f"train --preset cyclegan-t1-t2-small --data {data} --out {data.parents[1]} "
    assert command.endswith(f"-m MedGANSynthLib {expected}--set batch=2 images=100")
    click(ui.copyButton)
    assert qt.QApplication.clipboard().text() == command
    data.parent.mkdir(parents=True)
    data.write_text("{}")
    click(ui.trainButton)
    (task,) = panel.started
    assert (task.preset, task.data, task.out.name) == ("cyclegan-t1-t2-small", data, "heads")
    assert ui.runsTable.item(0, 0).text() == "heads" and ui.runsTable.item(0, 1).text() == "running"
    assert panel.message.text == "heads has begun; see below."
    (task.out / "checkpoints").mkdir()
    panel.refresh()
    assert ui.checkButton.toolTip.startswith("There is a training of that name already")
    for name in ("../outside", "/etc/x", "..", "C:\\x"):
        panel.parameters.train.name = name
        panel.refresh()
        assert ui.checkButton.toolTip.startswith("Give a name without slashes"), name
    panel.parameters.train.name = 300 * "n"
    panel.refresh()
    assert ui.checkButton.toolTip == "Give a shorter name"


def test_folders_are_taken_as_people_type_them(panel, click, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(tmp_path / "home"))
    ui = panel.ui
    trial(panel)
    ui.parentEdit.currentPath, ui.nameEdit.text = "~/w", "a"
    assert ui.commandText.plainText.endswith(f"--out {tmp_path / 'home' / 'w' / 'a'}")
    assert ui.parentEdit.currentPath == "~/w"
    ui.parentEdit.currentPath = "w"
    click(ui.checkButton)
    assert panel.checks[0].asked[2] == tmp_path / "w" / "a"
    panel.checks[0].cancel()
    (tmp_path / "bids").mkdir()
    ui.sourceBox.setCurrentIndex(1)
    ui.bidsEdit.currentPath = "bids"
    assert panel.form.missing(panel.parameters.train) is None
    if Path("/proc/self").exists():
        ui.parentEdit.currentPath = "/proc/x"
        assert ui.checkButton.toolTip == "/proc takes no new files; choose another folder"


def test_what_stops_a_training_is_said_before(panel, click):
    trial(panel)
    click(panel.ui.checkButton)
    two = "list.json: s1 is in both training and validation; keep every person in one split."
    panel.checks[0].end({"text": two, "stops": True})
    assert f"Stops: {two}" in panel.ui.foundText.plainText
    assert not panel.ui.trainButton.enabled
    assert panel.ui.trainButton.toolTip == "The check has found what has to be mended first"


def test_what_a_check_has_written_goes_unless_it_is_wanted(panel, click, module):
    trial(panel)
    for name in ("one", "two", "three"):
        panel.ui.nameEdit.text = name
        click(panel.ui.checkButton)
        panel.checks[-1].end()
        if name == "two":
            click(panel.ui.copyButton)
    module.onReload()
    assert [check.discarded for check in panel.checks] == [True, False, True]


def test_a_check_holds_for_what_was_checked(panel, click):
    trial(panel)
    click(panel.ui.checkButton)
    panel.checks[0].end()
    assert panel.ui.trainButton.enabled
    panel.ui.settingsEdit.text = "batch=4"
    assert panel.ui.trainButton.toolTip == "Check the data first"
    panel.ui.settingsEdit.text = ""
    assert panel.ui.trainButton.enabled


def test_what_is_said_goes_with_what_it_was_said_of(panel, click, monkeypatch):
    from MedGANSynthPanels import training_run

    trial(panel)
    click(panel.ui.checkButton)
    panel.checks[0].end()
    assert panel.message.text == "The training can start."
    panel.ui.settingsEdit.text = "batch=4"
    assert panel.message.text == ""
    panel.ui.settingsEdit.text = ""
    click(panel.ui.trainButton)
    panel.runs.update()
    assert panel.message.text == "cyclegan-t1-t2-small-debug has begun; see below."
    monkeypatch.setattr(training_run, "_at_work", lambda process: False)  # killed
    panel.runs.update()
    assert panel.message.text == ""


def test_a_check_can_be_cancelled(panel, click):
    trial(panel)
    assert not panel.ui.cancelButton.visible
    click(panel.ui.checkButton)
    click(panel.ui.cancelButton)
    assert panel.message.text == "Cancelled." and not panel.checks[0].open
    assert panel.ui.checkButton.enabled and not panel.ui.trainButton.enabled


def test_volumes_of_the_scene(panel, volume, click):
    ui = panel.ui
    ui.sourceBox.setCurrentIndex(3)
    assert ui.checkButton.toolTip == "Say which volumes of the scene show what"
    anna, berta, other = volume("Anna T1"), volume("Berta T1"), volume("Anna T2")
    slicer.app.processEvents()
    table = ui.peopleTable
    assert [table.item(row, 2).text() for row in range(3)] == ["Anna", "Berta", "Anna"]
    assert [table.cellWidget(row, 1).currentText for row in range(3)] == ["T1", "T1", "T2"]
    assert "scgan-t1-t2-flair-small" not in items(ui.presetBox)
    volume("Berta FLAIR")
    slicer.app.processEvents()
    assert "scgan-t1-t2-flair-small" in items(ui.presetBox)
    click(ui.checkButton)
    (check,) = panel.checks
    assert check.asked[1] == [
        {"subject": "Anna", "t1": anna, "t2": other},
        {"subject": "Berta", "t1": berta},
    ]
    check.cancel()
    table.item(1, 2).setText("Anna")
    click(ui.checkButton)
    assert panel.message.text == "Anna has two T1; make them two persons, or use one."
    assert len(panel.checks) == 1


def test_synthetic_volumes_are_not_taken_for_training_by_themselves(panel, volume):
    from MedGANSynthPanels.marking import mark

    from MedGANSynthLib.volume.provenance import Provenance

    panel.ui.sourceBox.setCurrentIndex(3)
    volume("Anna T1")
    mark(volume("Anna T1 (synthetic T2)"), Provenance(model="m", model_sha256="0" * 64))
    slicer.app.processEvents()
    table = panel.ui.peopleTable
    assert [table.cellWidget(row, 1).currentText for row in range(2)] == ["T1", "not used"]
    assert [table.item(row, 2).text() for row in range(2)] == ["Anna", "Anna"]
    volume("sub-01_T1w")
    slicer.app.processEvents()
    assert table.item(2, 2).text() == "sub 01"


def test_a_bids_folder(panel, click, tmp_path):
    ui = panel.ui
    ui.sourceBox.setCurrentIndex(1)
    assert "sub-01_T1w.nii.gz" in ui.checkButton.toolTip and not ui.listEdit.visible
    ui.bidsEdit.currentPath = str(tmp_path)
    assert ui.validationSlider.visible and str(tmp_path / "runs") in ui.commandText.plainText
    click(ui.checkButton)
    (check,) = panel.checks
    assert check.asked[1] == str(tmp_path)


def test_a_data_list_says_which_presets_it_will_do_for(panel, tmp_path):
    (tmp_path / "a.nii").write_bytes(b"")
    content = {"modality": {"cine": "film"}, "training": [{"subject": "s", "cine": "a.nii"}]}
    (tmp_path / "list.json").write_text(json.dumps(content))
    panel.ui.sourceBox.setCurrentIndex(2)
    assert panel.ui.checkButton.toolTip == "Choose a data list (a JSON file)"
    panel.ui.listEdit.currentPath = str(tmp_path / "list.json")
    names = items(panel.ui.presetBox)
    assert [name for name in names if not name.startswith("cine")] == ["cyclegan-t1-t2-small"]
    assert panel.ui.checkButton.toolTip.startswith("The preset needs T1, T2 too")


def begun(tmp_path, name, *events, alive=False, keep=True):
    """A Run folder in the list, as a trainer leaves it."""
    from MedGANSynthPanels import run_list

    folder = tmp_path / name
    (folder / "checkpoints").mkdir(parents=True)
    lines = [{"time": 1.0, "event": "started", "device": "cpu", "images": 9}, *events]
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    if alive:
        (folder / "lock").write_text(str(os.getpid()))
    run_list.add(run_list.Listed(folder, keep))
    return folder


def test_several_trainings_with_their_states(panel, click, tmp_path):
    progress = {"time": 3.0, "event": "progress", "fraction": 0.5, "text": "50 of 100 images"}
    first = {"time": 2.0, "event": "progress", "fraction": 0.25, "text": ""}
    ended = {"time": 9.0, "event": "ended", "images": 9, "stopped": False}
    error = {"time": 9.0, "event": "error", "text": "failed: the disk is full; free some space."}
    begun(tmp_path, "done", ended)
    begun(tmp_path, "failed", error)
    running = begun(tmp_path, "running", first, progress, alive=True)
    panel.enter()
    ui = panel.ui
    cells = [[ui.runsTable.item(r, c).text() for c in range(4)] for r in range(3)]
    assert cells == [
        ["running", "running", "50 %", "2 s"],
        ["failed", "failed", "0 %", ""],
        ["done", "finished", "100 %", ""],
    ]
    panel.runs.choose(running)
    assert ui.factsLabel.text == "2 s so far, 50 of 100 images, on cpu"
    assert (ui.stopButton.enabled, ui.resumeButton.enabled) == (True, False)
    click(ui.stopButton)
    assert (running / "stop").exists() and ui.runsTable.item(0, 1).text() == "stopping"
    assert ui.stopButton.toolTip == "It writes its checkpoint"
    ui.runsTable.setCurrentCell(1, 0)
    assert ui.problemLabel.text == "failed: the disk is full; free some space."
    click(ui.resumeButton)
    text = "failed was not started in Slicer; resume it with its own command."
    assert panel.message.text == text
    ui.runsTable.setCurrentCell(2, 0)
    assert ui.resumeButton.toolTip == "It is finished"
    click(ui.removeButton)
    assert ui.runsTable.rowCount == 2 and (tmp_path / "done").is_dir()
    click(ui.exportButton)
    assert panel.message.text.startswith("running has no checkpoint yet")


def test_a_training_from_elsewhere_is_added(panel, click, tmp_path, monkeypatch):
    folder = begun(tmp_path, "theirs")
    from MedGANSynthPanels import run_list

    run_list.remove(folder)
    panel.enter()
    assert panel.ui.runsTable.rowCount == 0 and not panel.ui.detailsWidget.visible
    chosen = [str(tmp_path), str(folder)]
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *a: chosen.pop(0))
    click(panel.ui.addButton)
    assert "is no Run folder" in panel.message.text
    click(panel.ui.addButton)
    assert panel.runs.run.folder == folder


def test_trainings_are_found_again_by_another_panel(panel, module, tmp_path):
    folder = begun(tmp_path, "kept", alive=True)
    module.onReload()
    fresh = slicer.modules.MedGANSynthWidget.pages.train
    assert [(run.folder, run.state) for run in fresh.runs.runs] == [(folder, "running")]


def test_a_training_whose_folder_vanishes_is_told(panel, tmp_path):
    begun(tmp_path, "older")
    folder = begun(tmp_path, "gone", alive=True)
    panel.enter()
    panel.runs.choose(folder)
    shutil.rmtree(folder)
    panel.runs.update()
    assert panel.message.text == "The folder of gone is gone, and the training with it."


def test_curves_are_made_once(panel, click, tmp_path):
    folder = begun(tmp_path, "run", alive=True)
    panel.enter()
    panel.runs.choose(folder)
    assert panel.ui.curvesButton.toolTip == "There are no figures yet"
    (folder / "metrics.csv").write_text("images,cycle\n200,0.5\n")
    panel.refresh()
    for _time in range(2):
        click(panel.ui.curvesButton)
    assert len(slicer.util.getNodesByClass("vtkMRMLPlotChartNode")) == 1


def test_other_files_are_left_alone(panel, tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(PanelError, match="holds other files and is no Run"):
        panel.logic.train("cyclegan-t1-t2-debug", None, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != "models"] == ["thesis.txt"]


def test_a_second_trainer_on_one_folder_is_refused(panel, tmp_path):
    folder = begun(tmp_path, "busy", alive=True)
    with pytest.raises(PanelError, match="busy is being trained already; wait for it, or stop"):
        panel.logic.train("cyclegan-t1-t2-debug", None, folder)
    assert panel.started == []
