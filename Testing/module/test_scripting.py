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
    for seed in (None, 1):
        with pytest.raises(PanelError, match="A walk needs two different seeds"):
            logic.interpolate("nobody", 1, seed)
    with pytest.raises(PanelError, match="No volume is chosen"):
        logic.translate_several([], "t1-t2-brain")
    with pytest.raises(PanelError, match="is not a folder"):
        logic.translate_folder("/no/such/folder", "/tmp/out", "t1-t2-brain")
    assert slicer.mrmlScene.GetNumberOfNodes() == before


def test_several_give_one_node_each_and_none_for_what_failed(logic, volume, monkeypatch):
    from MedGANSynthPanels import batch

    class Translation:
        """Gives a result and a map at once."""

        def __init__(self, _worker):
            self.results = []

        def start(self, node, listener, **_options):
            self.results = [volume(f"{node.GetName()} {kind}") for kind in ("result", "map")]
            listener({"event": "done", "nodes": self.results, "seconds": 1.0})

    monkeypatch.setattr(batch, "Translation", Translation)
    nodes = [volume(name) for name in ("gone", "a", "b")]
    slicer.mrmlScene.RemoveNode(nodes[0])
    heard = []
    made = logic.translate_several(nodes, "t1-t2-brain", listener=heard.append)
    assert [node and node.GetName() for node in made] == [None, "a result", "b result"]
    assert [e["text"] for e in heard if e["event"] == "warning"] == [
        "gone is not in the scene any more; choose another."
    ]


@pytest.mark.parametrize("wrong", [-1.0, 11, float("nan"), float("inf")])
def test_a_temperature_out_of_its_range_is_refused_at_once(logic, generator_package, wrong):
    with pytest.raises(PanelError, match="temperature must lie between 0 and 10, not"):
        logic.generate("nobody", temperature=wrong)


@pytest.mark.parametrize(
    ("data", "options", "text"),
    [
        ({"t1": "/x"}, {}, "A training takes the path of a data list"),
        ("/nope.json", {}, "/nope.json is no data list"),
        (None, {"settings": 5}, "Give the settings as a list of texts"),
        (None, {"settings": "widths=2"}, "widths"),
        (None, {"settings": [2]}, "Give the settings as a list of texts"),
        (None, {"device": 5}, "train: device must be a text, not a whole number"),
        (None, {"preset": None}, "Name a preset"),
        (None, {"out": None}, "A path is missing"),
        (None, {"out": ["a"]}, "A path is asked for, and this is of the type list"),
    ],
)
def test_a_training_that_cannot_start_is_refused_at_once(logic, tmp_path, data, options, text):
    what = {"preset": "cyclegan-t1-t2-debug", "data": data, "out": tmp_path / "run"}
    before = len(logic.trainings())
    with pytest.raises(PanelError, match=text):
        logic.train(**(what | options))
    assert not (tmp_path / "run").exists() and len(logic.trainings()) == before


@pytest.mark.parametrize(
    ("data", "options", "text"),
    [
        ([{"subject": "a", "t1": None}], {}, "A node is asked for, and this is nothing"),
        ([{"t1": None}], {}, "Give the cases as a list of dictionaries"),
        ([], {}, "Give the cases as a list of dictionaries"),
        (5, {}, "Give the cases as a list of dictionaries"),
        ({"t1": None}, {}, "A path is missing"),
        (None, {"settings": 5}, "Give the settings as a list of texts"),
        (None, {"device": 5}, "data check: device must be a text"),
        ({"t1": "/x"}, {"validation": "a"}, "datalist: validation must be a number"),
        (None, {"listener": 3}, "The listener has to be a function"),
    ],
)
def test_data_that_cannot_be_looked_at_is_refused_at_once(logic, tmp_path, data, options, text):
    what = {"preset": "cyclegan-t1-t2-debug", "data": data, "out": tmp_path / "run"}
    with pytest.raises(PanelError, match=text):
        logic.check_training(**(what | options))
    assert not (tmp_path / "run").exists()


def test_one_setting_may_be_a_text(scene, tmp_path):
    from MedGANSynthPanels.training_task import train_task

    assert train_task("a", None, tmp_path, "steps=[1, 2]", "cpu").set == ("steps=[1, 2]",)
    assert train_task("a", None, tmp_path, ["b=1", "c=2"], "cpu").set == ("b=1", "c=2")


def test_a_listener_that_raises_is_told_of_once(scene, monkeypatch):
    from MedGANSynthPanels.waiting import Waiting

    raised, heard = [], []
    monkeypatch.setattr("sys.excepthook", lambda *error: raised.append(error[0]))

    def listener(event):
        heard.append(event)
        raise ZeroDivisionError

    waiting = Waiting(listener)
    events = [{"event": "progress", "fraction": n / 10} for n in range(10)] + [{"event": "done"}]
    assert waiting.results(FakeRun(waiting, events, ["node"])) == ["node"]
    assert heard == events and raised == [ZeroDivisionError]


def test_a_model_cannot_have_any_name(logic, tmp_path):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "best.pt").write_bytes(b"")
    for name in ("a/b", "..", 5):
        with pytest.raises(PanelError, match="A model cannot be called"):
            logic.export_training(tmp_path, name=name)
