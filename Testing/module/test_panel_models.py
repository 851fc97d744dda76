"""The Models panel: pressed with the mouse, with a pretended worker and once with the real one."""

import itertools
import json
import shutil
import zipfile
from pathlib import Path

import pytest

SHIPPED = Path(__file__).resolve().parents[2] / "Resources" / "Models" / "t1-t2-brain"
ALL_SHIPPED = sorted(folder.name for folder in SHIPPED.parent.iterdir())
PATIENCE_S = 300


class PretendedWorker:
    """Takes Tasks whose fields are right, and answers when the test says so."""

    def __init__(self):
        self.jobs = []

    def submit(self, task, fields, listener):
        from MedGANSynthPanels.paths import check_absolute

        from MedGANSynthLib import schema, tasks

        check_absolute(task, fields)
        schema.from_dict(tasks.TASKS[task], fields, task)
        job = PretendedJob(task, fields, listener)
        self.jobs.append(job)
        return job


class PretendedJob:
    def __init__(self, task, fields, listener):
        self.task, self.fields, self.listener = task, fields, listener

    def cancel(self):
        self.listener({"event": "error", "text": "Cancelled.", "cancelled": True})

    def warn(self, text):
        self.listener({"event": "warning", "text": text})

    def done(self, **result):
        self.listener({"event": "done", "result": result})


class Logic:
    is_ready = True

    def ready(self, parent=None):
        return self.is_ready


def package(folder, name):
    """A copy of the shipped model under another name."""
    shutil.copytree(SHIPPED, folder)
    manifest = json.loads((folder / "model.json").read_text())
    manifest["name"] = name
    (folder / "model.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The folder of the user's own models, with one in it."""
    folder = tmp_path / "models"
    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(folder))
    folder.mkdir()
    package(folder / "mine", "mine")
    return folder


@pytest.fixture
def worker(monkeypatch):
    from MedGANSynthPanels import lifetime

    pretended = PretendedWorker()
    monkeypatch.setattr(lifetime, "the_worker", lambda: pretended)
    return pretended


@pytest.fixture
def panel(scene, own):
    from MedGANSynthPanels.panel_models import PanelModels

    panel = PanelModels(Logic())
    panel.widget.resize(520, 1200)
    panel.widget.show()
    panel.changes = []
    panel.changed.connect(lambda: panel.changes.append(1))
    yield panel
    panel.cleanup()
    panel.widget.hide()


@pytest.fixture
def answer(monkeypatch):
    """What file dialogs and questions are answered with; the questions are kept."""
    import qt
    import slicer

    asked = []

    def set_answers(path="", sure=True):
        for dialog in ("getOpenFileName", "getExistingDirectory"):
            monkeypatch.setattr(qt.QFileDialog, dialog, staticmethod(lambda *arguments: str(path)))

        def confirm(text, *arguments, **keywords):
            asked.append(text)
            return sure

        monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", confirm)
        return asked

    return set_answers


def names(panel):
    table = panel.ui.modelTable
    return [table.item(row, 0).text() for row in range(table.rowCount)]


def choose(panel, name):
    panel.ui.modelTable.setCurrentCell(names(panel).index(name), 0)


def test_lists_shipped_and_own_models_with_card_and_licence(panel):
    assert names(panel) == [*ALL_SHIPPED, "mine"]
    choose(panel, SHIPPED.name)
    table, row = panel.ui.modelTable, ALL_SHIPPED.index(SHIPPED.name)
    assert [table.item(row, column).text() for column in range(1, 5)] == [
        json.loads((SHIPPED / "model.json").read_text())["version"],
        "T1 → T2, T2 → T1",
        "Apache-2.0",
        "shipped",
    ]
    assert panel.list.entry.name == "t1-t2-brain"
    assert panel.ui.licenceText.text == "Apache-2.0"
    assert panel.ui.folderText.text == str(SHIPPED)
    assert "Limits" in panel.ui.cardText.plainText
    assert panel.ui.previewLabel.visible


