"""Runs that cannot begin."""

import shutil

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.translation import Translation

MODEL = "t1-t2-brain"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"model": "nothing"}, "The model nothing is not on this computer"),
        ({"model": MODEL, "direction": "ct-to-pet"}, "has no direction ct-to-pet"),
        ({"model": MODEL, "inputs": {"t1": None}}, "Choose a volume for T1"),
        ({"model": MODEL, "inputs": {"t2": None}}, "Choose a volume for T1"),
        ({"model": MODEL, "inputs": None}, "Choose a volume for T1"),
        ({"model": MODEL, "inputs": "T1"}, "A node is asked for, and this is of the type str"),
        ({"model": MODEL, "inputs": ["T1"]}, "A node is asked for, and this is of the type list"),
        ({"model": MODEL, "direction": ["a"]}, "has no direction"),
        ({"model": ""}, "Name a model, or the folder of one; there are: t1-t2-brain"),
        ({"model": None}, "Name a model"),
        ({"model": 7}, "Name a model"),
    ],
)
def test_what_cannot_begin(scene, worker, temporary, arguments, text):
    run = Translation(worker)
    with pytest.raises(PanelError, match=text):
        run.start(**{"inputs": None, **arguments})
    assert not worker.jobs and not run.open


def test_a_full_disk_is_one_sentence(scene, volume, worker, tmp_path):
    before = slicer.app.temporaryPath
    (tmp_path / "file").write_text("")
    slicer.app.setTemporaryPath(str(tmp_path / "file"))
    try:
        with pytest.raises(PanelError, match="cannot be written to"):
            Translation(worker).start(volume(), MODEL)
    finally:
        slicer.app.setTemporaryPath(before)


def test_one_run_after_the_other_but_not_twice_the_same(scene, volume, worker, temporary):
    run = Translation(worker)
    run.start(volume(), MODEL)
    with pytest.raises(PanelError, match="has begun"):
        run.start(volume(), MODEL)
    worker.jobs[0].finish()


def test_a_restriction_beside_the_volume_is_refused(scene, volume, worker, temporary):
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    roi.SetCenter(900, 900, 900)
    roi.SetSize(5, 5, 5)
    with pytest.raises(PanelError, match="box holds no voxel"):
        Translation(worker).start(volume(), MODEL, restriction=roi)
    with pytest.raises(PanelError, match="marks no place"):
        line = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode")
        Translation(worker).start(volume("b"), MODEL, restriction=line)


def test_what_left_the_scene_before_is_refused(scene, volume, worker, temporary):
    node = volume("T1")
    scene.RemoveNode(node)
    with pytest.raises(PanelError, match="T1 is not in the scene any more"):
        Translation(worker).start(node, MODEL)


def test_a_real_output_stays(scene, volume, worker, temporary):
    real = volume("real")
    before = slicer.util.arrayFromVolume(real).copy()
    with pytest.raises(PanelError, match="real is not synthetic"):
        Translation(worker).start(volume("T1"), MODEL, output=real)
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(real), before)


def test_a_model_of_another_kind_or_damaged(
    scene, volume, worker, temporary, generator_package, monkeypatch, tmp_path
):
    from MedGANSynthLib.models import catalogue

    with pytest.raises(PanelError, match="nobody translates nothing; use it on the Generate page"):
        Translation(worker).start(volume(), "nobody")
    own = tmp_path / "models" / "own"
    shutil.copytree(catalogue.shipped_folder() / MODEL, own)
    (own / "weights.safetensors").unlink()
    with pytest.raises(PanelError, match=f"damaged .{own / 'weights.safetensors'} is missing"):
        Translation(worker).start(volume(), str(own))
    monkeypatch.setattr(catalogue, "list_entries", lambda: [])
    with pytest.raises(PanelError, match=r"model mine is not on .*; add one on the Models page"):
        Translation(worker).start(volume(), "mine")
