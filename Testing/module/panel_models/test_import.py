"""The Models panel: weights of published code become a model."""

import itertools
from pathlib import Path

import pytest

PATIENCE_S = 300


def fill(panel, weights):
    panel.ui.importSection.collapsed = False
    panel.ui.weightsEdit.currentPath = str(weights)
    panel.ui.nameEdit.text = "theirs"


def test_import(panel, click, worker, own, tmp_path, package):
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
    assert "theirs" in panel.names(), panel.message.text
    assert panel.list.entry.manifest.generation.crop == (64, 64, 64)
    assert ui.modelTable.item(panel.names().index("theirs"), 2).text() == "makes T2 of nobody"


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
