"""The Translate panel by mouse clicks, with a run that does what a test says."""

import json
import shutil
from pathlib import Path

import pytest
import slicer
from MedGANSynthPanels.errors import PanelError

SHIPPED = Path(__file__).resolve().parents[2] / "Resources" / "Models" / "t1-t2-brain"


class Run:
    """Stands for a Translation that was started."""

    def __init__(self, inputs, options):
        self.inputs = inputs
        self.options = {name: value for name, value in options.items() if name != "listener"}
        self.listener = options["listener"]
        self.open = True

    def say(self, event):
        self.open = self.open and event["event"] not in ("done", "error")
        self.listener(event)

    def cancel(self):
        self.say({"event": "error", "text": "Cancelled.", "cancelled": True})


@pytest.fixture
def panel(module, one_shipped, monkeypatch):
    """The panel, whose runs are kept in `panel.runs` and do nothing."""
    panel = module.pages.translate
    panel.runs = []

    def translate(inputs, **options):
        panel.runs.append(Run(inputs, options))
        return panel.runs[-1]

    monkeypatch.setattr(panel.logic, "translate", translate)
    monkeypatch.setattr(panel.logic, "ready", lambda parent: True)
    module.parent.show()
    yield panel
    module.parent.hide()


@pytest.fixture
def package(tmp_path):
    """Adds a package to the user's models: only what the catalogue looks at."""

    def add(name, **directions):
        plain = json.loads((SHIPPED / "model.json").read_text())
        template = plain["directions"]["t1-to-t2"]
        plain |= {"name": name, "title": f"Title of {name}"}
        plain["directions"] = {
            key: {
                **template,
                "inputs": [{**template["inputs"][0], "modality": m} for m in inputs.split("+")],
                "output": {**template["output"], "modality": key.rpartition("_")[2]},
            }
            for key, inputs in directions.items()
        }
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        (folder / "model.json").write_text(json.dumps(plain))
        return folder

    return add


def choose(panel, **nodes):
    for modality, node in nodes.items():
        panel.rows.selectors[modality].setCurrentNode(node)


def items(box):
    return [box.itemText(n) for n in range(box.count)]


def test_a_click_starts_what_is_chosen(panel, volume, click):
    node, roi = volume("head T1"), slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
    choose(panel, t1=node)
    panel.ui.restrictionSelector.setCurrentNode(roi)
    click(panel.ui.uncertaintyBox)
    panel.ui.deviceBox.setCurrentIndex(1)
    click(panel.ui.translateButton)
    (run,) = panel.runs
    assert run.inputs == {"t1": node}
    assert run.options == {
        "model": "t1-t2-brain",
        "direction": "t1-to-t2",
        "device": "cpu",
        "output": None,
        "restriction": roi,
        "uncertainty": True,
        "wait": False,
    }


def test_a_disabled_translate_says_what_is_missing(panel, volume, click):
    button = panel.ui.translateButton
    assert (button.enabled, button.toolTip) == (False, "Choose a T1 volume")
    click(button)
    node = volume("head")
    choose(panel, t1=node)
    assert button.enabled
    panel.ui.outputSelector.setCurrentNode(node)
    assert button.toolTip == "The output is also an input; choose another output"
    assert not button.enabled
    panel.ui.outputSelector.setCurrentNode(None)
    slicer.mrmlScene.RemoveNode(node)
    slicer.app.processEvents()
    assert (button.enabled, button.toolTip) == (False, "Choose a T1 volume")
    assert panel.runs == []


def test_what_cannot_be_translated_is_said_before(panel, volume):
    import numpy as np

    choose(panel, t1=volume("flat", np.zeros((4, 1, 4), np.int16)))
    assert not panel.ui.translateButton.enabled
    assert panel.ui.translateButton.toolTip == (
        "flat is one slice, but no axial one as the model takes; choose another"
    )


