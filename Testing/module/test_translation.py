"""A run from nodes to nodes: with a worker that does what a test says, and with the real one."""

import json
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest
import slicer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.marking import is_synthetic, provenance_of
from MedGANSynthPanels.translation import Translation

from MedGANSynthLib.schema import to_dict
from MedGANSynthLib.volume.provenance import Provenance

MODEL = "t1-t2-brain"
PROVENANCE = Provenance(
    model=MODEL, model_sha256="0" * 64, direction="t1-to-t2", settings={"output_low": -7.0}
)


class FakeJob:
    def __init__(self, worker, fields, listener):
        self.worker, self.fields, self.listener = worker, fields, listener
        self.open, self.cancelled = True, False

    def cancel(self):
        self.cancelled = True

    def say(self, event, **fields):
        self.open = event not in ("done", "error")
        self.listener({"event": event, **fields})

    def paths(self):
        named = [item.partition("=")[2] for item in self.fields.get("input", [])]
        return [Path(path) for path in self.fields.get("inputs", named)]

    def write(self, maps=()):
        """What the library would write: here the first input plus one, and 0.5 everywhere."""
        image = nibabel.Nifti1Image(np.zeros(()), np.eye(4))
        shape = [int(n) for n in self._header()["sizes"].split()]
        voxels = np.frombuffer(self.paths()[0].read_bytes()[-2 * int(np.prod(shape)) :], "<i2")
        voxels = voxels.reshape(shape, order="F").astype(np.float32)
        out = Path(self.fields["out"])
        for name, array in {"": voxels + 1, **{n: np.full_like(voxels, 0.5) for n in maps}}.items():
            stem = "_".join(filter(None, [out.stem, name]))
            image = nibabel.Nifti1Image(array, np.eye(4))
            nibabel.save(image, out.with_name(stem + ".nii"))
            plain = {"format": 1, "voxels_sha256": "0" * 64, "provenance": to_dict(PROVENANCE)}
            out.with_name(stem + ".nii.synthetic.json").write_text(json.dumps(plain))

    def _header(self):
        text = self.paths()[0].read_bytes().partition(b"\n\n")[0].decode()
        return dict(line.split(": ", 1) for line in text.splitlines()[1:])

    def finish(self, maps=()):
        self.write(maps)
        self.say("done", result={"outputs": [self.fields["out"]]}, seconds=0.1)


class FakeWorker:
    def __init__(self):
        self.jobs = []

    def submit(self, task, fields, listener):
        assert task == "translate"
        self.jobs.append(FakeJob(self, fields, listener))
        return self.jobs[-1]


@pytest.fixture
def worker():
    return FakeWorker()


@pytest.fixture
def heard():
    return []


@pytest.fixture
def sequence(scene, volume):
    """A sequence "cine" of two frames."""
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    for value in ("0", "1"):
        sequence.SetDataNodeAtValue(volume("frame"), value)
    return sequence


@pytest.fixture
def temporary(tmp_path):
    """Slicer's temporary folder, which has to be empty in the end."""
    before = slicer.app.temporaryPath
    slicer.app.setTemporaryPath(str(tmp_path / "temporary"))
    yield tmp_path / "temporary"
    slicer.app.setTemporaryPath(before)
    assert not list((tmp_path / "temporary").rglob("*"))


def events(heard, kind):
    return [event for event in heard if event["event"] == kind]


def test_a_volume_becomes_a_marked_volume_on_its_own_grid(
    scene, volume, transform, worker, heard, temporary
):
    node = volume("T1")
    parent = transform(np.diag([-1, -1, 1, 1]), node)
    run = Translation(worker)
    run.start(node, MODEL, listener=heard.append)
    (job,) = worker.jobs
    assert run.open
    assert job.fields["direction"] == "t1-to-t2"
    assert [path.name for path in job.paths()] == ["T1.nrrd"]
    job.say("progress", fraction=0.5, eta_s=1.0, text="slice 3")
    job.say("warning", text="looks odd")
    job.finish()
    assert [event["event"] for event in heard] == ["progress", "warning", "done"]
    (result,) = run.results
    assert heard[-1]["nodes"] == [result]
    assert result.GetName() == "T1 (synthetic T2)"
    np.testing.assert_array_equal(
        slicer.util.arrayFromVolume(result), slicer.util.arrayFromVolume(node) + 1.0
    )
    np.testing.assert_array_equal(ijk_to_ras(result), ijk_to_ras(node))
    assert result.GetParentTransformNode() is parent
    assert is_synthetic(result)
    assert provenance_of(result) == PROVENANCE
    assert not run.open


