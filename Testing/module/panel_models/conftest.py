"""The Models panel, pressed with the mouse, over a pretended worker."""

import functools
import json
import shutil
from pathlib import Path

import pytest

SHIPPED = Path(__file__).resolve().parents[3] / "Resources" / "Models" / "t1-t2-brain"


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


@pytest.fixture
def shipped():
    return SHIPPED


@pytest.fixture
def package():
    """Makes a copy of the shipped model under another name."""

    def copy(folder, name):
        shutil.copytree(SHIPPED, folder)
        manifest = json.loads((folder / "model.json").read_text())
        manifest["name"] = name
        (folder / "model.json").write_text(json.dumps(manifest))
        return folder

    return copy


@pytest.fixture
def own(tmp_path, monkeypatch, package):
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
    """With `names()` of the list, `choose(name)`, the `shipped` models' names and its `changes`."""
    from MedGANSynthPanels.panel_models import PanelModels

    panel = PanelModels(Logic())
    panel.widget.resize(520, 1200)
    panel.widget.show()
    panel.names = functools.partial(names, panel)
    panel.choose = functools.partial(choose, panel)
    panel.shipped = sorted(folder.name for folder in SHIPPED.parent.iterdir())
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
