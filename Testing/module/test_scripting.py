"""What scripts may call: documented calls fit, and the logic works without any panel."""

import ast
import inspect
import re

import pytest
import slicer
from MedGANSynthPanels.errors import PanelError


@pytest.fixture
def logic(scene):
    import MedGANSynth

    return MedGANSynth.MedGANSynthLogic()


def test_documented_calls_fit(logic, repository):
    page = repository / "Resources" / "Docs" / "scripting.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    calls = [
        node
        for block in blocks
        for node in ast.walk(ast.parse(block))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logic.")
    ]
    assert len(calls) >= 6
    for call in calls:
        method = getattr(logic, call.func.attr)
        keywords = {keyword.arg: None for keyword in call.keywords}
        inspect.signature(method).bind(*[None for _argument in call.args], **keywords)


def test_models_are_listed_as_plain_data(logic):
    (row,) = [row for row in logic.models() if row["name"] == "t1-t2-brain"]
    assert row["what"] == "t1-to-t2, t2-to-t1"
    assert row["licence"] == "Apache-2.0"


class FakeRun:
    """A run that says what it was told to say, one event a look."""

    def __init__(self, waiting, events, nodes):
        self.waiting, self.events, self.results = waiting, list(events), nodes

    @property
    def open(self):
        self.waiting.hear(self.events.pop(0))
        return bool(self.events)


def test_waiting_gives_the_nodes_and_passes_every_event_on(scene):
    from MedGANSynthPanels.waiting import Waiting

    heard = []
    waiting = Waiting(heard.append)
    events = [{"event": "progress", "fraction": 0.5}, {"event": "done"}]
    assert waiting.results(FakeRun(waiting, events, ["node"])) == ["node"]
    assert heard == events
    events = [{"event": "error", "text": "It failed.", "cancelled": False}]
    with pytest.raises(PanelError, match=r"^It failed\.$"):
        waiting.results(FakeRun(waiting, events, []))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"model": "none-such"}, "The model none-such is not on this computer"),
        ({"model": "t1-t2-brain", "direction": "t1-to-ct"}, "has no direction t1-to-ct"),
    ],
)
def test_what_is_wrong_is_raised_in_one_sentence(logic, volume, options, text):
    node = volume("head")
    before = slicer.mrmlScene.GetNumberOfNodes()
    with pytest.raises(PanelError, match=text):
        logic.translate(node, **options)
    with pytest.raises(PanelError, match="A walk needs two seeds"):
        logic.interpolate("nobody", 1, None)
    with pytest.raises(PanelError, match="No volume is chosen"):
        logic.translate_several([], "t1-t2-brain")
    with pytest.raises(PanelError, match="is not a folder"):
        logic.translate_folder("/no/such/folder", "/tmp/out", "t1-t2-brain")
    assert slicer.mrmlScene.GetNumberOfNodes() == before