def test_a_broken_model_says_what_is_wrong(panel, own):
    (own / "mine" / "model.json").write_text("{")
    panel.enter()
    choose(panel, "mine")
    assert "cannot be used" in panel.ui.modelTable.item(names(panel).index("mine"), 4).text()
    assert "model.json" in panel.ui.cardText.plainText


def test_generators_say_what_they_make(panel, tiny_generator, own):
    shutil.copytree(tiny_generator, own / "nobody")
    panel.enter()
    assert panel.ui.modelTable.item(names(panel).index("nobody"), 2).text() == "makes T1 of nobody"


def test_shipped_models_stay(panel):
    choose(panel, "t1-t2-brain")
    assert not panel.ui.removeButton.enabled
    assert panel.ui.removeButton.toolTip == "It ships with MedGANSynth"


def test_remove_asks_first(panel, click, answer, own):
    choose(panel, "mine")
    asked = answer(sure=False)
    click(panel.ui.removeButton)
    assert len(asked) == 1 and "mine" in asked[0]
    assert names(panel) == [*ALL_SHIPPED, "mine"]
    answer(sure=True)
    click(panel.ui.removeButton)
    assert names(panel) == ALL_SHIPPED
    assert not (own / "mine").exists()
    assert panel.message.text == "mine is removed."
    assert panel.changes == [1]


def test_verify(panel, click, worker):
    assert not panel.ui.cancelButton.visible
    choose(panel, SHIPPED.name)
    click(panel.ui.verifyButton)
    (job,) = worker.jobs
    assert (job.task, job.fields) == ("models verify", {"model": str(SHIPPED)})
    assert panel.ui.cancelButton.visible
    assert not panel.ui.verifyButton.enabled
    assert panel.ui.verifyButton.toolTip == "Something is going on; cancel it first"
    job.done(text="t1-t2-brain 0.1: sound")
    assert panel.message.text == "t1-t2-brain 0.1: sound"
    assert panel.ui.verifyButton.enabled
    assert not panel.ui.cancelButton.visible


def test_cancel(panel, click, worker):
    click(panel.ui.verifyButton)
    click(panel.ui.cancelButton)
    assert panel.message.text == "Cancelled."
    assert panel.ui.verifyButton.enabled


def test_a_failure_shows_the_log(panel, click, worker):
    assert not panel.ui.logSection.visible
    click(panel.ui.verifyButton)
    worker.jobs[0].listener({"event": "error", "text": "It has failed.", "log": "last words"})
    assert panel.message.text == "It has failed."
    assert panel.ui.logSection.visible
    assert panel.ui.logText.plainText == "last words"
    click(panel.ui.verifyButton)
    assert not panel.ui.logSection.visible


def test_not_installed_nothing_happens(panel, click, worker, answer, tmp_path):
    answer(path=tmp_path)
    panel.logic.is_ready = False
    for button in (panel.ui.verifyButton, panel.ui.addFolderButton):
        click(button)
    assert worker.jobs == []


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_add(panel, click, worker, answer, own, tmp_path, kind):
    path = package(tmp_path / "new", "new")
    button = panel.ui.addFolderButton
    if kind == "file":
        path = tmp_path / "new.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(tmp_path / "new" / "model.json", "new/model.json")
        button = panel.ui.addFileButton
    asked = answer(path=path)
    click(button)
    (job,) = worker.jobs
    assert job.fields == {"package": str(path), "overwrite": False}
    assert asked == []
    package(own / "new", "new")
    job.done(text="new is in the catalogue", outputs=[str(own / "new")])
    assert panel.list.entry.name == "new"
    assert panel.changes == [1]


def test_add_under_a_name_that_is_there_asks(panel, click, worker, answer, tmp_path):
    path = package(tmp_path / "other", "mine")
    asked = answer(path=path, sure=False)
    click(panel.ui.addFolderButton)
    assert len(asked) == 1 and worker.jobs == []
    answer(path=path, sure=True)
    click(panel.ui.addFolderButton)
    assert worker.jobs[0].fields["overwrite"] is True


