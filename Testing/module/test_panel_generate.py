"""The Generate panel by mouse: with a run that does what a test says, and the real worker."""

import shutil

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.nifti_in import Frames

from MedGANSynthLib.volume.provenance import Provenance

PATIENCE_S = 300  # of a busy machine
MADE = Provenance(model="nobody", model_sha256="0" * 64, seed=7)
AFFINE = np.diag([-2.0, 2.0, 2.0, 1.0])


class Run:
    """Stands for a Generation that was started."""

    def __init__(self, arguments, options):
        self.listener = options.pop("listener")
        self.arguments, self.options = arguments, options
        self.open = True

    def say(self, event):
        self.open = self.open and event["event"] not in ("done", "error")
        self.listener(event)

    def cancel(self):
        self.say({"event": "error", "text": "Cancelled.", "cancelled": True})


@pytest.fixture
def panel(generator_package, module, one_shipped):
    """The Generate panel, on show."""
    module.pages.ui.pages.setCurrentWidget(module.pages.generate.widget)
    module.parent.show()
    yield module.pages.generate
    module.parent.hide()


@pytest.fixture
def runs(panel, monkeypatch):
    """What was started, by the logic's method; it does nothing."""
    started = []
    for name in ("generate", "interpolate"):

        def start(*arguments, name=name, **options):
            started.append((name, Run(arguments, options)))
            return started[-1][1]

        monkeypatch.setattr(panel.logic, name, start)
    monkeypatch.setattr(panel.logic, "ready", lambda parent: True)
    return started


@pytest.fixture
def made(scene):
    """`made(value)`: a generated volume node whose voxels have about this value."""
    from MedGANSynthPanels.generated import place_generated

    def make(value):
        array = np.random.default_rng(value).normal(value, 1, (1, 6, 8, 8)).astype(np.float32)
        return place_generated(Frames(array, AFFINE, 1.0), f"nobody {value} (synthetic T1)", MADE)

    return make


def shown():
    """The volume in the red slice view."""
    red = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    return slicer.mrmlScene.GetNodeByID(red.GetBackgroundVolumeID() or "")


def press(panel, row):
    """Click the picture of this row with the mouse."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    list_ = panel.ui.thumbnailList
    place = list_.visualItemRect(list_.item(row)).center()
    QTest.mouseClick(list_.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_only_models_that_generate_are_offered(panel, generator_package):
    other = (
        shutil.copytree(generator_package, generator_package.with_name("another")) / "model.json"
    )
    other.write_text(other.read_text().replace('"nobody"', '"another"'))
    panel.enter()
    ui = panel.ui
    names = [ui.modelBox.itemText(n) for n in range(ui.modelBox.count)]
    assert {"another", "nobody"} <= set(names) and "t1-t2-brain" not in names
    ui.modelBox.setCurrentIndex(names.index("nobody"))
    assert panel.parameters.generate.model == "nobody"
    assert ui.titleLabel.text == "Scans of nobody"
    assert ui.licenceLabel.text == "Apache-2.0"
    assert ui.timeLabel.text == "not measured on this computer yet"


def choose_walk(panel):
    """As a user does, with the keyboard."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.keyClick(panel.ui.makingBox, Qt.Key.Key_Down)


def test_old_messages_go(panel, runs, click):
    for change in (lambda: choose_walk(panel), slicer.mrmlScene.Clear):
        click(panel.ui.generateButton)
        runs[-1][1].say({"event": "error", "text": "It failed.", "cancelled": False})
        assert panel.message.text == "It failed."
        change()
        assert panel.message.text == ""


def test_a_click_starts_what_is_chosen(panel, runs, click):
    ui = panel.ui
    panel.parameters.generate.model = "nobody"
    ui.countBox.value, ui.seedBox.value, ui.temperatureSlider.value = 3, 7, 0.5
    ui.deviceBox.setCurrentIndex(1)
    click(ui.generateButton)
    ((name, run),) = runs
    assert (name, run.arguments) == ("generate", ("nobody", 3, 7))
    assert run.options == {"temperature": 0.5, "device": "cpu", "wait": False}
    assert ui.generateButton.toolTip == "Something runs; cancel it first"
    click(ui.cancelButton)
    assert panel.message.text == "Cancelled."


