"""The Turing panel before and after a reading: wizard, audit, plan, report, keys."""

import csv
import shutil
import types
from pathlib import Path

import numpy as np
import pytest
import qt
import slicer

from MedGANSynthLib import schema, tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing import audit
from MedGANSynthLib.turing.reading import Reading
from MedGANSynthLib.turing.simulate import SimulatedReader, simulate_readers
from MedGANSynthLib.turing.study import read_key, read_study
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write


class WorkerHere:
    """Does each Task at once, in this process."""

    def submit(self, task, fields, listener):
        from MedGANSynthPanels.paths import check_absolute

        check_absolute(task, fields)
        try:
            result = tasks.run(schema.from_dict(tasks.TASKS[task], fields, task))
            listener({"event": "done", "result": result})
        except MedGANSynthError as error:
            listener({"event": "error", "text": str(error)})
        return types.SimpleNamespace(open=False, cancel=lambda: None)


@pytest.fixture
def panel(scene, monkeypatch, quick_disk, tmp_path):
    from MedGANSynthPanels import lifetime
    from MedGANSynthPanels.panel_turing import PanelTuring

    qt.QSettings().remove("MedGANSynth")
    monkeypatch.setattr(lifetime, "the_worker", WorkerHere)
    monkeypatch.setattr(audit, "_TREES", 8)
    monkeypatch.setattr("secrets.randbits", lambda bits: 0)  # one order in twenty looks like a leak
    before = slicer.app.temporaryPath
    slicer.app.temporaryPath = str(tmp_path / "temporary")
    panel = PanelTuring(types.SimpleNamespace(ready=lambda parent: True))
    panel.widget.show()
    yield panel
    panel.cleanup()
    panel.widget.hide()
    slicer.app.temporaryPath = before
    left = [p for p in (tmp_path / "temporary").rglob("*") if p.is_file()]
    assert left == []
    qt.QSettings().remove("MedGANSynth")


@pytest.fixture
def folders(tmp_path, ball):
    """Folders of six real and six synthetic volumes."""
    for number in range(12):
        label = ("real", "synthetic")[number % 2]
        volume = Volume(ball(number), np.diag([4.0, 4.0, 4.0, 1.0]))
        write(volume, tmp_path / label / f"{number}.nii")
    return tmp_path


def choose_folders(panel, folders):
    ui = panel.ui
    ui.prepareSection.collapsed = False
    ui.sourceBox.setCurrentIndex(1)
    ui.realEdit.currentPath = str(folders / "real")
    ui.syntheticEdit.currentPath = str(folders / "synthetic")
    ui.practiceSpin.value = 2
    ui.catchSpin.value = 0
    ui.repeatsSpin.value = 0
    ui.readersSpin.value = 2
    ui.outEdit.currentPath = str(folders / "study")


def test_the_wizard_leads_to_a_study_that_can_be_read(panel, folders, click, wait_until):
    ui = panel.ui
    assert ui.stepLabel.text == "Step 1 of 4: Cases"
    assert not ui.backButton.enabled
    assert ui.prepareButton.toolTip == "Choose where the cases come from (step 1)"
    ui.prepareSection.collapsed = False
    ui.sourceBox.setCurrentIndex(1)
    assert ui.realEdit.visible and not ui.tableEdit.visible and not ui.nodesTable.visible
    for _step in range(3):
        click(ui.nextButton)
    assert ui.stepLabel.text == "Step 4 of 4: Writing"
    assert not ui.nextButton.enabled
    assert panel.prepare.fields(folders)["repeats"] is None  # as many as fit
    choose_folders(panel, folders)
    ui.displayBox.setCurrentIndex(2)
    ui.planeBox.setCurrentIndex(1)
    ui.exposureSpin.value = 2.5
    ui.clueEdit.text = "Look at the texture."
    ui.selectionEdit.text = "random seeds"
    click(ui.prepareButton)
    assert panel.message.text.startswith(f"{folders / 'study'}: 12 cases on one grid")
    assert "Leak audit over 10 cases" in panel.message.text
    study, _sha256 = read_study(folders / "study")
    assert (study.design.display, study.design.plane) == ("cine", "coronal")
    assert (study.design.exposure_s, study.design.clue) == (2.5, "Look at the texture.")
    assert study.registered.selection == "random seeds"
    assert list(study.orders) == ["reader-1", "reader-2"]
    assert len(study.orders["reader-1"]) == 12
    key = read_key(folders / "study-key.json", study)
    assert sum(case.truth == "real" for case in key.cases.values()) == 6
    assert ui.previewButton.enabled
    assert ui.prepareButton.toolTip == "The study folder exists already; choose a new one"
    # What was written is what is offered to be read.
    assert ui.startButton.toolTip == "Agree to the recording of your answers"
    ui.experienceEdit.text = "12 years"
    click(ui.consentBox)
    click(ui.startButton)
    assert ui.questionLabel.text == "Is it real or synthetic? Look at the texture."
    wait_until(lambda: panel.session.desk.state.value == "case")
    opened = panel.session.desk.session.log.records[0]
    assert opened.about == {"experience": "12 years", "consent": True}