def test_a_dialog_that_is_cancelled_adds_nothing(panel, click, worker, answer):
    answer(path="")
    click(panel.ui.addFileButton)
    assert worker.jobs == [] and panel.message.text == ""


def fill(panel, weights):
    panel.ui.importSection.collapsed = False
    panel.ui.weightsEdit.currentPath = str(weights)
    panel.ui.nameEdit.text = "theirs"


def test_import(panel, click, worker, own, tmp_path):
    import slicer

    weights = tmp_path / "latest_net_G.pth"
    weights.write_bytes(b"x")
    assert panel.ui.importButton.toolTip == "Choose the file with the weights"
    fill(panel, weights)
    panel.ui.spacingBox.value = 0.9
    click(panel.ui.importButton)
    first = worker.jobs[0]
    out = Path(first.fields["out"])
    assert first.task == "models import"
    assert first.fields == {
        "weights": weights,
        "architecture": "resnet_9blocks",
        "name": "theirs",
        "source": "t1",
        "target": "t2",
        "reverse": None,
        "spacing": 0.9,
        "licence": "unknown",
        "out": str(out),
    }
    assert out.parent.parent == Path(slicer.app.temporaryPath)
    first.warn("measure the model on your own data")
    first.done(text="written", outputs=[str(out)])
    second = worker.jobs[1]
    assert (second.task, second.fields) == ("models add", {"package": str(out)})
    package(own / "theirs", "theirs")
    second.done(text="theirs is in the catalogue", outputs=[str(own / "theirs")])
    expected = "theirs is in the catalogue\nmeasure the model on your own data"
    assert panel.message.text == expected
    assert panel.list.entry.name == "theirs"
    assert not out.parent.exists()


def test_import_of_a_generator(panel, click, worker, own, tmp_path):
    """Of the published alpha-WGAN code: other rows, another Task."""
    ui = panel.ui
    weights, encoder = tmp_path / "G_iter200000.pth", tmp_path / "E_iter200000.pth"
    weights.write_bytes(b"x")
    fill(panel, weights)
    assert ui.sourceEdit.visible and not ui.voxelEdit.visible
    ui.architectureBox.setCurrentIndex(ui.architectureBox.findText("alpha-WGAN"))
    rows = ("source", "reverse", "encoder", "voxel", "crop")
    assert [getattr(ui, f"{n}Edit").visible for n in rows] == [False, False, True, True, True]
    assert not ui.spacingBox.visible and ui.targetEditLabel.text == "Shows:"
    for voxels, tip in (
        ("", "Say how large its voxels are: three numbers in mm, such as 1 1 1"),
        ("1 1", "Say how large its voxels are: three numbers in mm, such as 1 1 1"),
        ("1 1 0", "Say how large its voxels are: three numbers in mm, such as 1 1 1"),
        ("0.9, 0.9, 3", "Make a model of these weights and put it into your models"),
    ):
        ui.voxelEdit.text = voxels
        assert ui.importButton.toolTip == tip
    ui.cropEdit.text = "64 64 x"
    assert ui.importButton.toolTip.startswith("Say how many voxels to keep")
    ui.cropEdit.text = "64 64 40"
    ui.encoderEdit.currentPath = str(encoder)
    assert ui.importButton.toolTip.startswith("There is no file of weights for the encoder")
    encoder.write_bytes(b"x")
    ui.encoderEdit.currentPath = ""
    ui.encoderEdit.currentPath = str(encoder)
    click(ui.importButton)
    (job,) = worker.jobs
    assert job.task == "models import-alpha-wgan"
    assert job.fields == {
        "weights": weights,
        "encoder": encoder,
        "name": "theirs",
        "modality": "t2",
        "spacing": [0.9, 0.9, 3.0],
        "crop": [64, 64, 40],
        "licence": "unknown",
        "out": job.fields["out"],
    }
    job.done(text="written", outputs=[job.fields["out"]])
    assert worker.jobs[1].task == "models add"


