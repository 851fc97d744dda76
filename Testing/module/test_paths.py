"""Paths as people type them: one form for all panels and scripts, and none is relative later."""

from pathlib import Path

import pytest


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder; the home is its folder "home"."""
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    return tmp_path


def test_what_is_typed_becomes_an_absolute_path(scene, here):
    from MedGANSynthPanels.paths import typed

    for text, path in (
        ("w/ps", here / "w" / "ps"),
        (" w ", here / "w"),
        ("./w/", here / "w"),
        (".", here),
        ("~", here / "home"),
        ("~/x", here / "home" / "x"),
        (str(here / "a b"), here / "a b"),
        (Path("w"), here / "w"),
        ("a~b", here / "a~b"),
    ):
        assert typed(text) == path, text
    assert typed("") is typed("  ") is typed(None) is None


def test_what_is_there_is_found_as_it_is_typed(scene, here):
    from MedGANSynthPanels.folders import same
    from MedGANSynthPanels.paths import holds, is_file, is_folder

    (here / "home" / "a.json").write_text("")
    assert is_folder("home") and is_folder("~") and is_file("~/a.json") and holds("~", "a.json")
    assert same("home", "~/../home") and not same("home", ".")
    long = "x" * 300
    assert not is_folder("") and not is_file(None) and not holds("", "home")
    assert not is_folder(long) and not is_file(long) and not holds(long, "a.json")


def test_a_task_with_a_relative_path_is_refused(scene, here):
    from MedGANSynthPanels.errors import PanelError
    from MedGANSynthPanels.paths import check_absolute

    whole = {"predictions": [str(here)], "targets": [here], "out": str(here / "r"), "data": None}
    check_absolute("evaluate paired", whole)
    check_absolute("translate", {"inputs": [], "model": "t1-t2-brain", "out": here})
    for task, field, wrong, shown in (
        ("evaluate paired", "out", "w/r", "w/r"),
        ("evaluate paired", "out", "~/r", "~/r"),
        ("evaluate paired", "targets", [str(here), "real"], "real"),
        ("study prepare", "key", "", '""'),
        ("train", "data", Path("d.json"), "d.json"),
    ):
        with pytest.raises(PanelError, match=f"{task}: {field} is the relative path {shown}; give"):
            check_absolute(task, {field: wrong})


def test_the_worker_is_not_asked_with_a_relative_path(scene):
    from MedGANSynthPanels.errors import PanelError
    from MedGANSynthPanels.process import WorkerClient

    client = WorkerClient(["none-such"])
    with pytest.raises(PanelError, match="study prepare: out is the relative path w/ps"):
        client.submit("study prepare", {"out": "w/ps"}, lambda event: None)
    assert not client.busy


def test_folders_that_take_no_files_are_told_before_the_run(scene, here):
    from MedGANSynthPanels.folders import report_problem, writing_problem

    (here / "file").write_text("")
    assert writing_problem("w/ps") is None and report_problem("~/report") is None
    assert not (here / "w").exists()
    assert report_problem("home") == "home exists already; choose a new one"
    assert report_problem(" ") == "Choose a new folder for the report"
    assert writing_problem("file/x").startswith(f"{here / 'file'} cannot be written to (")
    if Path("/proc/self").exists():
        expected = "/proc takes no new files; choose another folder"
        assert writing_problem("/proc/x") == report_problem("/proc/x/y") == expected


def test_scripts_may_give_relative_paths(scene, here):
    from MedGANSynthPanels.data_check import DataCheck
    from MedGANSynthPanels.errors import PanelError
    from MedGANSynthPanels.paths import check_absolute
    from MedGANSynthPanels.training_task import train_task

    class Worker:
        def submit(self, task, fields, listener):
            check_absolute(task, fields)
            self.fields = fields
            return self

        def cancel(self):
            pass

    (here / "t1").mkdir()
    (here / "mine.toml").write_text('base = "cyclegan-t1-t2-small"\ndescription = "mine"\n')
    worker = Worker()
    DataCheck(worker).start("mine.toml", {"t1": "t1", "t2": "~"}, "runs/a")
    assert worker.fields["folder"] == [f"t1={here / 't1'}", f"t2={here / 'home'}"]
    assert worker.fields["out"] == str(here / "runs" / "a" / "data" / "datalist.json")
    task = train_task("mine.toml", "~/list.json", "runs/a", (), "cpu")
    assert task.preset == str(here / "mine.toml")
    assert (task.data, task.out) == (here / "home" / "list.json", here / "runs" / "a")
    with pytest.raises(PanelError, match="A path is missing"):
        train_task("cyclegan-t1-t2-small", "", "runs/a", (), "cpu")


def test_another_folder_is_no_run(scene, here):
    from MedGANSynthPanels.errors import PanelError
    from MedGANSynthPanels.scripting import Scripting

    with pytest.raises(PanelError, match=f"^{here / 'home'} is no Run folder; choose one that a"):
        Scripting().export_training("~")


def test_a_models_folder_may_be_given_as_it_is_typed(scene, here):
    from MedGANSynthPanels.asked import named

    assert named("t1-t2-brain") == "t1-t2-brain"
    assert named("~/mine") == named(Path("home/mine")) == str(here / "home" / "mine")
