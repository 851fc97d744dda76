"""What a Run folder tells: state, progress, time left, and why it failed."""

import json
import os
import subprocess
import sys
import time

import pytest
from MedGANSynthPanels import run_list
from MedGANSynthPanels.training_run import TrainingRun

from MedGANSynthLib import machine


@pytest.fixture
def run(tmp_path):
    """`run(events..., lock=..., log=...)`: the Run of a folder with these files."""

    def make(*events, lock=None, log=None, requested=None):
        folder = tmp_path / "run"
        folder.mkdir(exist_ok=True)
        lines = "".join(json.dumps(event) + "\n" for event in events)
        (folder / "events.jsonl").write_text(lines)
        if lock is not None:
            (folder / "lock").write_text(str(lock))
        if log is not None:
            (folder / "trainer.log").write_text(log)
        if requested is not None:
            (folder / "request.json").write_text("{}")
            os.utime(folder / "request.json", (requested, requested))
        return TrainingRun(folder)

    return make


def started(when):
    return {"time": when, "event": "started", "process": 1, "device": "cpu", "images": 100}


def progress(when, fraction):
    return {"time": when, "event": "progress", "fraction": fraction, "eta_s": 0, "text": "x"}


def ended(when, stopped):
    return {"time": when, "event": "ended", "images": 60 if stopped else 100, "stopped": stopped}


def gone():
    """The number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_a_living_trainer(run):
    made = run(started(10.0), progress(12.0, 0.2), progress(22.0, 0.4), lock=os.getpid())
    assert (made.state, made.alive) == ("running", True)
    # 0.2 in 10 s: the other 0.6 take 30 s. From the start at 10 to 22 are 12 s.
    assert made.left_s == pytest.approx(30.0)
    assert made.elapsed_s == pytest.approx(12.0)
    assert (made.fraction, made.device) == (0.4, "cpu")
    made.stop()
    made.look()
    assert made.state == "stopping" and (made.folder / "stop").exists()


def test_a_resumed_one_is_judged_by_its_own_speed(run):
    made = run(
        started(0.0),
        progress(1.0, 0.1),
        progress(101.0, 0.5),
        ended(101.0, True),
        started(1000.0),
        progress(1001.0, 0.5),
        {"time": 1006.0, "event": "metric", "memory": 2**30},
        progress(1011.0, 0.6),
        lock=os.getpid(),
    )
    assert made.left_s == pytest.approx(40.0)  # 0.1 in 10 s
    assert made.elapsed_s == pytest.approx(101.0 + 11.0)
    assert made.memory == 2**30


def test_a_clock_that_is_set_back(run):
    made = run(started(1000.0), progress(1001.0, 0.1), progress(5.0, 0.2), lock=os.getpid())
    assert (made.elapsed_s, made.left_s, made.state) == (0.0, None, "running")


@pytest.mark.parametrize(("stopped", "state"), [(True, "stopped"), (False, "finished")])
def test_how_it_ended(run, stopped, state):
    made = run(started(1.0), progress(2.0, 0.5), ended(3.0, stopped))
    assert (made.state, made.problem) == (state, "")
    # More than its last word on progress.
    seen = 60 if stopped else 100
    assert (made.fraction, made.text) == (seen / 100, f"{seen} of 100 images")


def test_a_killed_trainer_has_failed(run):
    made = run(started(1.0), progress(2.0, 0.5), lock=gone(), log="one\nMemoryError\n")
    assert made.state == "failed"
    text = "The trainer was killed or crashed; resume it from its last checkpoint."
    assert made.problem == f"{text} MemoryError"
    progress_only = "  6.2 %, 0:41 left  1 of 16 images\n100.0 %, 0:00 left  16 of 16 images\n"
    for log in (progress_only, "  200  cycle 0.5\n", "/runs/one/previews/000000060.png\n"):
        made = run(started(1.0), progress(2.0, 0.5), lock=gone(), log=log)
        assert made.problem == text


def test_a_failure_is_told_in_the_trainers_own_words(run):
    error = {"time": 2.0, "event": "error", "text": "run: the disk is full; free some space."}
    assert run(started(1.0), error).problem == "run: the disk is full; free some space."
    # Before it has a Run, a trainer can only print.
    log = "noise\nmedgansynth: x: no such preset.\n"
    assert run(log=log, requested=time.time()).problem == "x: no such preset."


def test_a_failed_resume_hides_an_older_end(run):
    log = "medgansynth: process 7 is training there.\n"
    made = run(started(1.0), ended(2.0, True), log=log, requested=time.time())
    assert (made.state, made.problem) == ("failed", "process 7 is training there.")


def test_a_full_disk_is_told_although_nothing_could_be_written(run, monkeypatch):
    monkeypatch.setattr(machine, "free_disk", lambda folder: 1000)
    assert run(started(1.0)).problem == "The disk is full; free some space and resume."


def test_half_a_line_is_read_when_it_is_whole(run):
    made = run(started(1.0), lock=os.getpid())
    line = json.dumps(progress(2.0, 0.75)) + "\n"
    with open(made.folder / "events.jsonl", "a") as file:
        file.write(line[:20])
    made.look()
    assert made.fraction == 0.0
    with open(made.folder / "events.jsonl", "a") as file:
        file.write(line[20:])
    made.look()
    assert made.fraction == 0.75


@pytest.mark.parametrize(("fraction", "state"), [(0.5, "stopped"), (1.0, "finished")])
def test_a_run_that_does_not_say_how_it_ended(run, fraction, state):
    assert run(progress(2.0, fraction)).state == state


def test_an_empty_folder_has_not_started(tmp_path):
    assert TrainingRun(tmp_path).state == "new"


def test_the_list_of_runs_is_kept(scene, tmp_path):
    import qt

    qt.QSettings().remove("MedGANSynth")
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir(), second.mkdir()
    run_list.add(run_list.Listed(first, True))
    run_list.add(run_list.Listed(second, False, 5, 6))
    run_list.add(run_list.Listed(first, False, 7, 8))
    assert [e.folder.name for e in run_list.listed()] == ["a", "b"]
    assert run_list.listed()[0] == run_list.Listed(first, False, 7, 8)
    second.rmdir()
    assert [e.folder.name for e in run_list.listed()] == ["a"]
    run_list.remove(first)
    assert run_list.listed() == []
    qt.QSettings().setValue(run_list.KEY, "[{]")
    assert run_list.listed() == []
    qt.QSettings().remove("MedGANSynth")


def test_a_trainer_on_another_computer_counts_as_alive(run):
    assert run({"time": 1.0, "event": "started", "device": "cpu"}, lock="7\nelsewhere").alive


def test_trainings_end_with_slicer_unless_they_are_kept(scene, tmp_path):
    import qt
    import slicer
    from MedGANSynthPanels.stop_at_exit import StopAtExit

    qt.QSettings().remove("MedGANSynth")
    kinds = {"kept": (True, os.getpid()), "ours": (False, os.getpid()), "theirs": (False, 1)}
    for name, (keep, owner) in kinds.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock").write_text(str(os.getpid()))
        run_list.add(run_list.Listed(tmp_path / name, keep, owner))
    watch = StopAtExit()
    slicer.app.aboutToQuit.emit()
    watch.stop()
    assert [name for name in kinds if (tmp_path / name / "stop").exists()] == ["ours"]
    qt.QSettings().remove("MedGANSynth")