@pytest.mark.parametrize("agrees", [True, False])
def test_a_small_graphics_card_is_asked_about_once(panel, runs, click, monkeypatch, agrees):
    from MedGANSynthPanels import consent

    asked = []
    monkeypatch.setattr(consent, "_answer", [])
    monkeypatch.setattr(
        slicer.util, "confirmYesNoDisplay", lambda *words: asked.append(words) or agrees
    )
    error = {"event": "error", "text": "Not enough memory.", "cancelled": False}
    for _time in range(2):
        click(panel.ui.generateButton)
        runs[-1][1].say(error | {"gpu_too_small": True})
        assert panel.running.open == agrees == consent.agreed()
        if agrees:  # the processor has too little, too
            runs[-1][1].say(error | {"gpu_too_small": True})
        assert panel.message.text == "Not enough memory." and not panel.running.open
    assert len(asked) == 1 and len(runs) == (4 if agrees else 2)


def test_a_walk_needs_two_seeds(panel, runs, click):
    ui = panel.ui
    panel.parameters.generate.model = "nobody"
    assert not ui.toSeedBox.visible and ui.countBox.visible
    ui.makingBox.setCurrentIndex(1)
    assert ui.toSeedBox.visible and ui.stepsBox.visible and not ui.countBox.visible
    ui.seedBox.value = ui.toSeedBox.value = 5
    assert not ui.generateButton.enabled
    assert ui.generateButton.toolTip == "A walk needs two different seeds; throw one of the dice"
    ui.toSeedBox.value, ui.stepsBox.value = 6, 4
    ui.interpolationBox.setCurrentIndex(1)
    click(ui.generateButton)
    ((name, run),) = runs
    assert (name, run.arguments) == ("interpolate", ("nobody", 5, 6, 4))
    assert run.options["interpolation"] == "lerp"


def test_the_dice(panel, click):
    thrown = set()
    for _throw in range(4):
        click(panel.ui.seedDiceButton)
        thrown.add(panel.parameters.generate.seed)
    assert len(thrown) == 4 and all(0 <= seed < 2**31 for seed in thrown)
    before = panel.parameters.generate.seed
    panel.ui.makingBox.setCurrentIndex(1)
    click(panel.ui.toSeedDiceButton)
    assert panel.parameters.generate.toSeed == panel.ui.toSeedBox.value
    assert panel.parameters.generate.seed == before


def test_pictures_come_one_by_one_and_show_their_volume(panel, runs, click, made, wait_until):
    panel.parameters.generate.model = "nobody"
    assert not panel.ui.madeSection.visible
    click(panel.ui.generateButton)
    run = runs[0][1]
    nodes = [made(10)]
    run.say({"event": "made", "nodes": nodes})
    assert panel.ui.thumbnailList.count == 1 and shown() is nodes[0]
    nodes.append(made(20))
    run.say({"event": "made", "nodes": nodes[1:]})
    assert panel.ui.thumbnailList.count == 2 and shown() is nodes[0]
    run.say({"event": "done", "nodes": nodes, "seconds": 2.0, "text": "2 volumes are generated"})
    assert panel.message.text == "2 volumes are generated."
    press(panel, 1)
    assert shown() is nodes[1]
    slicer.util.setSliceViewerLayers(background=nodes[0])
    press(panel, 1)  # again
    assert shown() is nodes[1]
    assert not panel.ui.frameSlider.visible
    slicer.mrmlScene.RemoveNode(nodes[0])
    wait_until(lambda: panel.ui.thumbnailList.count == 1)
    assert panel.thumbnails.shown == [(nodes[1], 0)]
    panel.thumbnails.add(nodes[1])
    assert panel.ui.thumbnailList.takeItem(1).text() == "2"  # as its name, whatever has gone
    panel.thumbnails.shown.pop()
    assert panel.message.text == "2 volumes are generated."
    slicer.mrmlScene.RemoveNode(nodes[1])
    wait_until(lambda: panel.message.text == "")
    click(panel.ui.generateButton)
    assert panel.ui.thumbnailList.count == 0


def test_the_cine_that_is_chosen_plays(panel, runs, click, scene):
    from MedGANSynthPanels.generated import place_cine

    panel.parameters.generate.model = "nobody"
    click(panel.ui.generateButton)
    array = np.random.default_rng(0).normal(size=(4, 1, 6, 5)).astype(np.float32)
    frames = Frames(array, AFFINE, 0.05)
    cines = [place_cine(frames, name, MADE, name == "a") for name in "ab"]
    logic = slicer.modules.sequences.logic()
    browsers = [logic.GetFirstBrowserNodeForSequenceNode(cine) for cine in cines]
    runs[0][1].say({"event": "made", "nodes": cines})
    assert panel.ui.thumbnailList.count == 2
    assert [panel.ui.thumbnailList.item(row).text() for row in range(2)] == ["0", "1"]
    assert shown() is browsers[0].GetProxyNode(cines[0])
    assert panel.ui.frameSlider.visible and panel.ui.frameSlider.maximum == 3
    assert [browser.GetPlaybackActive() for browser in browsers] == [True, False]
    press(panel, 1)
    assert shown() is browsers[1].GetProxyNode(cines[1])
    assert [browser.GetPlaybackActive() for browser in browsers] == [False, True]
    browsers[1].SetSelectedItemNumber(2)  # as playing does
    assert panel.ui.frameSlider.value == 2 and panel.ui.frameLabel.text == "Frame 3 of 4:"