def test_a_chosen_output_is_filled_and_maps_are_new(scene, volume, worker, heard, temporary):
    node, output = volume("T1"), scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "mine")
    run = Translation(worker)
    run.start({"t1": node}, MODEL, output=output, uncertainty=True)
    assert worker.jobs[0].fields["uncertainty"] is True
    assert worker.jobs[0].fields["cpu_fallback"] is False  # nobody has agreed to that
    worker.jobs[0].finish(maps=("cycle-error", "spread"))
    assert run.results[0] is output
    assert [n.GetName() for n in run.results] == [
        "mine (synthetic T2)",
        "mine (synthetic T2 cycle-error)",
        "mine (synthetic T2 spread)",
    ]
    assert all(is_synthetic(n) for n in run.results)


def names(scene):
    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    return sorted(node.GetName() for node in nodes)


def test_a_name_that_the_user_gave_stays(scene, volume, worker, temporary):
    first, second = volume("T1"), volume("other T1")

    def replaced(node, output=None):
        run = Translation(worker)
        run.start(node, MODEL, output=output)
        worker.jobs[-1].finish()
        return run.results[0]

    result = replaced(first)
    for _time in range(3):
        assert replaced(first, result).GetName() == "T1 (synthetic T2)"
    assert replaced(second, result).GetName() == "other T1 (synthetic T2)"  # it is hers now
    result.SetName("Mein T2")
    for node in (first, second, first):
        assert replaced(node, result).GetName() == "Mein T2 (synthetic T2)"
    result.SetName("Mein (synthetic T1)_2")
    assert replaced(first, result).GetName() == "Mein (synthetic T2)"
    assert replaced(first).GetName() == "T1 (synthetic T2)"
    assert replaced(first).GetName() == "T1 (synthetic T2)_1"


def test_maps_go_with_the_result_that_is_replaced(scene, volume, worker, temporary):
    node, maps = volume("T1"), ("cycle-error", "spread")

    def replaced(output, maps):
        run = Translation(worker)
        run.start(node, MODEL, output=output, uncertainty=bool(maps))
        worker.jobs[-1].finish(maps)
        return run.results

    first = replaced(None, maps)
    made = ["T1", "T1 (synthetic T2 cycle-error)", "T1 (synthetic T2 spread)", "T1 (synthetic T2)"]
    assert names(scene) == made
    displays = len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeDisplayNode"))
    again = replaced(first[0], maps)
    assert names(scene) == made
    assert len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeDisplayNode")) == displays
    again[1].SetName("to be kept")
    replaced(again[0], ())
    assert names(scene) == ["T1", "T1 (synthetic T2)", "to be kept"]
    first[0].SetName("mine")
    for _time in range(2):
        replaced(first[0], maps)
        assert names(scene) == [
            "T1",
            "mine (synthetic T2 cycle-error)",
            "mine (synthetic T2 spread)",
            "mine (synthetic T2)",
            "to be kept",
        ]


def test_an_error_of_the_worker_leaves_the_scene_unchanged(scene, volume, worker, heard, temporary):
    run = Translation(worker)
    run.start(volume(), MODEL, listener=heard.append)
    count = scene.GetNumberOfNodes()
    worker.jobs[0].write()
    worker.jobs[0].say("error", text="no GPU here.", cancelled=False, log="tail")
    ended = {"event": "error", "cancelled": False, "lost": False, "log": "tail"}
    assert heard == [{**ended, "text": "no GPU here."}]
    assert (run.state, run.results) == ("failed", [])
    assert scene.GetNumberOfNodes() == count


def test_cancel(scene, volume, worker, heard, temporary):
    run = Translation(worker)
    run.start(volume(), MODEL, listener=heard.append)
    count = scene.GetNumberOfNodes()
    run.cancel()
    run.cancel()
    assert worker.jobs[0].cancelled and run.open and not heard
    worker.jobs[0].say("error", text="cancelled.", cancelled=True)
    assert heard[0]["cancelled"] is True
    assert run.state == "cancelled"
    assert scene.GetNumberOfNodes() == count


def test_done_after_cancel_is_still_a_cancel(scene, volume, worker, heard, temporary):
    run = Translation(worker)
    run.start(volume(), MODEL, listener=heard.append)
    run.cancel()
    worker.jobs[0].finish()
    assert run.state == "cancelled"
    assert events(heard, "error")[0]["cancelled"] is True