def test_a_transform_that_turns_singular_disables_with_its_reason(panel, volume, transform):
    import numpy as np

    node = volume("head")
    parent = transform(np.eye(4), node)
    parent.SetName("squash")
    choose(panel, t1=node)
    assert panel.ui.translateButton.enabled
    slicer.util.updateTransformMatrixFromArray(parent, np.diag([1.0, 1, 0, 1]))
    slicer.app.processEvents()
    assert not panel.ui.translateButton.enabled
    assert panel.ui.translateButton.toolTip == (
        "head lies under the transform squash, which is singular; correct it"
    )
    node.SetAndObserveTransformNodeID(None)
    slicer.app.processEvents()
    assert panel.ui.translateButton.enabled


def test_a_real_volume_is_no_output(panel, volume, synthetic):
    node, real = volume("head"), volume("real")
    choose(panel, t1=node)
    panel.ui.outputSelector.setCurrentNode(real)
    assert panel.ui.translateButton.toolTip == (
        "real is not synthetic and stays as it is; choose another output or a new one"
    )
    assert not panel.ui.translateButton.enabled
    panel.ui.outputSelector.setCurrentNode(synthetic)
    assert panel.ui.translateButton.enabled


def test_a_volume_that_the_model_is_not_made_for_is_hinted_at(panel, volume):
    assert not panel.ui.hint.visible
    node = volume("head T2")
    choose(panel, t1=node)
    assert not panel.ui.hint.visible  # the direction follows
    panel.ui.directionBox.setCurrentIndex(0)
    assert panel.ui.hint.visible
    assert panel.hint.text.startswith("head T2 seems to be T2, but the model takes T1; change")
    assert panel.ui.translateButton.enabled
    node.SetName("head")
    slicer.app.processEvents()
    assert not panel.ui.hint.visible


def test_many_notices_are_counted_and_failures_come_first(panel, volume, click):
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    run = panel.runs[0]
    for number in [*range(28), 0, 1]:
        run.say({"event": "warning", "text": f"v{number} looks odd."})
    run.say({"event": "warning", "text": "failed: b is empty."})
    rows = [{"status": "translated", "error": None}, {"status": "failed", "error": "b is empty."}]
    text = "29 of 30 volumes are translated"
    run.say({"event": "done", "nodes": [], "seconds": 1.0, "text": text, "rows": rows})
    assert panel.message.text == (
        "29 of 30 volumes are translated.\nb is empty.\nv0 looks odd.\nv1 looks odd.\n"
        "And 26 more; see the log."
    )
    assert panel.ui.logText.plainText.count("looks odd.") == 30


def test_a_failure_is_not_said_twice(panel, volume, click):
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "warning", "text": "head is empty."})
    panel.runs[0].say({"event": "error", "text": "head is empty.", "cancelled": False})
    assert panel.message.text == "head is empty."


def test_a_run_that_was_lost_tells_failures_as_another_does(panel, volume, click):
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "warning", "text": "failed: b is empty."})
    panel.runs[0].say({"event": "error", "text": "It was killed.", "cancelled": False})
    assert panel.message.text == "It was killed.\nb is empty."


def test_no_run_takes_no_time():
    from MedGANSynthPanels.run_view import duration

    assert duration(0.3) == "less than a second"
    assert (duration(0.6), duration(75)) == ("1 s", "1:15 min")


def test_old_messages_go(panel, volume, click):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    def fail():
        choose(panel, t1=volume("head"))
        click(panel.ui.translateButton)
        panel.runs[-1].say({"event": "error", "text": "It failed.", "cancelled": False})
        assert panel.message.text == "It failed."

    fail()
    QTest.keyClick(panel.ui.sourceBox, Qt.Key.Key_Down)
    assert panel.parameters.settings.source.value == "several"
    assert panel.message.text == ""
    QTest.keyClick(panel.ui.sourceBox, Qt.Key.Key_Up)
    fail()
    panel.ui.directionBox.setCurrentIndex(1)
    assert panel.message.text == ""
    panel.ui.directionBox.setCurrentIndex(0)
    fail()
    slicer.mrmlScene.Clear()
    assert panel.message.text == ""


