"""The one worker and its end: with Slicer, with the scene, at a reload."""

import subprocess
import sys

import pytest

PRETENDER = """
import json, os, sys, time
print(json.dumps({"event": "ready", "pid": os.getpid(), "problem": None}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["task"] == "wait":
        print(json.dumps({"event": "progress", "id": request["id"], "fraction": 0.5}), flush=True)
    elif request["task"] == "pid":
        answer = {"event": "done", "id": request["id"], "result": {"pid": os.getpid()}}
        print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def lifetime(scene, monkeypatch):
    from MedGANSynthPanels import lifetime, process

    monkeypatch.setattr(process, "library_command", lambda word: [sys.executable, "-c", PRETENDER])
    yield lifetime
    lifetime.end()


@pytest.fixture
def started(lifetime, wait_until):
    """The worker, its process id, and the events of a Task at work."""
    worker = lifetime.the_worker()
    pids, heard = [], []
    worker.submit("pid", {}, lambda event: pids.append(event["result"]["pid"]))
    worker.submit("wait", {}, heard.append)
    wait_until(lambda: heard, 60)
    return worker, pids[0], heard


def gone(pid):
    return subprocess.run(["ps", "-p", str(pid)], capture_output=True).returncode != 0


def test_there_is_one(lifetime):
    assert lifetime.the_worker() is lifetime.the_worker()


def test_ends_with_slicer(lifetime, started):
    import slicer

    worker, pid, heard = started
    slicer.app.aboutToQuit.emit()
    assert heard[-1]["cancelled"]
    assert gone(pid)
    assert lifetime.the_worker() is not worker


def test_ends_with_the_scene_and_comes_back(lifetime, started, scene, wait_until):
    worker, pid, heard = started
    scene.Clear()
    assert heard[-1]["cancelled"]
    wait_until(lambda: gone(pid), 2)
    answers = []
    worker.submit("pid", {}, answers.append)
    wait_until(lambda: answers, 60)
    assert answers[0]["result"]["pid"] != pid
    assert lifetime.the_worker() is worker


def test_reload_ends_it_and_forgets_our_modules(lifetime, started):
    _worker, pid, heard = started
    before = {name: module for name, module in sys.modules.items() if name.startswith("MedGAN")}
    try:
        lifetime.forget_modules()
        assert heard[-1]["cancelled"]
        assert gone(pid)
        left = [n for n in sys.modules if n.startswith(("MedGANSynthLib", "MedGANSynthPanels"))]
        assert left == []
    finally:
        sys.modules.update(before)


def test_slicers_start_removes_what_a_crash_has_left(module, tmp_path):
    import slicer
    from MedGANSynthPanels.temporary import Temporary

    before = slicer.app.temporaryPath
    slicer.app.temporaryPath = str(tmp_path / "slicer")
    try:
        mine = Temporary()
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        head, _pid, tail = mine.path.name.rsplit("-", 2)
        (mine.path.parent / f"{head}-{dead.pid}-{tail}").mkdir()
        slicer.app.startupCompleted.emit()
        assert list(mine.path.parent.iterdir()) == [mine.path]
    finally:
        slicer.app.temporaryPath = before
