"""Why Translate cannot be pressed: the first thing that is missing."""

import types

import pytest


@pytest.fixture
def chosen(scene):
    from MedGANSynthPanels.parameters import TranslateSettings

    return types.SimpleNamespace(settings=TranslateSettings(), inputs={}, volumes=[], output=None)


@pytest.fixture
def way(scene):
    from MedGANSynthPanels.fitting import ways

    from MedGANSynthLib.models import catalogue

    (entry,) = [e for e in catalogue.list_entries() if e.name == "t1-t2-brain"]
    return ways(entry)[0]


def test_one_volume(chosen, way, volume):
    from MedGANSynthPanels.readiness import problem

    assert problem(chosen, None) == "There is no model; add one on the Models page"
    assert problem(chosen, way) == "Choose a T1 volume"
    chosen.inputs = {"t1": None, "t2": volume("other")}
    assert problem(chosen, way) == "Choose a T1 volume"
    chosen.inputs = {"t1": volume("head")}
    assert problem(chosen, way) is None


def test_several_volumes(chosen, way, volume):
    import numpy as np
    from MedGANSynthPanels.parameters import Source
    from MedGANSynthPanels.readiness import problem

    chosen.settings.source = Source.SEVERAL
    assert problem(chosen, way) == "Check at least one volume"
    chosen.volumes = [volume("a"), volume("flat", np.zeros((4, 4, 1), np.int16))]
    assert problem(chosen, way).startswith("flat is one slice, but no axial one")
    chosen.volumes = [volume("a"), None]
    assert problem(chosen, way) is None


def test_a_folder(chosen, way, tmp_path):
    from MedGANSynthPanels.parameters import Source
    from MedGANSynthPanels.readiness import problem

    settings = chosen.settings
    settings.source = Source.FOLDER
    assert problem(chosen, way) == "Choose the folder that holds the volumes"
    settings.inputFolder = str(tmp_path / "none")
    text = f"{tmp_path / 'none'} is not a folder; choose the one that holds the volumes"
    assert problem(chosen, way) == text
    settings.inputFolder = str(tmp_path)
    assert problem(chosen, way) == "Choose a folder for the results"
    settings.outputFolder = str(tmp_path / "x" / "..")
    assert problem(chosen, way).startswith("Choose another folder for the results")
    (tmp_path / "file").write_text("")
    settings.outputFolder = str(tmp_path / "file" / "out")
    assert problem(chosen, way).startswith(f"{tmp_path / 'file'} cannot be written to")
    settings.outputFolder = str(tmp_path / "out" / "deeper")
    assert problem(chosen, way) is None
    assert not (tmp_path / "out").exists()