def test_maps_are_timed_apart(panel, volume, click):
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "progress", "fraction": 0.5, "eta_s": 1.0, "text": ""})
    panel.runs[0].say({"event": "done", "nodes": [volume("a")], "seconds": 1.0})
    once = panel.ui.timeLabel.text
    assert once.endswith("here and last time")
    click(panel.ui.uncertaintyBox)
    assert panel.ui.timeLabel.text == f"{once}; about 7 times that with the maps"
    click(panel.ui.translateButton)
    panel.runs[1].say({"event": "progress", "fraction": 0.5, "eta_s": 1.0, "text": ""})
    panel.runs[1].say({"event": "done", "nodes": [volume("a"), volume("map")], "seconds": 7.0})
    assert panel.ui.timeLabel.text.endswith("here and last time")
    click(panel.ui.uncertaintyBox)
    assert panel.ui.timeLabel.text == once


def test_progress_time_left_and_log(panel, volume, click):
    choose(panel, t1=volume("head"))
    assert not panel.ui.progressBar.visible
    click(panel.ui.translateButton)
    run = panel.runs[0]
    assert panel.ui.progressBar.visible
    assert panel.ui.translateButton.toolTip == "Something runs; cancel it first"
    assert not panel.ui.translateButton.enabled and panel.ui.cancelButton.enabled
    run.say({"event": "progress", "fraction": 0.425, "eta_s": 12.4, "text": "head"})
    assert panel.ui.progressBar.value == 42
    assert panel.ui.progressBar.text == "42 %, 12 s left"
    run.say({"event": "warning", "text": "Looks odd."})
    result = volume("head (synthetic T2)")
    run.say({"event": "done", "nodes": [result], "seconds": 3.2})
    assert not panel.ui.progressBar.visible
    assert panel.message.text == "head (synthetic T2) is ready after 3 s.\nLooks odd."
    log = panel.ui.logText.plainText
    assert "t1-t2-brain" in log and "Looks odd." in log and "is ready" in log
    assert panel.ui.translateButton.enabled and not panel.ui.cancelButton.enabled
    assert panel.ui.timeLabel.text.endswith(" s for 5 × 4 × 3 voxels, here and last time")


def test_cancel(panel, volume, click):
    choose(panel, t1=volume("head"))
    assert panel.ui.cancelButton.toolTip == "Nothing runs"
    click(panel.ui.translateButton)
    click(panel.ui.cancelButton)
    assert not panel.runs[0].open
    assert panel.message.text == "Cancelled."
    assert panel.ui.translateButton.enabled


def test_a_failure_is_one_sentence_and_the_log_has_more(panel, volume, click):
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "error", "text": "It crashed.", "cancelled": False, "log": "tail"})
    assert panel.message.text == "It crashed."
    assert "tail" in panel.ui.logText.plainText
    assert panel.ui.translateButton.enabled


def test_a_refused_start_leaves_the_panel_ready(panel, package, volume, click, monkeypatch):
    def refuse(inputs, **options):
        raise PanelError("t1-t2-brain: it is gone; choose another model.")

    monkeypatch.setattr(panel.logic, "translate", refuse)
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    assert panel.message.text == "t1-t2-brain: it is gone; choose another model."
    log = panel.ui.logText.plainText
    assert "Not started" in log and log.endswith("t1-t2-brain: it is gone; choose another model.")
    package("own", to_t2="t1")
    assert items(panel.ui.modelBox) == ["t1-t2-brain"]
    click(panel.ui.translateButton)
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "own"]  # what there is, was looked up anew
    assert panel.ui.translateButton.enabled and not panel.ui.progressBar.visible
    monkeypatch.setattr(panel.logic, "ready", lambda parent: False)
    click(panel.ui.translateButton)
    text = "What is missing was not installed, so nothing can be translated."
    assert panel.message.text == text and panel.ui.logText.plainText.endswith(text)


def test_the_direction_follows_the_volume(panel, volume):
    assert items(panel.ui.directionBox) == ["T1 → T2", "T2 → T1"]
    node = volume("brain T2")
    choose(panel, t1=node)
    assert panel.ui.directionBox.currentText == "T2 → T1"
    assert list(panel.rows.selectors) == ["t2"]
    assert panel.rows.selectors["t2"].currentNode() is node
    panel.ui.directionBox.setCurrentIndex(0)
    assert panel.rows.selectors["t1"].currentNode() is node
    assert panel.parameters.settings.direction == "t1-to-t2"