@pytest.mark.parametrize("what", ["close", "remove"])
def test_what_the_user_takes_away_ends_the_run(scene, volume, worker, heard, temporary, what):
    node, other = volume("T1"), volume("other")
    run = Translation(worker)
    run.start(node, MODEL, listener=heard.append)
    scene.RemoveNode(other)
    assert not worker.jobs[0].cancelled
    scene.Clear() if what == "close" else scene.RemoveNode(node)
    assert worker.jobs[0].cancelled
    count = scene.GetNumberOfNodes()
    worker.jobs[0].say("error", text="cancelled.", cancelled=True)
    (event,) = heard
    assert event["cancelled"] is False
    assert ("scene was closed" if what == "close" else "T1 was removed") in event["text"]
    assert run.state == "failed"
    assert scene.GetNumberOfNodes() == count


@pytest.mark.parametrize("spoil", ["no mark", "cut"])
def test_a_result_that_cannot_be_used(scene, volume, worker, heard, temporary, spoil):
    run = Translation(worker)
    run.start(volume(), MODEL, listener=heard.append)
    count = scene.GetNumberOfNodes()
    job = worker.jobs[0]
    job.write()
    out = Path(job.fields["out"])
    if spoil == "cut":
        out.write_bytes(out.read_bytes()[:-1])
    else:
        out.with_name("result.nii.synthetic.json").unlink()
    job.say("done", result={})
    assert heard[-1]["event"] == "error"
    assert scene.GetNumberOfNodes() == count


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


def test_a_restriction_keeps_the_result_inside_it(scene, volume, worker, temporary):
    node = volume("T1")
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    corner = ijk_to_ras(node) @ (1, 1, 1, 1)
    roi.SetCenter(*corner[:3])
    roi.SetSize(0.1, 0.1, 0.1)
    run = Translation(worker)
    run.start(node, MODEL, restriction=roi, uncertainty=True)
    scene.RemoveNode(roi)  # it has done its work
    worker.jobs[0].finish(maps=("spread",))
    kept = np.zeros((3, 4, 5), bool)
    kept[1, 1, 1] = True
    result, spread = (slicer.util.arrayFromVolume(n) for n in run.results)
    np.testing.assert_array_equal(
        result, np.where(kept, slicer.util.arrayFromVolume(node) + 1.0, -7.0)
    )
    np.testing.assert_array_equal(spread, np.where(kept, 0.5, 0.0))
    assert provenance_of(run.results[0]).settings["restriction"] == "roi"


def test_a_restriction_beside_the_volume_is_refused(scene, volume, worker, temporary):
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    roi.SetCenter(900, 900, 900)
    roi.SetSize(5, 5, 5)
    with pytest.raises(PanelError, match="box holds no voxel"):
        Translation(worker).start(volume(), MODEL, restriction=roi)
    with pytest.raises(PanelError, match="marks no place"):
        line = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode")
        Translation(worker).start(volume("b"), MODEL, restriction=line)


def test_a_restriction_of_a_sequence_may_go_after_the_first_frame(
    scene, sequence, volume, worker, heard, temporary
):
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    roi.SetCenter(*(ijk_to_ras(volume("a")) @ (1, 1, 1, 1))[:3])
    roi.SetSize(0.1, 0.1, 0.1)
    run = Translation(worker)
    run.start(sequence, MODEL, restriction=roi, listener=heard.append)
    worker.jobs[0].say("warning", text="looks odd")
    worker.jobs[0].say("progress", fraction=0.5, eta_s=1.0, text="x")
    scene.RemoveNode(roi)
    worker.jobs[0].finish()
    worker.jobs[1].say("warning", text="looks odd")
    worker.jobs[1].finish()
    (result,) = run.results
    for number in range(2):
        frame = slicer.util.arrayFromVolume(result.GetNthDataNode(number))
        assert np.count_nonzero(frame != -7.0) == 1
    assert [e["event"] for e in heard] == ["warning", "progress", "done"]
    assert heard[1]["fraction"] == 0.25
    assert heard[1]["text"] == "frame 1 of 2"


def test_an_input_that_is_edited_meanwhile(scene, volume, worker, heard, temporary):
    node, before = volume("T1"), slicer.util.arrayFromVolume(volume("T1")).copy()
    run = Translation(worker)
    run.start(node, MODEL, listener=heard.append)
    slicer.util.arrayFromVolume(node)[:] = 0
    slicer.util.arrayFromVolumeModified(node)
    worker.jobs[0].finish()
    (result,) = run.results
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(result), before + 1.0)
    text = "The voxels of T1 changed during the run; the result is made of what they were."
    assert [event["text"] for event in events(heard, "warning")] == [text]
    run = Translation(worker)
    run.start(node, MODEL, listener=heard.append)
    node.SetSpacing(1, 1, 1)
    worker.jobs[1].finish()
    assert heard[-1]["text"] == "T1 was changed during the run; start again."
    assert run.results == []