def test_a_leak_blocks_the_start_until_there_is_a_reason(panel, folders, click, monkeypatch):
    monkeypatch.setattr(audit, "LIMIT", 0.0)
    monkeypatch.setattr(audit, "ALPHA", 1.1)
    ui = panel.ui
    choose_folders(panel, folders)
    panel.prepare.go(3)
    warned = []
    show = panel.message.warn
    monkeypatch.setattr(panel.message, "warn", lambda text: (warned.append(text), show(text)))
    click(ui.prepareButton)
    assert warned == [panel.message.text]
    assert "so no reading starts: " in panel.message.text
    assert "; or say why the study may start all the same" in panel.message.text
    assert "`" not in panel.message.text
    ui.consentBox.checked = True
    assert "the leak audit found that the files give the classes away" in ui.startButton.toolTip
    assert ui.startButton.toolTip.endswith("all the same and press Audit again.")
    assert not ui.startButton.enabled
    ui.overrideEdit.text = "a pilot among ourselves"
    click(ui.auditButton)
    assert "A leak was found and overridden: a pilot among ourselves" in panel.message.text
    assert ui.startButton.enabled


def test_the_same_folder_twice_is_said_before_anything_is_read(panel, folders):
    choose_folders(panel, folders)
    panel.ui.syntheticEdit.currentPath = str(folders / "synthetic" / ".." / "real")
    assert not panel.ui.prepareButton.enabled
    assert panel.ui.prepareButton.toolTip == (
        "The real and the synthetic cases lie in the same folder; choose two"
    )


def test_paths_are_taken_as_people_type_them(panel, folders, click, monkeypatch):
    """The worker's current folder is a temporary one: what goes there would be lost."""
    (folders / "home").mkdir()
    monkeypatch.chdir(folders)
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(folders / "home"))
    ui = panel.ui
    choose_folders(panel, folders)
    ui.realEdit.currentPath, ui.syntheticEdit.currentPath = "real", "~/../real"
    assert ui.prepareButton.toolTip.startswith("The real and the synthetic cases lie in the same")
    ui.syntheticEdit.currentPath = "~/../synthetic"
    ui.keyEdit.currentPath = "~/key.json"
    ui.outEdit.currentPath = "home"
    assert ui.prepareButton.toolTip == "The study folder exists already; choose a new one"
    if Path("/proc/self").exists():
        ui.outEdit.currentPath = "/proc/x/ps"
        assert ui.prepareButton.toolTip == "/proc takes no new files; choose another folder"
        assert not ui.prepareButton.enabled
    ui.outEdit.currentPath = "w/ps"
    panel.prepare.go(3)
    click(ui.prepareButton)
    study, _sha256 = read_study(folders / "w" / "ps")
    assert len(read_key(folders / "home" / "key.json", study).cases) == 12
    assert ui.previewButton.enabled and ui.auditButton.enabled
    assert ui.studyEdit.currentPath == ui.resultStudyEdit.currentPath == str(folders / "w" / "ps")
    ui.studyEdit.currentPath = "w/ps"
    assert ui.startButton.toolTip == "Agree to the recording of your answers"
    ui.studyEdit.currentPath = "w"
    assert ui.startButton.toolTip == (
        f"{folders / 'w'}: is no study; choose the folder that Prepare wrote."
    )


def test_what_was_said_goes_with_what_was_chosen(panel, paper, folders):
    """A sentence about one study, reader or file is not left beside another."""
    ui, first = panel.ui, paper(readers=2)
    second = shutil.copytree(first, folders / "another")
    for choose in (
        lambda: setattr(ui.studyEdit, "currentPath", str(first)),
        lambda: ui.readerBox.setCurrentIndex(1),
        lambda: setattr(ui.studyEdit, "currentPath", str(second)),
        lambda: setattr(ui.resultStudyEdit, "currentPath", str(first)),
        lambda: setattr(ui.resultKeyEdit, "currentPath", str(first) + "-key.json"),
        lambda: setattr(ui.realEdit, "currentPath", str(folders / "real")),
        lambda: ui.sourceBox.setCurrentIndex(2),
    ):
        panel.message.say("24 of 24 cases are answered and saved.")
        choose()
        assert panel.message.text == ""
    panel.message.say("24 of 24 cases are answered and saved.")
    panel.form.look_again()  # what is chosen is the same
    assert panel.message.text != ""