def test_models_for_other_volumes_are_left_out(panel, package, volume, click):
    package("ct-mr", to_t1="ct")
    panel.enter()
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "ct-mr"]
    assert not panel.ui.allModelsBox.visible
    choose(panel, t1=volume("T1 of a head"))
    assert items(panel.ui.modelBox) == ["t1-t2-brain"]
    assert panel.ui.allModelsBox.text == "Show 1 more, made for other volumes"
    click(panel.ui.allModelsBox)
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "ct-mr"]
    panel.ui.modelBox.setCurrentIndex(1)
    assert panel.ui.modelBox.currentText == "ct-mr"
    assert not panel.ui.allModelsBox.visible  # there is no other
    assert panel.hint.text.startswith("T1 of a head seems to be T1")
    choose(panel, ct=volume("CT"))
    assert panel.ui.modelBox.currentText == "ct-mr"
    assert panel.ui.titleLabel.text == "Title of ct-mr"


def test_several_inputs_have_a_row_each(panel, package, volume, click):
    package("many", to_flair="t1+t2")
    panel.enter()
    panel.ui.modelBox.setCurrentIndex(1)
    assert list(panel.rows.selectors) == ["t1", "t2"]
    assert panel.ui.directionBox.currentText == "T1 + T2 → FLAIR"
    first, second = volume("a T1"), volume("b T2")
    choose(panel, t1=first)
    assert panel.ui.translateButton.toolTip == "Choose a T2 volume"
    choose(panel, t2=first)
    assert panel.ui.translateButton.toolTip == "The same volume is chosen twice"
    choose(panel, t2=second)
    click(panel.ui.translateButton)
    assert panel.runs[0].inputs == {"t1": first, "t2": second}


def test_a_model_that_goes_away_is_no_longer_offered(panel, package, volume, click):
    folder = package("own", to_t2="t1")
    panel.enter()
    choose(panel, t1=volume("head"))
    panel.ui.modelBox.setCurrentIndex(1)
    assert panel.parameters.settings.model == "own"
    shutil.rmtree(folder)
    panel.enter()
    assert items(panel.ui.modelBox) == ["t1-t2-brain"]
    assert panel.ui.modelBox.currentText == "t1-t2-brain"
    click(panel.ui.translateButton)
    assert panel.runs[0].options["model"] == "t1-t2-brain"


def test_the_model_shows_what_it_is(panel, click):
    ui = panel.ui
    assert ui.licenceLabel.text == "Apache-2.0"
    assert ui.titleLabel.text.startswith("T1-weighted to T2-weighted brain MRI")
    assert ui.timeLabel.text == "not measured on this computer yet"
    assert ui.previewLabel.pixmap.width() == 300
    click(ui.cardButton)
    assert panel.choice.facts.card.visible
    (text,) = slicer.util.findChildren(panel.choice.facts.card, className="QTextBrowser")
    assert "Research only, not for diagnosis." in text.plainText
    panel.choice.facts.close_card()


def test_without_any_model(panel, monkeypatch):
    from MedGANSynthLib.models import catalogue

    monkeypatch.setattr(catalogue, "list_entries", lambda: [])
    panel.enter()
    ui = panel.ui
    assert ui.titleLabel.text == "No model yet; add one on the Models page"
    shown = (ui.licenceCaption, ui.timeLabel, ui.previewLabel, ui.previewCaption)
    assert not any(widget.visible for widget in shown)
    assert ui.translateButton.toolTip == "There is no model; add one on the Models page"


def test_a_model_of_another_computer_is_named(panel, module):
    panel.parameters.settings.model = "theirs"
    module.parent.exit()
    module.parent.enter()
    text = "The model theirs is not on this computer, so another one is chosen."
    assert panel.message.text == text
    assert panel.ui.modelBox.currentText == "t1-t2-brain"


