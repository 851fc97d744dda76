"""From a Task to nodes: volumes as they come, walks and cines as sequences."""

import dataclasses
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.generation import Generation
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.marking import is_synthetic, provenance_of

from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

AFFINE = np.diag([-2.0, 3.0, 4.0, 1.0])
MADE = Provenance(model="nobody", model_sha256="0" * 64, seed=7)


class FakeWorker:
    """A worker that does what the test says."""

    def submit(self, task, fields, listener):
        self.task, self.fields, self.listener = task, fields, listener
        self.open = self.cancelled = False
        return self

    def cancel(self):
        self.cancelled = True

    def path(self, number):
        return Path(self.fields["out"]) / f"nobody-seed7-{number:04d}.nii.gz"

    def write(self, number, shape=(5, 4, 3), time_step=None):
        array = np.full(shape, number, np.float32)
        array[..., 0] += 0.5
        write(Volume(array, AFFINE, provenance=MADE, time_step=time_step), self.path(number))

    def write_labels(self, number):
        path = self.path(number).with_name(f"nobody-seed7-{number:04d}-label.nii.gz")
        marks = dataclasses.replace(MADE, settings={"map": "labels"})
        write(Volume(np.full((5, 4, 1), 2, np.float32), AFFINE, provenance=marks), path)
        return {"file": str(path), "status": "generated"}

    def progress(self, number, count):
        name = self.path(number).name if number < count else "done"
        self.say("progress", fraction=number / count, eta_s=1.0, text=name)

    def done(self, count):
        rows = [{"file": str(self.path(n)), "status": "generated"} for n in range(count)]
        self.say("done", result={"rows": rows}, seconds=1.0)

    def say(self, event, **fields):
        self.listener({"event": event, **fields})


@pytest.fixture
def worker(generator_package):
    return FakeWorker()


@pytest.fixture
def start(worker, generator_package, scene):
    """`start(option=value, ...)`; what is heard is kept in `run.heard`."""

    def go(**options):
        run = Generation(worker)
        run.heard = []
        run.start(generator_package.name, listener=run.heard.append, **options)
        return run

    return go


def names(kind="vtkMRMLScalarVolumeNode"):
    return [node.GetName() for node in slicer.util.getNodesByClass(kind)]


def folder_of(node):
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    return tree.GetItemName(tree.GetItemParent(tree.GetItemByDataNode(node)))


def test_volumes_enter_the_scene_as_they_come(start, worker):
    run = start(count=2, seed=7, temperature=0.5, device="cpu")
    asked = {key: worker.fields[key] for key in ("count", "seed", "to_seed", "temperature")}
    assert asked == {"count": 2, "seed": 7, "to_seed": None, "temperature": 0.5}
    worker.progress(0, 2)
    assert names() == []
    worker.write(0)
    worker.progress(1, 2)
    assert names() == ["nobody 7-0 (synthetic T1)"]
    worker.write(1)
    worker.progress(2, 2)
    worker.done(2)
    assert names() == ["nobody 7-0 (synthetic T1)", "nobody 7-1 (synthetic T1)"]
    assert run.state == "done" and run.heard[-1]["nodes"] == run.results
    assert run.heard[-1]["text"] == "2 volumes are generated"
    assert [event["event"] for event in run.heard].count("made") == 2
    node = run.results[1]
    expected = np.ones((3, 4, 5), np.float32)
    expected[0] += 0.5
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(node), expected)
    np.testing.assert_allclose(ijk_to_ras(node), AFFINE)
    assert is_synthetic(node) and provenance_of(node) == MADE
    assert folder_of(node) == folder_of(run.results[0]) == "Synthetic"
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    assert tree.GetNumberOfItemChildren(tree.GetSceneItemID()) == 1
    assert not node.GetDisplayNode().GetAutoWindowLevel()
    assert not Path(worker.fields["out"]).exists()


def test_a_slice_is_a_volume_one_slice_thick(start, worker):
    run = start()
    worker.write(0, (6, 5, 1))
    worker.done(1)
    assert run.results[0].GetImageData().GetDimensions() == (6, 5, 1)
    assert "text" not in run.heard[-1]


def test_a_walk_is_one_sequence_with_a_browser(start, worker):
    run = start(count=3, seed=7, to_seed=8, interpolation="lerp")
    assert (worker.fields["to_seed"], worker.fields["interpolation"]) == (8, "lerp")
    for number in range(3):
        worker.progress(number, 3)
        worker.write(number)
    assert names() == [] and names("vtkMRMLSequenceNode") == []
    worker.progress(3, 3)
    worker.done(3)
    (sequence,) = run.results
    assert sequence.GetName() == "nobody 7 to 8 (synthetic T1)"
    assert [sequence.GetNthIndexValue(n) for n in range(3)] == ["1", "2", "3"]
    frames = [slicer.util.arrayFromVolume(sequence.GetNthDataNode(n)) for n in range(3)]
    assert [frame[1, 0, 0] for frame in frames] == [0, 1, 2]
    browser = slicer.modules.sequences.logic().GetFirstBrowserNodeForSequenceNode(sequence)
    assert not browser.GetPlaybackActive()
    proxy = browser.GetProxyNode(sequence)
    assert is_synthetic(sequence) and is_synthetic(proxy)
    assert folder_of(sequence) == folder_of(proxy) == "Synthetic"
    browser.SetSelectedItemNumber(2)
    assert slicer.util.arrayFromVolume(browser.GetProxyNode(sequence))[1, 0, 0] == 2