def test_counts_are_of_the_study_that_is_chosen(panel, paper, click, tmp_path):
    panel.ui.resultsSection.collapsed = False
    panel.ui.resultStudyEdit.currentPath = str(paper(readers=2))
    click(panel.ui.progressButton)
    assert panel.ui.progressTable.rowCount == 2
    panel.ui.resultStudyEdit.currentPath = str(tmp_path)
    assert panel.ui.progressTable.rowCount == 0


def test_volumes_of_the_scene_become_cases(panel, folders, click, scene, ball):
    from MedGANSynthPanels import marking

    from MedGANSynthLib.volume.provenance import Provenance

    for number in range(12):
        node = slicer.util.addVolumeFromArray(ball(number), np.diag([4.0, 4, 4, 1]), f"V{number}")
        if number % 2:
            marking.mark(node, Provenance(model="gan7", model_sha256="a" * 64))
    ui = panel.ui
    choose_folders(panel, folders)
    ui.sourceBox.setCurrentIndex(3)
    assert ui.nodesTable.visible and ui.nodesTable.rowCount == 12
    assert panel.prepare.nodes.counts() == (0, 6)  # the marked ones are known
    assert ui.prepareButton.toolTip == (
        "Say which volumes of the scene are real and which are synthetic"
    )
    for row in range(0, 12, 2):
        ui.nodesTable.cellWidget(row, 1).setCurrentIndex(0)
    before = [n.GetName() for n in slicer.util.getNodesByClass("vtkMRMLVolumeNode")]
    panel.prepare.go(3)
    click(ui.prepareButton)
    study, _sha256 = read_study(folders / "study")
    key = read_key(folders / "study-key.json", study)
    assert {(c.truth, c.model) for c in key.cases.values()} == {("real", ""), ("synthetic", "gan7")}
    assert {c.source for c in key.cases.values()} >= {"0-V0.nrrd", "1-V1.nrrd"}
    assert before == [n.GetName() for n in slicer.util.getNodesByClass("vtkMRMLVolumeNode")]


def test_the_list_of_volumes_follows_the_scene(panel, scene, ball, wait_until):
    def listed():
        table = panel.ui.nodesTable
        return [table.item(row, 0).text() for row in range(table.rowCount)]

    nodes = [
        slicer.util.addVolumeFromArray(ball(n), np.diag([4.0, 4, 4, 1]), f"V{n}") for n in range(2)
    ]
    panel.ui.prepareSection.collapsed = False
    panel.ui.sourceBox.setCurrentIndex(3)
    assert listed() == ["V0", "V1"]
    panel.ui.nodesTable.cellWidget(1, 1).setCurrentIndex(0)
    nodes[1].SetName("another")
    wait_until(lambda: listed() == ["V0", "another"])
    assert panel.prepare.nodes.counts() == (1, 0)  # what was said stays
    slicer.util.addVolumeFromArray(ball(2), np.diag([4.0, 4, 4, 1]), "V2")
    wait_until(lambda: listed() == ["V0", "another", "V2"])
    slicer.mrmlScene.Clear(0)
    wait_until(lambda: listed() == [])


def test_a_bad_list_is_said_in_one_sentence(panel, folders, click):
    (folders / "cases.csv").write_text("path,label\n../outside.nii,real\n")
    ui = panel.ui
    choose_folders(panel, folders)
    ui.sourceBox.setCurrentIndex(0)
    ui.tableEdit.currentPath = str(folders / "cases.csv")
    panel.prepare.go(3)
    click(ui.prepareButton)
    assert panel.message.text.startswith("cases.csv, line 2: column path")
    assert not (folders / "study").exists()


def test_the_plan_is_that_of_the_command_line(panel, click):
    ui = panel.ui
    ui.prepareSection.collapsed = False
    panel.prepare.go(2)
    ui.readersSpin.value = 5
    ui.plannedSpin.value = 100
    click(ui.planButton)
    cells = [[ui.planTable.item(r, c).text() for c in range(5)] for r in range(6)]
    assert [row[:2] for row in cells] == [[r, n] for r in "15" for n in ("50", "100", "200")]
    # One reader, 100 cases, true accuracy 0.65: exact power 0.83, equivalence within 0.10: 0.24.
    assert [round(float(x), 2) for x in cells[1][2:4]] == [0.83, 0.24]


