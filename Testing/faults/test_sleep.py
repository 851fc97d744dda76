"""The worker is stopped for a while, as a laptop that sleeps stops everything."""

import os
import signal
import time
from pathlib import Path

import pytest

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.volume.write import write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX")

PATIENCE_S = 300  # of a busy machine


@pytest.fixture
def begun(scene, tmp_path, wait_until):
    """`begun(out)`: a translation at work, its worker's process, and what was heard of it."""
    from MedGANSynthPanels.process import WorkerClient

    source = tmp_path / "t1.nii"
    write(head_phantom(1, (96, 96, 8), (2.0, 2.0, 16.0), ("t1",))["t1"], source)
    client = WorkerClient()

    def start(out):
        heard = []
        fields = {"inputs": [source], "model": "t1-t2-brain", "out": out, "device": "cpu"}
        job = client.submit("translate", fields, heard.append)
        wait_until(lambda: any(e.get("fraction", 0) > 0.05 for e in heard), PATIENCE_S)
        assert job.open
        return job, client._child.group, heard

    yield start
    client.stop()


@pytest.mark.slow
def test_it_goes_on_afterwards(begun, tmp_path, wait_until):
    results = []
    for pause in (0.0, 2.0):
        out = tmp_path / f"{pause}.nii"
        job, process, heard = begun(out)
        if pause:
            os.kill(process, signal.SIGSTOP)
            count, until = len(heard), time.monotonic() + pause
            wait_until(lambda until=until: time.monotonic() > until)
            assert job.open and len(heard) <= count + 1
            os.kill(process, signal.SIGCONT)
        wait_until(lambda job=job: not job.open, PATIENCE_S)
        assert heard[-1]["event"] == "done", heard[-1]
        results.append(out.read_bytes()[-1000:])
    assert results[0] == results[1]


@pytest.mark.slow
def test_cancelled_while_it_sleeps(begun, tmp_path, wait_until):
    job, process, heard = begun(tmp_path / "out.nii")
    os.kill(process, signal.SIGSTOP)
    started = time.monotonic()
    job.cancel()
    wait_until(lambda: not job.open)
    assert time.monotonic() - started < 2.5
    assert heard[-1]["cancelled"]
    wait_until(lambda: not Path(f"/proc/{process}").exists())
    assert all(path.name.startswith("t1.nii") for path in tmp_path.iterdir())