def test_a_model_that_must_not_be_read_is_not_said_to_have_gone(panel, module, tmp_path, closed):
    own = tmp_path / "models"
    shutil.copytree(SHIPPED, own / "mine")
    panel.parameters.settings.model = "mine"
    closed(own / "mine")
    module.parent.enter()
    text = "The model mine cannot be used, so another one is chosen: {}: no permission to read it;"
    assert panel.message.text.startswith(text.format(own / "mine"))
    closed(own)
    panel.message.clear()
    panel.set_parameters(panel.parameters)
    assert panel.message.text.startswith(text.format(own))


def test_a_device_of_another_computer_is_shown_as_such(panel):
    panel.parameters.settings.device = "cuda:3"
    assert panel.ui.deviceBox.currentText == "cuda:3 (not found here)"


def test_closing_the_scene_during_a_run(panel, volume, click):
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    slicer.mrmlScene.Clear()
    assert panel.parameters is not None
    panel.runs[0].say({"event": "error", "text": "The scene was closed.", "cancelled": False})
    assert panel.message.text == "The scene was closed."
    assert panel.ui.translateButton.toolTip == "Choose a T1 volume"


def test_closing_the_scene_ends_several_volumes_with_a_word(panel, volume, click, monkeypatch):
    run = Run(None, {"listener": panel.running.hear})
    monkeypatch.setattr(panel.logic, "translate_several", lambda _nodes, **_options: run)
    panel.ui.sourceBox.setCurrentIndex(1)
    panel.parameters.volumes = [volume("a T1"), volume("b T1")]
    click(panel.ui.translateButton)
    error = {"event": "error", "text": "The scene was closed.", "cancelled": False, "lost": True}
    closing = slicer.vtkMRMLScene.StartCloseEvent
    tag = slicer.mrmlScene.AddObserver(closing, lambda *_: run.say(error), 1.0)
    slicer.mrmlScene.Clear()
    slicer.mrmlScene.RemoveObserver(tag)
    slicer.app.processEvents()
    assert panel.parameters.settings.source.value == "several"  # as in the last session
    assert panel.message.text == "The scene was closed."


def test_a_run_goes_on_while_another_module_is_shown(panel, module, volume, click):
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    module.parent.exit()
    panel.runs[0].say({"event": "done", "nodes": [volume("result")], "seconds": 1.0})
    module.parent.enter()
    assert panel.message.text == "result is ready after 1 s."
    assert panel.ui.translateButton.enabled


def test_the_result_is_shown_as_the_user_likes_it(panel, volume, click):
    from MedGANSynthPanels import display

    manager = slicer.app.layoutManager()
    node, before = volume("head"), manager.layout
    choose(panel, t1=node)
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


def test_several_volumes_and_a_folder(panel, volume, click, monkeypatch, tmp_path):
    asked = []
    for name in ("translate_several", "translate_folder"):

        def start(*arguments, name=name, **options):
            asked.append((name, arguments, options))
            return Run({}, options)

        monkeypatch.setattr(panel.logic, name, start)
    first, second = volume("a T1"), volume("b")
    volume("c T2")
    panel.ui.sourceBox.setCurrentIndex(1)
    assert panel.ui.severalPage.visible and not panel.rows.selectors
    assert panel.ui.translateButton.toolTip == "Check at least one volume"
    click(panel.ui.checkAllButton)
    click(panel.ui.translateButton)
    assert asked[0][:2] == ("translate_several", ([first, second],))
    done = {"event": "done", "nodes": [], "seconds": 2.0, "text": "2 of 2 volumes are translated"}
    panel.running.run.say(done)
    assert panel.message.text == "2 of 2 volumes are translated."
    panel.ui.sourceBox.setCurrentIndex(2)
    assert not panel.ui.severalPage.visible and not panel.ui.showBox.visible
    assert panel.ui.translateButton.toolTip == "Choose the folder that holds the volumes"
    panel.ui.inputFolderEdit.currentPath = str(tmp_path)
    panel.ui.outputFolderEdit.currentPath = str(tmp_path / "out")
    click(panel.ui.translateButton)
    assert asked[1][:2] == ("translate_folder", (str(tmp_path), str(tmp_path / "out")))
    assert "restriction" not in asked[1][2]
    panel.running.run.cancel()
    panel.parameters.settings.outputFolder = "/elsewhere"
    panel.parameters.settings.inputFolder = "/data"
    shown = (panel.ui.inputFolderEdit.currentPath, panel.ui.outputFolderEdit.currentPath)
    assert shown == ("/data", "/elsewhere")
    assert panel.parameters.settings.outputFolder == "/elsewhere"