def test_progress_report_and_a_wrong_key(panel, paper, click, tmp_path, monkeypatch):
    folder = paper(readers=2)
    key = folder.with_name("study-key.json")
    simulate_readers(folder, key, {"reader-1": SimulatedReader(0.8)}, 0)
    simulate_readers(folder, key, {"reader-2": SimulatedReader()}, 0, stop_after=7)
    ui = panel.ui
    ui.resultsSection.collapsed = False
    assert ui.reportButton.toolTip == "Choose a study folder"
    ui.resultStudyEdit.currentPath = str(folder)
    click(ui.progressButton)
    cells = [[ui.progressTable.item(r, c).text() for c in range(3)] for r in range(2)]
    assert cells == [["reader-1", "24", "24"], ["reader-2", "7", "24"]]
    wrong = tmp_path / "wrong.json"
    wrong.write_text(key.read_text().replace('"half"', '"drawn"'))
    ui.resultKeyEdit.currentPath = str(wrong)
    ui.reportEdit.currentPath = str(tmp_path)
    assert ui.reportButton.toolTip == f"{tmp_path} exists already; choose a new one"
    monkeypatch.chdir(tmp_path)
    ui.reportEdit.currentPath = "report"
    click(ui.reportButton)
    assert "was changed after the study was prepared" in panel.message.text
    click(ui.progressButton)
    assert panel.message.text == ""
    ui.resultKeyEdit.currentPath = str(key)
    click(ui.reportButton)
    assert "reader-2 has 17 trials left" in panel.message.text
    assert (tmp_path / "report" / "report.html").is_file() and ui.openReportButton.enabled
    with open(tmp_path / "report" / "readers.csv", newline="") as file:
        assert [row["answers"] for row in csv.DictReader(file)] == ["24", "7"]
    assert panel.results.tables["readers"].GetNumberOfRows() == 2


def test_keys_can_be_changed_but_not_given_twice(panel):
    from MedGANSynthPanels.reading_keys import bindings

    table = panel.ui.keysTable
    actions = [table.item(row, 0).text() for row in range(table.rowCount)]
    flag = actions.index("flag")
    table.item(flag, 1).setText("G")
    assert bindings()["flag"] == "G"
    table.item(flag, 1).setText("3")
    assert "given to rate 3 and to flag" in panel.message.text
    assert bindings()["flag"] == table.item(flag, 1).text() == "G"
    table.item(flag, 1).setText("no such key")
    assert "is no key" in panel.message.text


@pytest.mark.parametrize("broken", ["{", '["a"]', '{"flag": 7}', '{"flag": "U"}', '{"fly": "Z"}'])
def test_broken_keys_in_the_settings_are_left_out(scene, broken):
    from MedGANSynthPanels import reading_keys

    qt.QSettings().setValue(reading_keys.SETTING, broken)
    assert reading_keys.bindings() == reading_keys.DEFAULTS
    qt.QSettings().remove("MedGANSynth")


def test_edited_answers_block_the_start(panel, paper):
    folder = paper()
    simulate_readers(
        folder, folder.with_name("study-key.json"), {"reader-1": SimulatedReader()}, 0, 3
    )
    log = folder / "answers" / "reader-1.jsonl"
    text = log.read_text()
    log.write_text(text.replace('"trial":1', '"trial":0'))
    panel.ui.consentBox.checked = True
    panel.ui.studyEdit.currentPath = str(folder)
    assert "reader-1.jsonl, line 4: was changed" in panel.ui.startButton.toolTip
    assert not panel.ui.startButton.enabled
    panel.ui.readerBox.setCurrentIndex(1)
    panel.ui.consentBox.checked = True
    assert panel.ui.startButton.enabled


def test_the_answers_of_another_reader_are_not_gone_on_with(panel, paper):
    folder = paper()
    simulate_readers(
        folder, folder.with_name("study-key.json"), {"reader-1": SimulatedReader()}, 0, 12
    )
    answers = folder / "answers"
    shutil.copy(answers / "reader-1.jsonl", answers / "reader-2.jsonl")
    ui = panel.ui
    ui.studyEdit.currentPath = str(folder)
    ui.readerBox.setCurrentIndex(1)
    ui.consentBox.checked = True
    assert ui.startButton.text == "Start reading" and not ui.startButton.enabled
    assert "holds the answers of another reader, reader-1" in ui.startButton.toolTip


def test_a_second_window_under_the_same_name_is_told(panel, paper, click):
    folder = paper()
    first = Reading(folder, "reader-1")
    panel.ui.studyEdit.currentPath = str(folder)
    panel.ui.consentBox.checked = True
    click(panel.ui.startButton)
    assert "another window reads under this name" in panel.message.text
    assert panel.session.desk is None and panel.ui.setupPage.visible
    first.close()
    click(panel.ui.startButton)
    assert panel.session.desk is not None


def test_another_reader_agrees_and_tells_for_themselves(panel, paper):
    ui = panel.ui
    ui.studyEdit.currentPath = str(paper())
    ui.experienceEdit.text = "20 years"
    ui.consentBox.checked = True
    panel.form.look_again()
    assert ui.consentBox.checked and ui.experienceEdit.text == "20 years"
    ui.readerBox.setCurrentIndex(1)
    assert not ui.consentBox.checked and ui.experienceEdit.text == ""
    assert not ui.startButton.enabled and "Agree" in ui.startButton.toolTip
