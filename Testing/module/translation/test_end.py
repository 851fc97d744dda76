"""A run from nodes to nodes: how it ends when not everything goes well."""

from pathlib import Path

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.translation import Translation

MODEL = "t1-t2-brain"


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
    assert heard.of("error")[0]["cancelled"] is True


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
    assert heard.warnings() == [text]
    run = Translation(worker)
    run.start(node, MODEL, listener=heard.append)
    node.SetSpacing(1, 1, 1)
    worker.jobs[1].finish()
    assert heard[-1]["text"] == "T1 was changed during the run; start again."
    assert run.results == []


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
