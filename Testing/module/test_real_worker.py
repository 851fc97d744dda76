"""The client with the real worker, torch and the shipped model: what a click goes through."""

import dataclasses
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.volume.write import write

PATIENCE_S = 300  # of a busy machine
MODEL = "t1-t2-brain"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A small T1 and one that takes the processor many seconds."""
    folder = tmp_path_factory.mktemp("inputs")
    paths = {"small": folder / "small.nii", "large": folder / "large.nii"}
    small = head_phantom(1, (48, 48, 6), (4.0, 4.0, 20.0))["t1"]
    array = np.kron(small.array, np.ones((4, 4, 25), small.array.dtype))
    large = dataclasses.replace(small, array=array, affine=np.diag([1.1, 1.1, 1.2, 1.0]))
    write(small, paths["small"])
    write(large, paths["large"])
    return paths


@pytest.fixture(scope="module")
def client():
    """One client for all tests here: torch is imported as seldom as possible."""
    from MedGANSynthPanels.process import WorkerClient

    client = WorkerClient()
    yield client
    client.stop()


class Run:
    """A translation, its events, and how long each turn of the event loop took."""

    def __init__(self, client, source, out):
        self.events = []
        self.turns = []
        self.out = out
        fields = {"inputs": [source], "model": MODEL, "out": out, "device": "cpu"}
        self.started = time.monotonic()
        self.job = client.submit("translate", fields, self.events.append)

    def until(self, happened):
        import slicer

        end = time.monotonic() + PATIENCE_S
        while not happened():
            assert time.monotonic() < end
            # Of this thread alone: other processes may have the processor in between.
            before = time.thread_time()
            slicer.app.processEvents()
            self.turns.append(time.thread_time() - before)
            time.sleep(0.002)
        return self

    def ended(self):
        return not self.job.open

    @property
    def last(self):
        return self.events[-1]


def test_translates_warm_and_keeps_the_window_alive(scene, client, inputs, tmp_path):
    first = Run(client, inputs["small"], tmp_path / "first.nii")
    first.until(first.ended)
    assert first.last["event"] == "done", first.last
    assert first.out.is_file()
    assert first.last["networks_loaded"] == 1
    second = Run(client, inputs["small"], tmp_path / "second.nii")
    second.until(second.ended)
    assert second.last["event"] == "done"
    assert second.last["networks_loaded"] == 0  # neither import nor loading
    assert second.out.read_bytes() == first.out.read_bytes()
    assert max(first.turns + second.turns) < 0.1


def test_cancel_in_the_middle_is_quick_and_leaves_nothing(scene, client, inputs, tmp_path):
    run = Run(client, inputs["large"], tmp_path / "result.nii")
    run.until(lambda: any(0.05 < e.get("fraction", 0) < 0.9 for e in run.events) or run.ended())
    assert run.job.open
    started = time.monotonic()
    run.job.cancel()
    run.until(run.ended)
    assert time.monotonic() - started < 2
    assert run.last["cancelled"]
    assert list(tmp_path.iterdir()) == []
    assert max(run.turns) < 0.1
    again = Run(client, inputs["small"], tmp_path / "again.nii")
    assert again.until(again.ended).last["event"] == "done"


def test_killed_in_the_middle(scene, client, inputs, tmp_path):
    run = Run(client, inputs["large"], tmp_path / "result.nii")
    run.until(lambda: any(e.get("fraction", 0) > 0.05 for e in run.events))
    pid, folder = client._child.group, Path(client._child._folder.path)
    assert folder.exists()
    os.kill(pid, signal.SIGKILL)
    run.until(run.ended)
    assert run.last["event"] == "error" and not run.last["cancelled"]
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()
    again = Run(client, inputs["small"], tmp_path / "again.nii")
    assert again.until(again.ended).last["event"] == "done"