def test_a_lost_scene_is_said_for_good(panel, runs, click, made, wait_until):
    panel.parameters.generate.model = "nobody"
    panel.parameters.generate.making = panel.parameters.generate.making.WALK
    panel.ui.toSeedBox.value = 8
    click(panel.ui.generateButton)
    run = runs[0][1]
    run.results = [made(1)]
    closing = slicer.vtkMRMLScene.StartCloseEvent
    lost = {"event": "error", "text": "The scene was closed.", "cancelled": False, "lost": True}
    tag = slicer.mrmlScene.AddObserver(closing, lambda *_: run.say(lost), 1.0)
    slicer.mrmlScene.Clear()
    slicer.mrmlScene.RemoveObserver(tag)
    slicer.app.processEvents()
    assert panel.message.text == "The scene was closed."


def cine(name, frames=4):
    from MedGANSynthPanels.generated import place_cine

    array = np.random.default_rng(0).normal(size=(frames, 1, 6, 5)).astype(np.float32)
    return place_cine(Frames(array, AFFINE, 0.05), name, MADE, False)


@pytest.mark.parametrize("change", ["leave", "walk"])
def test_what_is_chosen_during_a_run_does_not_change_it(panel, module, runs, click, scene, change):
    panel.parameters.generate.model = "nobody"
    panel.ui.countBox.value = 2
    click(panel.ui.generateButton)
    run, cines = runs[0][1], [cine("a"), cine("b")]
    run.say({"event": "made", "nodes": cines[:1]})
    if change == "leave":
        module.parent.exit()
    else:
        choose_walk(panel)
    run.say({"event": "made", "nodes": cines[1:]})
    run.say({"event": "done", "nodes": cines, "seconds": 2.0, "text": "2 volumes are generated"})
    module.parent.enter()
    assert panel.thumbnails.shown == [(node, 0) for node in cines]
    assert panel.message.text == "2 volumes are generated."


def test_a_walk_of_cines_has_a_picture_of_each_step(panel, runs, click, monkeypatch):
    monkeypatch.setattr(panel.running.view, "seconds", lambda: 3.0)
    panel.parameters.generate.model = "nobody"
    choose_walk(panel)
    panel.ui.toSeedBox.value, panel.ui.stepsBox.value = 8, 3
    click(panel.ui.generateButton)
    walk = cine("walk", 12)
    runs[0][1].say({"event": "made", "nodes": [walk]})
    runs[0][1].say({"event": "done", "nodes": [walk], "seconds": 3.0})
    assert panel.thumbnails.shown == [(walk, 0), (walk, 4), (walk, 8)]
    assert [panel.ui.thumbnailList.item(row).text() for row in range(3)] == ["1", "2", "3"]
    press(panel, 1)
    assert panel.ui.frameSlider.value == 4
    assert panel.ui.timeLabel.text.startswith("1.0 s for 5 × 6 × 1 voxels")


def test_label_maps_get_no_picture(panel, runs, click, made, scene):
    panel.parameters.generate.model = "nobody"
    click(panel.ui.generateButton)
    labels = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    image = made(3)
    runs[0][1].say({"event": "made", "nodes": [image]})
    runs[0][1].say({"event": "made", "nodes": [labels]})
    assert panel.thumbnails.shown == [(image, 0)]


def test_a_model_that_is_not_here(panel, module):
    panel.parameters.generate.model = "theirs"
    module.parent.exit()
    module.parent.enter()
    text = "The model theirs is not on this computer, so another one is chosen."
    assert panel.message.text == text
    assert panel.choice.entry.name != "theirs"


def test_what_is_said_of_a_model_goes_when_it_is_back(
    panel, module, generator_package, click, monkeypatch
):
    monkeypatch.setattr(panel.logic, "ready", lambda parent: True)
    aside = generator_package.parent.with_name("aside")
    panel.parameters.generate.model = "nobody"
    for notice in ("so another one is chosen", "(any more); add one on the Models page"):
        shutil.move(generator_package, aside)
        if "any more" in notice:
            click(panel.ui.generateButton)
        module.pages.ui.pages.setCurrentIndex(0)
        module.pages.ui.pages.setCurrentIndex(1)
        assert notice in panel.message.text
        shutil.move(aside, generator_package)
        module.parent.exit()
        module.parent.enter()
        assert panel.choice.entry.name == "nobody" and panel.message.text == ""