def test_folders_are_looked_at_again_when_the_user_comes_back(panel, click, tmp_path):
    import qt

    panel.ui.sourceBox.setCurrentIndex(2)
    panel.ui.outputFolderEdit.currentPath = str(tmp_path / "out")
    panel.ui.inputFolderEdit.currentPath = str(tmp_path / "in")
    button = panel.ui.translateButton
    assert button.toolTip.startswith(f"{tmp_path / 'in'} is not a folder")
    (tmp_path / "in").mkdir()
    slicer.app.applicationStateChanged.emit(qt.Qt.ApplicationActive)
    assert (button.enabled, button.toolTip) == (True, "Make the synthetic volume")


def test_folders_are_taken_as_people_type_them(panel, library_worker, click, monkeypatch, tmp_path):
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(tmp_path))
    panel.ui.sourceBox.setCurrentIndex(2)
    panel.ui.inputFolderEdit.currentPath = "in"
    panel.ui.outputFolderEdit.currentPath = "~/in"
    assert panel.ui.translateButton.toolTip.startswith("Choose another folder for the results")
    panel.ui.outputFolderEdit.currentPath = "~/w/out"
    monkeypatch.setattr("MedGANSynthPanels.batch.the_worker", lambda: library_worker)
    click(panel.ui.translateButton)
    (job,) = library_worker.jobs
    assert job.fields["inputs"] == [str(tmp_path / "in")]
    assert job.fields["out"] == str(tmp_path / "w" / "out")
    job.cancel()


@pytest.fixture
def cine(volume):
    """A sequence of two frames, and the volume that shows one of them."""
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    for frame in range(2):
        sequence.SetDataNodeAtValue(volume(f"frame {frame}"), str(frame))
    browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    return sequence, browser.GetProxyNode(sequence)


def test_all_frames_of_a_sequence(panel, cine, volume, click):
    sequence, proxy = cine
    assert not panel.ui.framesBox.visible
    choose(panel, t1=volume("alone"))
    assert not panel.ui.framesBox.visible
    choose(panel, t1=proxy)
    assert panel.ui.framesBox.visible
    click(panel.ui.translateButton)
    assert panel.runs[0].inputs == {"t1": proxy}
    panel.runs[0].cancel()
    click(panel.ui.framesBox)
    click(panel.ui.translateButton)
    assert panel.runs[1].inputs == {"t1": sequence}
    assert "output" not in panel.runs[1].options


def test_all_frames_take_no_output(panel, cine, volume, click):
    _sequence, proxy = cine
    selector, other = panel.ui.outputSelector, volume("other")
    choose(panel, t1=proxy)
    selector.setCurrentNode(other)
    assert not panel.ui.translateButton.enabled  # it is not synthetic
    click(panel.ui.framesBox)
    assert (selector.enabled, selector.currentNode()) == (False, other)
    assert selector.toolTip == "All frames of a sequence become a new sequence"
    assert panel.ui.translateButton.enabled
    click(panel.ui.framesBox)
    assert (selector.enabled, selector.currentNode()) == (True, other)
    assert selector.toolTip == "A new volume, or a synthetic one to be replaced"


def test_the_shown_frame_of_a_sequence_is_no_output(panel, cine, volume, click):
    _sequence, proxy = cine
    choose(panel, t1=volume("head"))
    panel.ui.outputSelector.setCurrentNode(proxy)
    assert not panel.ui.translateButton.enabled
    assert panel.ui.translateButton.toolTip == (
        f"{proxy.GetName()} shows a frame of a sequence; choose another output or a new one"
    )