def test_an_imported_generator_is_among_the_models(
    panel, click, library_worker, own, tmp_path, wait_until
):
    """With weights as the published code saves them, and the library's own work."""
    import torch

    channels = (16, 8, 4, 2, 1)
    state = {"tp_conv1.weight": torch.randn(10, 16, 4, 4, 4)}
    for n, (before, after) in enumerate(itertools.pairwise(channels), 2):
        state[f"tp_conv{n}.weight"] = torch.randn(after, before, 3, 3, 3)
    weights = tmp_path / "G_iter200000.pth"
    torch.save(state, weights)
    fill(panel, weights)
    ui = panel.ui
    ui.architectureBox.setCurrentIndex(ui.architectureBox.findText("alpha-WGAN"))
    ui.voxelEdit.text = "1 1 1"
    click(ui.importButton)
    wait_until(lambda: panel.job is None, PATIENCE_S)
    assert "theirs" in names(panel), panel.message.text
    assert panel.list.entry.manifest.generation.crop == (64, 64, 64)
    assert ui.modelTable.item(names(panel).index("theirs"), 2).text() == "makes T2 of nobody"


def test_import_that_fails_leaves_nothing(panel, click, worker, tmp_path):
    weights = tmp_path / "a.pth"
    weights.write_bytes(b"x")
    fill(panel, weights)
    click(panel.ui.importButton)
    folder = Path(worker.jobs[0].fields["out"]).parent
    worker.jobs[0].listener({"event": "error", "text": "not a state dict.", "cancelled": False})
    assert panel.message.text == "not a state dict."
    assert not folder.exists()
    assert panel.changes == []


@pytest.mark.parametrize(
    ("name", "source", "says"),
    [
        ("", "t1", "Give the model a name"),
        ("a/b", "t1", "Give the model a name"),
        ("MINE", "t1", "There is a model of that name"),
        ("new", "t2", "Name two different modalities"),
        ("new", "", "Say which modality"),
    ],
)
def test_why_import_is_disabled(panel, tmp_path, name, source, says):
    weights = tmp_path / "a.pth"
    weights.write_bytes(b"x")
    fill(panel, weights)
    panel.ui.nameEdit.text = name
    panel.ui.sourceEdit.text = source
    assert not panel.ui.importButton.enabled
    assert panel.ui.importButton.toolTip.startswith(says)


def test_open_folder(panel, click, monkeypatch):
    import qt

    opened = []
    monkeypatch.setattr(
        qt.QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url.toLocalFile()))
    )
    choose(panel, SHIPPED.name)
    click(panel.ui.openFolderButton)
    assert opened == [str(SHIPPED)]


def test_with_the_real_worker(panel, click, answer, own, tmp_path, wait_until):
    """Add a package, verify it, refuse a damaged one: with torch, in the real process."""
    from MedGANSynthPanels import lifetime

    def end_of(button):
        click(button)
        wait_until(lambda: panel.job is None, PATIENCE_S)

    try:
        answer(path=package(tmp_path / "new", "new"))
        end_of(panel.ui.addFolderButton)
        assert "new is in the catalogue" in panel.message.text
        assert panel.list.entry.name == "new"
        end_of(panel.ui.verifyButton)
        assert "sound" in panel.message.text
        damaged = package(tmp_path / "damaged", "damaged")
        weights = damaged / "weights.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1] + b"x")
        answer(path=damaged)
        end_of(panel.ui.addFolderButton)
        assert "damaged" in panel.message.text and "new" not in panel.message.text
        assert names(panel) == [*ALL_SHIPPED, "mine", "new"]
    finally:
        lifetime.end()


def test_a_broken_model_shows_no_picture(panel, own):
    choose(panel, "mine")
    assert panel.ui.previewLabel.visible
    (own / "mine" / "model.json").write_text("{")
    panel.enter()
    choose(panel, "mine")
    assert not panel.ui.previewLabel.visible


