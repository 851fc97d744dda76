"""Several nodes, and a folder; the workers here do what a test says."""

import pytest
from MedGANSynthPanels.batch import FolderBatch, NodeBatch
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.paths import check_absolute

MODEL = "t1-t2-brain"


class FakeWorker:
    def __init__(self):
        self.jobs = []

    def submit(self, task, fields, listener):
        check_absolute(task, fields)
        self.jobs.append(FakeJob(fields, listener))
        return self.jobs[-1]


class FakeJob:
    def __init__(self, fields, listener):
        self.fields, self.listener, self.cancelled = fields, listener, False

    def cancel(self):
        self.cancelled = True

    def say(self, event, **fields):
        self.listener({"event": event, **fields})


@pytest.fixture
def worker():
    return FakeWorker()


@pytest.fixture
def heard():
    return []


def test_a_bad_volume_does_not_stop_the_others(scene, volume, worker, heard):
    bad = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
    gone = volume("gone")
    batch = NodeBatch(worker)
    batch.start([bad, volume("a"), gone, volume("b")], model=MODEL, listener=heard.append)
    scene.RemoveNode(gone)
    assert len(worker.jobs) == 1
    worker.jobs[0].say("progress", fraction=0.5, eta_s=1.0, text="x")
    assert heard[-1]["fraction"] == pytest.approx(1.5 / 4)
    assert heard[-1]["text"] == "a (2 of 4)"
    worker.jobs[0].say("error", text="no contrast.", cancelled=False)
    worker.jobs[1].say("error", text="no contrast either.", cancelled=False)
    assert [row["status"] for row in batch.rows] == ["failed"] * 4
    assert [e["text"] for e in heard if e["event"] == "warning"] == [
        "empty holds no voxels; load it again or choose another volume.",
        "a: no contrast.",
        "gone is not in the scene any more; choose another.",
        "b: no contrast either.",
    ]
    assert heard[-1] == {
        "event": "error",
        "cancelled": False,
        "text": "0 of 4 volumes are translated.",
    }
    assert not batch.open


def test_cancelling_ends_the_whole_batch(scene, volume, worker, heard):
    batch = NodeBatch(worker)
    batch.start([volume("a"), volume("b")], model=MODEL, listener=heard.append)
    batch.cancel()
    worker.jobs[0].say("error", text="cancelled.", cancelled=True)
    assert len(worker.jobs) == 1
    assert heard[-1]["cancelled"] is True
    assert heard[-1]["text"] == "Cancelled; none of 2 volumes was translated."
    assert batch.state == "cancelled"


def test_the_scene_is_closed_in_the_middle(scene, volume, worker, heard):
    batch = NodeBatch(worker)
    batch.start([volume("a"), volume("b"), volume("c")], model=MODEL, listener=heard.append)
    worker.jobs[0].say("error", text="no contrast.", cancelled=False)
    scene.Clear()
    assert worker.jobs[1].cancelled
    worker.jobs[1].say("error", text="cancelled.", cancelled=True)
    assert len(worker.jobs) == 2
    assert heard[-1] == {
        "event": "error",
        "cancelled": False,
        "lost": True,
        "text": "The scene was closed during the run, so there is no result.",
    }
    assert (batch.state, batch.results, batch.open) == ("failed", [], False)


def test_a_region_that_holds_nothing_of_one_volume_or_goes(scene, volume, worker, heard):
    far = volume("far")
    far.SetOrigin(900, 900, 900)
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    roi.SetCenter(*(ijk_to_ras(volume("a")) @ (1, 1, 1, 1))[:3])
    roi.SetSize(9, 9, 9)
    batch = NodeBatch(worker)
    nodes = [far, volume("b"), volume("c")]
    batch.start(nodes, model=MODEL, restriction=roi, listener=heard.append)
    scene.RemoveNode(roi)
    worker.jobs[0].say("error", text="no contrast.", cancelled=False)
    assert [row["error"] for row in batch.rows] == [
        "far: box holds no voxel of the volume; draw it over the volume.",
        "b: no contrast.",
        "c: box is not in the scene any more.",
    ]