def test_a_cine_plays_at_its_own_speed(start, worker):
    run = start(count=2)
    for number in range(2):
        worker.write(number, (6, 5, 1, 4), time_step=0.05)
    worker.done(2)
    sequence, second = run.results
    assert (sequence.GetIndexName(), sequence.GetIndexUnit()) == ("time", "s")
    assert [sequence.GetNthIndexValue(n) for n in range(4)] == ["0", "0.05", "0.1", "0.15"]
    logic = slicer.modules.sequences.logic()
    browser = logic.GetFirstBrowserNodeForSequenceNode(sequence)
    assert browser.GetPlaybackActive() and browser.GetPlaybackLooped()
    assert browser.GetPlaybackRateFps() == pytest.approx(20)
    assert not logic.GetFirstBrowserNodeForSequenceNode(second).GetPlaybackActive()


def test_a_walk_between_cines_is_one_cycle_after_the_other(start, worker):
    run = start(count=2, to_seed=8)
    for number in range(2):
        worker.write(number, (6, 5, 1, 4), time_step=0.05)
    worker.done(2)
    assert run.results[0].GetNumberOfDataNodes() == 8


def test_what_is_made_stays_after_a_cancel(start, worker):
    run = start(count=3)
    worker.progress(0, 3)
    worker.write(0)
    worker.progress(1, 3)
    run.cancel()
    assert worker.cancelled
    worker.say("error", cancelled=True, text="Cancelled.")
    assert run.state == "cancelled" and len(names()) == 1
    text = "Cancelled; 1 of 3 volumes was generated and stays."
    assert (run.heard[-1]["text"], run.heard[-1]["cancelled"]) == (text, True)
    worker.progress(2, 3)
    assert run.heard[-1]["text"] == text


def test_a_closed_scene_gets_nothing(start, worker, scene):
    run = start(count=3)
    worker.progress(0, 3)
    worker.write(0)
    worker.progress(1, 3)
    scene.Clear()
    assert worker.cancelled
    worker.say("error", cancelled=True, text="Cancelled.")
    assert run.state == "failed" and run.results == []
    assert run.heard[-1]["text"].startswith("The scene was closed")


def test_labels_belong_to_their_image(start, worker):
    run = start(count=2)
    rows = []
    for number in range(2):
        worker.write(number, (5, 4, 1))
        rows += [{"file": str(worker.path(number)), "status": ""}, worker.write_labels(number)]
    worker.say("done", result={"rows": rows}, seconds=1.0)
    given = [f"nobody 0-{n} (synthetic {kind})" for n in range(2) for kind in ("T1", "labels")]
    assert [node.GetName() for node in run.results] == given
    assert run.results[1].IsA("vtkMRMLLabelMapVolumeNode")
    assert run.heard[-1]["text"] == "2 volumes are generated, each with a label map"
    voxels = slicer.util.arrayFromVolume(run.results[1])
    assert voxels.dtype == np.int16 and (voxels == 2).all()
    assert folder_of(run.results[1]) == "Synthetic" and is_synthetic(run.results[1])


def test_a_volume_may_be_called_as_the_folder_is(start, worker, scene):
    taken = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Synthetic")
    run = start(count=2)
    for number in range(2):
        worker.write(number)
    worker.done(2)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    (parent,) = {tree.GetItemParent(tree.GetItemByDataNode(node)) for node in run.results}
    assert parent not in (tree.GetItemByDataNode(taken), tree.GetSceneItemID())


def test_a_name_is_free_again_when_its_node_has_gone(start, worker, scene):
    for _time in range(2):
        run = start()
        worker.write(0)
        worker.done(1)
        assert names() == ["nobody 0-0 (synthetic T1)"]
        scene.RemoveNode(run.results[0])


def test_a_killed_worker_leaves_what_is_made(start, worker):
    run = start(count=3)
    worker.progress(0, 3)
    worker.write(0)
    worker.progress(1, 3)
    worker.say("error", cancelled=False, text="It was killed.")
    assert run.heard[-1]["text"] == (
        "It was killed. What was generated before stays: 1 of 3 volumes."
    )


@pytest.mark.parametrize("spoil", ["mark", "file"])
def test_a_damaged_file_ends_the_run(start, worker, spoil):
    run = start(count=2)
    worker.progress(0, 2)
    worker.write(0)
    if spoil == "mark":
        worker.path(0).with_name("nobody-seed7-0000.nii.gz.synthetic.json").unlink()
    else:
        worker.path(0).write_bytes(gzip.compress(b"nothing"))
    worker.progress(1, 2)
    assert run.state == "failed" and worker.cancelled
    assert names() == []
    assert "try again" in run.heard[-1]["text"]


def test_other_models_are_refused(worker, generator_package, scene, tmp_path):
    for nothing in ("", None, 7):
        with pytest.raises(PanelError, match="Name a model, or the folder of one; there are: "):
            Generation(worker).start(nothing)
    with pytest.raises(PanelError, match="t1-t2-brain generates nothing"):
        Generation(worker).start("t1-t2-brain")
    with pytest.raises(PanelError, match="is not on this computer"):
        Generation(worker).start("absent")
    (generator_package / "model.json").write_text(json.dumps({"format": 1}))
    with pytest.raises(PanelError):
        Generation(worker).start(generator_package.name)
