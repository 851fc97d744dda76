"""The trainer's command: what is shown, what is run, and how it is found again."""

import shlex
import shutil
import sys
from pathlib import Path

import pytest
from MedGANSynthPanels import trainer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.training_task import start_training, train_task

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def task(tmp_path):
    return train_task("cyclegan-t1-t2-debug", None, tmp_path / "my run", ("batch=2",), "cpu")


def test_the_line_can_be_typed(task, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    library, command = trainer.command_text(task).split(" && ")
    assert shlex.split(library) == ["cd", str(ROOT)]
    assert shlex.split(command) == trainer.command_of(task)
    out = str(task.out)
    words = ["train", "--preset", task.preset, "--out", out, "--set", "batch=2", "--device", "cpu"]
    assert trainer.command_of(task) == [sys.executable, "-m", "MedGANSynthLib", *words]


def test_in_slicer_its_launcher_of_python_runs_it(task, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/slicer/bin/{name}")
    assert trainer.command_of(task)[0] == "/slicer/bin/PythonSlicer"


def test_what_was_started_is_found_in_the_folder(task, monkeypatch):
    monkeypatch.setattr(trainer, "command_of", lambda task: [sys.executable, "-c", "print('ran')"])
    trainer.start(task)
    trainer._started[-1].wait(60)
    assert trainer.request_of(task.out) == task
    assert (task.out / "trainer.log").read_text().strip() == "ran"
    (task.out / "request.json").write_text('{"task": "translate", "fields": {}}')
    with pytest.raises(PanelError, match="my run was not started in Slicer; resume it with its"):
        trainer.request_of(task.out)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    task = train_task("cyclegan-t1-t2-debug", None, tmp_path / "file" / "run", (), "cpu")
    with pytest.raises(PanelError, match="cannot be used"):
        trainer.start(task)


def test_a_preset_that_there_is_not_starts_nothing(tmp_path):
    with pytest.raises(PanelError, match="no-such: no such preset"):
        start_training(train_task("no-such", None, tmp_path / "run", (), "cpu"), keep=False)
    assert not (tmp_path / "run").exists()