@pytest.mark.parametrize("button", ["verifyButton", "removeButton", "openFolderButton"])
def test_a_model_that_vanished_leaves_the_list(panel, click, worker, answer, own, button):
    choose(panel, "mine")
    asked = answer(sure=True)
    shutil.rmtree(own / "mine")
    click(getattr(panel.ui, button))
    assert names(panel) == ALL_SHIPPED
    text = f"mine is not in {own / 'mine'} any more; the list shows what is there."
    assert panel.message.text == text
    assert (worker.jobs, asked, panel.changes) == ([], [], [1])


def test_a_cancelled_dialog_leaves_no_old_message(panel, click, worker, answer):
    click(panel.ui.verifyButton)
    worker.jobs[0].listener({"event": "error", "text": "It has failed."})
    answer(path="")
    click(panel.ui.addFileButton)
    assert panel.message.text == ""


def test_notices_are_said_once(panel, click, worker):
    click(panel.ui.verifyButton)
    for text in ("a", "b", "a", "c", "d"):
        worker.jobs[0].warn(text)
    worker.jobs[0].done(text="sound")
    assert panel.message.text == "sound\na\nb\nc\nAnd 1 more; see the log."
    assert panel.ui.logSection.visible


def test_all_columns_are_in_view(panel):
    import qt

    table = panel.ui.modelTable
    for size in (520, 700, 500):
        panel.widget.resize(size, 1200)
        qt.QApplication.processEvents()
        widths = [table.columnWidth(column) for column in range(5)]
        assert sum(widths) <= table.viewport().width
        assert all(width >= 40 for width in widths)


def test_a_model_that_must_not_be_read_is_listed(panel, click, worker, answer, own, closed):
    closed(own / "mine")
    panel.enter()
    choose(panel, "mine")
    said = f"{own / 'mine'}: no permission to read it; change its permissions."
    assert panel.ui.modelTable.item(names(panel).index("mine"), 4).text() == "cannot be used"
    assert panel.ui.cardText.plainText == said
    answer(sure=True)
    click(panel.ui.removeButton)
    text = f"{own / 'mine'}: cannot be removed (Permission denied); delete it yourself."
    assert panel.message.text == text and list(own.iterdir()) == [own / "mine"]


def test_models_that_must_not_be_listed(panel, own, closed):
    closed(own)
    panel.enter()
    assert names(panel) == ALL_SHIPPED
    assert panel.message.text == f"{own}: no permission to read it; change its permissions."
    own.chmod(0o755)
    panel.enter()
    assert (names(panel), panel.message.text) == ([*ALL_SHIPPED, "mine"], "")


def test_a_model_that_was_mended_is_shown_as_such(panel, click, worker, own):
    path = own / "mine" / "model.json"
    text = path.read_text()
    path.write_text("{")
    panel.enter()
    choose(panel, "mine")
    path.write_text(text)
    click(panel.ui.verifyButton)
    worker.jobs[0].done(text="mine 0.2: sound")
    assert panel.ui.modelTable.item(names(panel).index("mine"), 4).text() == "yours"
    assert "Limits" in panel.ui.cardText.plainText and panel.list.entry.name == "mine"
    assert panel.message.text == "mine 0.2: sound" and panel.changes == [1]


def test_a_shipped_models_name_is_not_to_be_chosen_on_a_command_line(own, tmp_path):
    from MedGANSynthPanels.panel_words import in_the_panel

    from MedGANSynthLib import tasks
    from MedGANSynthLib.errors import MedGANSynthError

    other = package(tmp_path / "other", SHIPPED.name)
    with pytest.raises(MedGANSynthError) as caught:
        tasks.run(tasks.ModelsAdd(package=other))
    expected = f"{SHIPPED}; give it another name in its model.json."
    assert in_the_panel(str(caught.value)).endswith(expected)