def test_nothing_to_do(scene, worker):
    with pytest.raises(PanelError, match="No volume is chosen"):
        NodeBatch(worker).start([], model=MODEL)


def test_a_folder(scene, worker, heard, tmp_path):
    batch = FolderBatch(worker)
    batch.start(tmp_path, tmp_path / "out", MODEL, listener=heard.append)
    (job,) = worker.jobs
    assert job.fields["inputs"] == [str(tmp_path)]
    assert job.fields["direction"] == "t1-to-t2"
    rows = [{"case": "a.nii", "status": "translated", "output": "o", "error": None}]
    result = {"text": "2 translated, 1 failed.", "rows": rows, "failed": 1}
    job.say("done", result=result, seconds=2.0)
    assert heard[-1]["text"] == f"2 translated, 1 failed ({tmp_path / 'out'})"
    assert (batch.rows, batch.state) == (rows, "done")


def test_folders_may_be_typed_as_people_do(scene, worker, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    FolderBatch(worker).start(".", "~/out", MODEL)
    (job,) = worker.jobs
    assert job.fields["inputs"] == [str(tmp_path)]
    assert job.fields["out"] == str(tmp_path / "out")


def test_a_folder_with_one_volume_has_one_row(scene, worker, heard, tmp_path):
    batch = FolderBatch(worker)
    batch.start(tmp_path, tmp_path / "out", MODEL, listener=heard.append)
    worker.jobs[0].say("done", result={"text": "a: translated.", "outputs": ["/o/a.nii.gz"]})
    assert [(row["case"], row["status"]) for row in batch.rows] == [("a.nii.gz", "translated")]


def test_a_cancelled_folder_says_where_what_is_finished_lies(scene, worker, heard, tmp_path):
    FolderBatch(worker).start(tmp_path, tmp_path / "out", MODEL, listener=heard.append)
    worker.jobs[0].say("error", text="Cancelled.", cancelled=True)
    assert heard[-1]["text"] == f"Cancelled; what is finished stays in {tmp_path / 'out'}."


def test_a_folder_that_is_none(scene, worker, tmp_path):
    with pytest.raises(PanelError, match="is not a folder"):
        FolderBatch(worker).start(tmp_path / "none", tmp_path, MODEL)


@pytest.mark.parametrize("nodes", ["T1", ["T1"], [None], 3])
def test_no_nodes(scene, worker, nodes):
    with pytest.raises(PanelError, match="A node is asked for"):
        NodeBatch(worker).start(nodes, model=MODEL)


def test_folders_that_cannot_be_used_are_refused_at_once(scene, worker, tmp_path):
    (tmp_path / "file").write_text("")
    for folder, out, text in (
        (tmp_path, tmp_path, "Choose another folder for the results"),
        (tmp_path, tmp_path / "file", "file cannot be written to"),
        (tmp_path, tmp_path / "file" / "x", "file cannot be written to"),
        (tmp_path, "", "Choose a folder for the results"),
        (None, tmp_path, "Name the folder of the volumes"),
        (tmp_path, None, "Name the folder of the volumes"),
        ("", tmp_path, "is not a folder"),
    ):
        with pytest.raises(PanelError, match=text):
            FolderBatch(worker).start(folder, out, MODEL)
    assert not worker.jobs


def test_failures_of_a_folder_speak_the_panels_words(scene, worker, heard, tmp_path):
    FolderBatch(worker).start(tmp_path, tmp_path / "out", MODEL, listener=heard.append)
    rows = [
        {
            "case": "a.nii",
            "status": "failed",
            "error": "a.nii: x; mend it (or give translate --fill-nonfinite VALUE).",
        }
    ]
    worker.jobs[0].say("done", result={"text": "1 failed.", "rows": rows, "outputs": []})
    assert heard[-1]["rows"][0]["error"] == "a.nii: x; replace them first."