def test_choices_survive_a_look_at_another_module(panel, module):
    panel.ui.showBox.setCurrentIndex(1)
    panel.ui.sourceBox.setCurrentIndex(2)
    for _time in range(2):
        module.parent.exit()
        module.parent.enter()
    assert (panel.ui.showBox.currentIndex, panel.ui.sourceBox.currentIndex) == (1, 2)
    panel.parameters.settings.source = type(panel.parameters.settings.source).VOLUME
    assert panel.ui.sourceBox.currentIndex == 0


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
    choose(panel, t1=volume("head"))
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


def test_looking_at_another_module_binds_nothing_again(panel, module):
    import vtk
    from MedGANSynthPanels.bound_panel import BoundPanel

    def observers():
        """How many there are: the next one's number."""
        node = panel.parameters.parameterNode
        tag = node.AddObserver(vtk.vtkCommand.UserEvent, lambda *_arguments: None)
        node.RemoveObserver(tag)
        return tag

    wrapper, before = panel.parameters, observers()
    for _time in range(3):
        module.parent.exit()
        module.parent.enter()
    assert panel.parameters is wrapper
    # A number for each time that a panel observed, and for a call above; no widget's.
    panels = sum(isinstance(panel, BoundPanel) for panel in vars(module.pages).values())
    assert observers() == before + panels * 3 + 1


def test_a_model_whose_files_went_is_said_to_have_gone(
    panel, module, package, volume, click, monkeypatch
):
    monkeypatch.delattr(panel.logic, "translate")  # the module's own
    folder = package("mine", to_t2="t1")
    panel.enter()
    panel.parameters.settings.model = "mine"
    choose(panel, t1=volume("head"))
    shutil.rmtree(folder)
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "mine"]
    click(panel.ui.translateButton)
    text = "The model mine is not on this computer (any more); there are: t1-t2-brain"
    assert panel.message.text.startswith(text)
    assert items(panel.ui.modelBox) == ["t1-t2-brain"] and text in panel.ui.logText.plainText
    # Found out by a look at another page, it is said as well.
    folder = package("mine", to_t2="t1")
    module.pages.ui.pages.setCurrentIndex(2)
    module.pages.ui.pages.setCurrentIndex(0)
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "mine"]
    shutil.rmtree(folder)
    module.pages.ui.pages.setCurrentIndex(2)
    module.pages.ui.pages.setCurrentIndex(0)
    text = "The model mine is not on this computer, so another one is chosen."
    assert panel.message.text == text and items(panel.ui.modelBox) == ["t1-t2-brain"]


def test_a_batch_that_is_cancelled_says_how_many_are_done(panel, volume, click, monkeypatch):
    from MedGANSynthPanels import batch

    started = []

    class Translation:
        """Does what the test says."""

        def start(self, node, listener, **_options):
            self.node, self.listener, self.results = node, listener, []
            started.append(self)

        def end(self):
            self.results = [volume(f"{self.node.GetName()} (synthetic T2)")]
            self.listener({"event": "done", "nodes": self.results, "seconds": 1.0})

        def cancel(self):
            self.listener({"event": "error", "text": "Cancelled.", "cancelled": True})

    monkeypatch.setattr(batch, "Translation", lambda _worker: Translation())
    nodes = [volume(f"head {n} T1") for n in range(3)]
    panel.ui.sourceBox.setCurrentIndex(1)
    panel.parameters.volumes = nodes
    click(panel.ui.translateButton)
    click(panel.ui.cancelButton)
    assert panel.message.text == "Cancelled; none of 3 volumes was translated."
    click(panel.ui.translateButton)
    started[1].end()
    click(panel.ui.cancelButton)
    assert panel.message.text == "Cancelled; 1 of 3 volumes was translated and stays."
    assert panel.ui.logText.plainText.count("Cancelled; ") == 2
    slicer.mrmlScene.RemoveNode(started[1].results[0])
    slicer.app.processEvents()
    assert panel.message.text == ""


def test_what_is_said_of_a_result_goes_with_it(panel, volume, click):
    choose(panel, t1=volume("head"))
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


def test_another_volume_ends_what_was_said_of_the_last(panel, volume, click):
    choose(panel, t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "error", "text": "head: It failed.", "cancelled": False})
    choose(panel, t1=volume("other"))
    assert panel.message.text == ""
