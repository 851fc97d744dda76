"""From node to node with the real worker and the model that ships."""

import dataclasses

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.batch import FolderBatch
from MedGANSynthPanels.browsers import proxy_of
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.marking import provenance_of
from MedGANSynthPanels.process import WorkerClient
from MedGANSynthPanels.translation import Translation

from MedGANSynthLib import tasks
from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.write import write

MODEL = "t1-t2-brain"
SECONDS = 120  # on a machine with much else to do


@pytest.fixture(scope="module")
def worker():
    client = WorkerClient()
    yield client
    client.stop()


@pytest.fixture(scope="module")
def phantom():
    return head_phantom(1, (48, 40, 4), (3.0, 3.0, 12.0), ("t1",))["t1"]


@pytest.fixture
def head(scene, phantom):
    voxels = np.ascontiguousarray(phantom.array.transpose(2, 1, 0))
    return slicer.util.addVolumeFromArray(voxels, phantom.affine, "T1 head")


@pytest.fixture
def finish(wait_until):
    """Wait for a run."""
    return lambda run: wait_until(lambda: not run.open, SECONDS)


def test_the_node_holds_what_the_command_line_writes(
    head, phantom, worker, finish, transform, tmp_path
):
    parent = transform(np.diag([-1, -1, 1, 1]), head)
    heard = []
    run = Translation(worker)
    run.start(head, MODEL, device="cpu", listener=heard.append)
    finish(run)
    assert heard[-1]["event"] == "done", heard[-1]
    fractions = [event["fraction"] for event in heard if event["event"] == "progress"]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    (result,) = run.results
    turned = phantom.with_array(phantom.array, affine=np.diag([-1, -1, 1, 1]) @ phantom.affine)
    write(turned, tmp_path / "t1.nii")
    tasks.run(
        tasks.Translate(
            inputs=(tmp_path / "t1.nii",), model=MODEL, out=tmp_path / "t2.nii", device="cpu"
        )
    )
    expected = read(tmp_path / "t2.nii").array.transpose(2, 1, 0)
    np.testing.assert_allclose(slicer.util.arrayFromVolume(result), expected, rtol=1e-4, atol=0.1)
    np.testing.assert_array_equal(ijk_to_ras(result), ijk_to_ras(head))
    assert result.GetParentTransformNode() is parent
    assert provenance_of(result).direction == "t1-to-t2"


def test_a_sequence(head, scene, worker, finish):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    for value in ("0", "5"):
        sequence.SetDataNodeAtValue(head, value)
    heard = []
    run = Translation(worker)
    run.start(sequence, MODEL, device="cpu", listener=heard.append)
    finish(run)
    assert heard[-1]["event"] == "done", heard[-1]
    (result,) = run.results
    assert [result.GetNthIndexValue(n) for n in range(2)] == ["0", "5"]
    frames = [slicer.util.arrayFromVolume(result.GetNthDataNode(n)) for n in range(2)]
    np.testing.assert_array_equal(*frames)
    assert proxy_of(result).GetImageData().GetDimensions() == (48, 40, 4)
    fractions = [event["fraction"] for event in heard if event["event"] == "progress"]
    assert fractions == sorted(fractions)


def test_cancel_leaves_nothing(head, scene, worker, finish):
    count = scene.GetNumberOfNodes()
    heard = []
    run = Translation(worker)
    run.start(head, MODEL, device="cpu", uncertainty=True, listener=heard.append)
    run.cancel()
    finish(run)
    assert heard[-1]["cancelled"] is True
    assert scene.GetNumberOfNodes() == count


def test_a_gpu_that_is_not_there(head, scene, worker, finish):
    count = scene.GetNumberOfNodes()
    heard = []
    run = Translation(worker)
    run.start(head, MODEL, device="cuda:77", listener=heard.append)
    finish(run)
    assert heard[-1]["event"] == "error"
    assert "cuda:77" in heard[-1]["text"]
    assert scene.GetNumberOfNodes() == count


def test_a_folder(worker, scene, phantom, finish, tmp_path):
    (tmp_path / "in").mkdir()
    acquired = dataclasses.replace(
        phantom, provenance=None
    )  # a folder's synthetic ones are skipped
    write(acquired, tmp_path / "in" / "a_t1.nii.gz")
    (tmp_path / "in" / "bad_t1.nii.gz").write_bytes(b"nothing")
    heard = []
    batch = FolderBatch(worker)
    batch.start(tmp_path / "in", tmp_path / "out", MODEL, device="cpu", listener=heard.append)
    finish(batch)
    assert heard[-1]["event"] == "done", heard[-1]
    assert {row["case"]: row["status"] for row in batch.rows} == {
        "a_t1.nii.gz": "translated",
        "bad_t1.nii.gz": "failed",
    }
    assert (tmp_path / "out" / "a_t1_synthetic-t2.nii.gz.synthetic.json").is_file()
