"""What the user has chosen: in the scene, and between sessions."""

import json

import pytest
import qt
import slicer


@pytest.fixture
def node(scene):
    qt.QSettings().remove("MedGANSynth")
    yield scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    qt.QSettings().remove("MedGANSynth")


def test_a_new_scene_starts_with_the_last_sessions_settings(node, scene):
    from MedGANSynthPanels.parameters import Show, Source, remember, wrap

    first = wrap(node)
    assert (first.settings.device, first.settings.show) == ("auto", Show.FADE)
    first.settings.device = "cuda:1"
    first.settings.show = Show.SIDE_BY_SIDE
    first.settings.source = Source.SEVERAL
    first.settings.fade = 0.25
    remember(first, "settings")
    second = wrap(scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))
    assert second.settings.device == "cuda:1"
    assert second.settings.show is Show.SIDE_BY_SIDE
    assert second.settings.source is Source.SEVERAL
    assert second.settings.fade == 0.25


def test_what_the_scene_says_counts_more(node):
    from MedGANSynthPanels.parameters import KEPT, wrap

    wrap(node).settings.device = "cpu"
    qt.QSettings().setValue(KEPT["settings"][1], json.dumps({"device": "cuda:0"}))
    assert wrap(node).settings.device == "cpu"


def test_a_scene_that_was_closed_starts_with_the_last_sessions_settings(node):
    from MedGANSynthPanels.parameters import MedGANSynthParameterNode, remember, wrap

    parameters = wrap(node)
    parameters.settings.device = "cpu"
    remember(parameters, "settings")
    node.UnsetAllParameters()
    MedGANSynthParameterNode(node)  # as Slicer's cached wrappers do when their node is emptied
    assert wrap(node).settings.device == "cpu"


@pytest.mark.parametrize(
    "text",
    ["{", "[1]", "null", '{"fade": 7, "show": "NO", "device": 3, "uncertainty": "x", "gone": 1}'],
)
def test_damaged_settings_are_left_out(node, text):
    from MedGANSynthPanels.parameters import KEPT, Show, TranslateSettings, wrap

    qt.QSettings().setValue(KEPT["settings"][1], text)
    settings = wrap(node).settings
    assert settings.fade == 0.5 and settings.show is Show.FADE
    assert settings.device == "auto" and settings.uncertainty is False
    assert settings == TranslateSettings()


def test_nodes_are_kept_and_may_go(node, volume, scene):
    from MedGANSynthPanels.parameters import wrap

    parameters = wrap(node)
    a, b = volume("a"), volume("b")
    parameters.inputs = {"t1": a, "flair": b}
    parameters.volumes = [b, a]
    assert parameters.inputs == {"t1": a, "flair": b}
    scene.RemoveNode(b)
    assert parameters.inputs == {"t1": a, "flair": None}
    assert parameters.volumes == [None, a]


def test_a_saved_scene_brings_them_back(scene, volume, tmp_path):
    import MedGANSynth

    qt.QSettings().remove("MedGANSynth")
    logic = MedGANSynth.MedGANSynthLogic()
    parameters = logic.getParameterNode()
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    parameters.inputs, parameters.restriction = {"t1": volume("head")}, roi
    parameters.settings.model = "some-model"
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    scene.Clear()
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    parameters = logic.getParameterNode()
    assert parameters.inputs["t1"].GetName() == "head"
    assert parameters.restriction.GetName() == "box"
    assert parameters.settings.model == "some-model"


def test_a_node_has_one_wrapper(node, scene):
    from MedGANSynthPanels.parameters import wrap

    assert wrap(node) is wrap(node)
    other = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    assert wrap(other).parameterNode is other