def test_a_frame_that_is_edited_after_its_turn(sequence, worker, heard, temporary):
    run = Translation(worker)
    run.start(sequence, MODEL, listener=heard.append)
    worker.jobs[0].finish()
    slicer.util.arrayFromVolume(sequence.GetNthDataNode(0))[:] = 0
    slicer.util.arrayFromVolumeModified(sequence.GetNthDataNode(0))
    worker.jobs[1].finish()
    text = "The voxels of cine changed during the run; the result is made of what they were."
    assert [event["text"] for event in events(heard, "warning")] == [text]
    run = Translation(worker)
    run.start(sequence, MODEL, listener=heard.append)
    sequence.GetNthDataNode(0).SetSpacing(1, 1, 1)
    worker.jobs[2].finish()
    assert heard[-1]["text"] == "cine was changed during the run; start again."


def test_a_bad_frame_is_named_before_the_start(scene, volume, worker, temporary):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "t1_4d")
    for value in range(3):
        frame = volume("hidden", np.ones((3, 4, 5), np.float32))
        slicer.util.arrayFromVolume(frame)[0, 0, 0] = np.nan if value == 1 else 0
        sequence.SetDataNodeAtValue(frame, str(value))
    with pytest.raises(PanelError, match=r"^frame 2 of 3: t1_4d has 1 voxel without a finite"):
        Translation(worker).start(sequence, MODEL)
    assert not worker.jobs


def test_what_all_frames_warn_of_is_said_once_of_the_sequence(
    scene, volume, worker, heard, temporary
):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    for value in range(3):
        frame = volume(f"frame {value}")
        directions = np.array([[1.0, 0.3, 0], [0, 1, 0], [0, 0, 1]])
        frame.SetIJKToRASDirections(*directions.ravel())
        sequence.SetDataNodeAtValue(frame, str(value))
    run = Translation(worker)
    run.start(sequence, MODEL, listener=heard.append)
    for number in range(2):
        (path,) = worker.jobs[number].paths()
        worker.jobs[number].say("warning", text=f"{path.name}: looks odd.")
        worker.jobs[number].finish()
    warnings = ["cine is sheared; the model sees its voxels without the shear.", "cine: looks odd."]
    assert [event["text"] for event in events(heard, "warning")] == warnings
    (path,) = worker.jobs[2].paths()
    worker.jobs[2].say("error", text=f"{path}: is bad.", cancelled=False)
    assert heard[-1]["text"] == "frame 3 of 3: cine: is bad."


def test_a_sequence_that_goes_in_the_middle(scene, sequence, worker, heard, temporary):
    run = Translation(worker)
    run.start(sequence, MODEL, listener=heard.append)
    worker.jobs[0].finish()
    scene.RemoveNode(sequence)
    assert worker.jobs[1].cancelled
    count = scene.GetNumberOfNodes()
    worker.jobs[1].say("error", text="cancelled.", cancelled=True)
    assert "cine was removed" in heard[-1]["text"]
    assert scene.GetNumberOfNodes() == count


def test_volumes_and_sequences_do_not_mix(scene, volume, worker, temporary):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    sequence.SetDataNodeAtValue(volume("frame"), "0")
    with pytest.raises(PanelError, match="choose no output"):
        Translation(worker).start(sequence, MODEL, output=volume("out"))


def test_what_left_the_scene_before_is_refused(scene, volume, worker, temporary):
    node = volume("T1")
    scene.RemoveNode(node)
    with pytest.raises(PanelError, match="T1 is not in the scene any more"):
        Translation(worker).start(node, MODEL)


def test_a_sequence_without_frames_is_refused(scene, worker, temporary):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    with pytest.raises(PanelError, match="cine has no frames"):
        Translation(worker).start(sequence, MODEL)


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


def test_messages_name_nodes_not_temporary_files(scene, volume, worker, heard, temporary):
    run = Translation(worker)
    run.start(volume("head T1"), MODEL, listener=heard.append)
    (path,) = worker.jobs[0].paths()
    worker.jobs[0].say("warning", text=f"{path.name}: its voxels are coarse.")
    out = worker.jobs[0].fields["out"]
    worker.jobs[0].say("error", text=f"{path} and {out}: the disk is full.", cancelled=False)
    assert [event["text"] for event in heard] == [
        "head T1: its voxels are coarse.",
        "head T1 and the result: the disk is full.",
    ]