def test_a_model_whose_files_went_is_said_to_have_gone(
    panel, click, generator_package, monkeypatch
):
    monkeypatch.setattr(panel.logic, "ready", lambda parent: True)
    panel.parameters.generate.model = "nobody"
    shutil.rmtree(generator_package)
    click(panel.ui.generateButton)
    text = "The model nobody is not on this computer (any more); add one on the Models page."
    assert panel.message.text.startswith(text)
    log = panel.ui.logText.plainText
    assert "Not started" in log and text in log
    names = [panel.ui.modelBox.itemText(n) for n in range(panel.ui.modelBox.count)]
    assert "nobody" not in names and panel.parameters.generate.model == "nobody"


def test_no_model_that_generates(panel, monkeypatch):
    from MedGANSynthLib.models import catalogue

    monkeypatch.setattr(catalogue, "list_entries", lambda: [])
    panel.enter()
    text = "There is no model that generates; add one on the Models page"
    assert (panel.ui.generateButton.enabled, panel.ui.generateButton.toolTip) == (False, text)
    assert not panel.ui.cardButton.enabled


def test_choices_are_kept_in_the_scene_and_for_the_next(panel):
    panel.ui.countBox.value, panel.ui.temperatureSlider.value = 12, 0.7
    slicer.mrmlScene.Clear()
    assert panel.parameters.generate.count == 12
    assert panel.ui.countBox.value == 12 and panel.ui.temperatureSlider.value == 0.7


@pytest.fixture
def really(panel, click, wait_until, tmp_path, monkeypatch):
    """Presses Generate with the real worker and waits; nothing temporary is left in the end."""
    from MedGANSynthPanels import lifetime

    before = slicer.app.temporaryPath
    slicer.app.temporaryPath = str(tmp_path / "temporary")
    panel.parameters.generate.model = "nobody"
    panel.parameters.generate.device = "cpu"

    def go():
        click(panel.ui.generateButton)
        assert panel.running.open, panel.message.text
        wait_until(lambda: not panel.running.open, PATIENCE_S)

    yield go
    lifetime.end()
    left = [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()]
    slicer.app.temporaryPath = before
    assert left == []


def test_by_mouse_with_the_real_worker(panel, really):
    from MedGANSynthPanels.marking import provenance_of

    panel.ui.countBox.value, panel.ui.seedBox.value = 2, 7
    really()
    assert panel.message.text == "2 volumes are generated."
    first, second = (node for node, _frame in panel.thumbnails.shown)
    assert first.GetName() == "nobody 7-0 (synthetic T1)"
    assert first.GetImageData().GetDimensions() == (16, 16, 12)
    assert first.GetSpacing() == (2, 2, 2)
    voxels = [slicer.util.arrayFromVolume(node).copy() for node in (first, second)]
    assert 100 <= voxels[0].min() < voxels[0].max() <= 900
    assert not np.array_equal(*voxels)
    assert (provenance_of(first).model, provenance_of(first).seed) == ("nobody", 7)
    assert panel.ui.timeLabel.text.endswith(" s for 16 × 16 × 12 voxels, here and last time")

    # From the second volume's seed to another, straight; the first frame is seed 7's first volume.
    panel.ui.makingBox.setCurrentIndex(1)
    panel.ui.toSeedBox.value, panel.ui.stepsBox.value = 8, 3
    really()
    ((sequence, _first), *_others) = panel.thumbnails.shown
    assert panel.message.text.startswith("nobody 7 to 8 (synthetic T1) is ready after ")
    assert panel.ui.thumbnailList.count == sequence.GetNumberOfDataNodes() == 3
    start = slicer.util.arrayFromVolume(sequence.GetNthDataNode(0))
    np.testing.assert_allclose(start, voxels[0], atol=0.01)
    assert panel.ui.frameSlider.visible and panel.ui.frameLabel.text == "Frame 1 of 3:"
    assert not panel.frames.browser.GetPlaybackActive()
    proxy = shown()
    panel.ui.frameSlider.value = 2
    assert panel.ui.frameLabel.text == "Frame 3 of 3:"
    assert panel.ui.thumbnailList.currentRow == 2
    end = slicer.util.arrayFromVolume(sequence.GetNthDataNode(2))
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(proxy), end)
    press(panel, 1)
    assert panel.ui.frameSlider.value == 1
    slicer.mrmlScene.RemoveNode(sequence)
    slicer.app.processEvents()
    assert not panel.ui.frameSlider.visible and panel.thumbnails.shown == []
