"""The data of a training on their way to the library's check, with a pretended worker."""

import pytest
from MedGANSynthPanels.data_check import DataCheck
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.paths import check_absolute

from MedGANSynthLib import schema, tasks

PRESET = "cyclegan-t1-t2-small"


class Worker:
    """Takes Tasks whose fields are right, and answers when the test says so."""

    def __init__(self):
        self.tasks = []

    def submit(self, task, fields, listener):
        check_absolute(task, fields)
        self.tasks.append(schema.from_dict(tasks.TASKS[task], dict(fields), task))
        self.listener = listener
        return self

    def cancel(self):
        self.fail("Cancelled.", cancelled=True)

    def done(self, **result):
        self.listener({"event": "done", "result": result})

    def fail(self, text, **more):
        self.listener({"event": "error", "text": text, **more})


@pytest.fixture
def worker(scene):
    return Worker()


@pytest.fixture
def start(worker):
    """`start(data, out, ...)`: the check, and what it says."""

    def go(data, out, *rest):
        check, said = DataCheck(worker), []
        check.start(PRESET, data, out, *rest, listener=said.append)
        return check, said

    return go


def test_the_phantom_needs_no_list(start, worker, tmp_path):
    check, said = start(None, tmp_path / "run", ("batch=2",), "cpu")
    (task,) = worker.tasks
    assert (task.preset, task.data, task.set, task.device) == (PRESET, None, ("batch=2",), "cpu")
    worker.done(failed=0, findings=[])
    assert check.result["data"] is None
    assert said[-1]["text"] == "The training can start" and not check.open
    assert not (tmp_path / "run").exists()


def test_folders_become_a_list_in_the_run_folder(start, worker, tmp_path):
    folders = {"t1": tmp_path / "a", "t2": tmp_path / "b"}
    check, said = start(folders, tmp_path / "run", (), "cpu", 0.3)
    (task,) = worker.tasks
    path = tmp_path / "run" / "data" / "datalist.json"
    assert (task.out, task.validation, task.overwrite) == (path, 0.3, True)
    assert task.folder == (f"t1={tmp_path / 'a'}", f"t2={tmp_path / 'b'}")
    worker.done(outputs=[str(path)])
    assert type(worker.tasks[1]) is tasks.DataCheck and worker.tasks[1].data == path
    worker.done(failed=2, findings=[])
    assert check.result["data"] == str(path)
    text = "The training cannot start like this; to be mended first: 2"
    assert said[-1]["text"] == text and said[-1]["bad"]


def test_a_bids_folder_becomes_one_too(start, worker, tmp_path):
    (tmp_path / "study").mkdir()
    _check, said = start(str(tmp_path / "study"), tmp_path / "run")
    (task,) = worker.tasks
    assert (task.bids, task.folder, task.csv) == (tmp_path / "study", (), None)
    worker.done(outputs=[])
    assert worker.tasks[1].data == tmp_path / "run" / "data" / "datalist.json"
    worker.done(failed=0, findings=[])
    assert said[-1]["text"] == "The training can start"


def test_what_fails_leaves_no_images(start, worker, volume, tmp_path):
    people = [{"subject": "Anna", "t1": volume("T1"), "t2": volume("T2")}]
    check, said = start(people, tmp_path / "run")
    written = {p.name for p in (tmp_path / "run" / "data").iterdir()}
    assert written == {"READ_ME.txt", "cases.csv", "sub-001_1-0_t1.nii", "sub-001_1-0_t2.nii"}
    worker.fail("1 person is too few.")
    assert said[-1]["text"] == "1 person is too few." and not (tmp_path / "run").exists()
    check, said = start(people, tmp_path / "run")
    check.cancel()
    assert said[-1]["cancelled"] and not (tmp_path / "run").exists()


def test_what_was_exported_may_be_exported_anew(start, worker, volume, tmp_path):
    people = [{"subject": "Anna", "t1": volume("T1"), "t2": volume("T2")}]
    for _time in range(2):
        start(people, tmp_path / "run")
        worker.done(outputs=[])
        worker.done(failed=0, findings=[])
    assert (tmp_path / "run" / "data" / "cases.csv").is_file()
    (tmp_path / "run" / "request.json").write_text("{}")  # the training has begun
    with pytest.raises(PanelError, match="run holds files already; choose another name"):
        start(people, tmp_path / "run")


def test_images_of_people_go_with_a_check_that_is_not_wanted(start, worker, volume, tmp_path):
    people = [{"subject": "Anna", "t1": volume("T1"), "t2": volume("T2")}]
    for begun in (True, False):
        check, _said = start(people, tmp_path / f"run{begun}")
        worker.done(outputs=[])
        worker.done(failed=0, findings=[])
        if begun:
            (tmp_path / "runTrue" / "request.json").write_text("{}")
        check.discard()
    assert (tmp_path / "runTrue" / "data" / "cases.csv").is_file()
    assert not (tmp_path / "runFalse").exists()


def test_a_users_own_folder_is_left_alone(start, worker, tmp_path):
    mine = tmp_path / "project" / "data" / "scan.nii"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(PanelError, match="project holds files already"):
        start({"t1": tmp_path, "t2": tmp_path}, tmp_path / "project")
    assert mine.read_bytes() == b"mine" and worker.tasks == []


def test_a_wrong_preset_or_setting_is_one_sentence(start, tmp_path):
    with pytest.raises(PanelError, match="batch"):
        start(None, tmp_path, ("batch=0",))
