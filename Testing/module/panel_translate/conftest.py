"""The Translate panel, with a run that does what a test says."""

import functools
import json
from pathlib import Path

import pytest

SHIPPED = Path(__file__).resolve().parents[3] / "Resources" / "Models" / "t1-t2-brain"


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
    """The panel, whose runs are kept in `panel.runs` and do nothing.

    `panel.choose(t1=node)` chooses inputs; `panel.Run` stands for other kinds of runs, too.
    """
    panel = module.pages.translate
    panel.runs = []
    panel.Run = Run
    panel.choose = functools.partial(choose, panel)

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
