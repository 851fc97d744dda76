"""Start, translate, cancel, over and over on the module's way: nothing piles up."""

import collections
import os
import random
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from MedGANSynthLib.data.phantom import head_phantom

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

MODEL = "t1-t2-brain"
WARM, PER_WORKER = 2, 20
PATIENCE_S = 300  # of a busy machine


def resident_mb(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def children():
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:  # it has ended
            continue
        if int(parent) == os.getpid():
            found.add(int(stat.parent.name))
    return found


def files():
    import slicer

    return set(Path(slicer.app.temporaryPath).glob("MedGANSynth-*"))


@pytest.fixture
def head(scene):
    import slicer

    phantom = head_phantom(1, (48, 40, 4), (3.0, 3.0, 12.0), ("t1",))["t1"]
    voxels = np.ascontiguousarray(phantom.array.transpose(2, 1, 0))
    return slicer.util.addVolumeFromArray(voxels, phantom.affine, "head")


@pytest.fixture
def cycle(head, scene, wait_until):
    """`cycle(worker, pause)`: one run cancelled after `pause` seconds, one to its end; the number
    of runs that were cancelled before they ended by themselves."""
    from MedGANSynthPanels.translation import Translation

    def go(worker, pause):
        run = Translation(worker)
        run.start(head, MODEL, device="cpu")
        begun = time.monotonic()
        wait_until(lambda: time.monotonic() - begun > pause or not run.open, PATIENCE_S)
        run.cancel()
        wait_until(lambda: not run.open, PATIENCE_S)
        assert run.state in ("cancelled", "done")
        whole = Translation(worker)
        whole.start(head, MODEL, device="cpu")
        wait_until(lambda: not whole.open, PATIENCE_S)
        assert whole.state == "done"
        for node in (*run.results, *whole.results):
            scene.RemoveNode(node.GetDisplayNode())
            scene.RemoveNode(node)
        return run.state == "cancelled"

    return go


@pytest.mark.parametrize("many", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_nothing_is_left(cycle, scene, count, many, wait_until, record_property):
    from MedGANSynthPanels.process import WorkerClient

    cycles = count if many else 3
    before = children(), files()
    rng, cancelled, workers = random.Random(0), 0, collections.defaultdict(list)
    worker = WorkerClient()
    try:
        for number in range(1, cycles + 1):
            cancelled += cycle(worker, rng.uniform(0, 0.4))
            workers[worker._child.group].append(resident_mb(worker._child.group))
            if number == WARM:
                nodes, size = scene.GetNumberOfNodes(), resident_mb(os.getpid())
            if number % PER_WORKER == 0:
                worker.stop()
    finally:
        worker.stop()
    # The folder of a run is removed once more a little later.
    wait_until(lambda: (children(), files()) == before)
    grown = resident_mb(os.getpid()) - size
    workers_grown = [sizes[-1] - sizes[WARM - 1] for sizes in workers.values() if sizes[WARM:]]
    assert scene.GetNumberOfNodes() == nodes
    assert max(grown, *workers_grown) < 50
    assert cancelled > 0
    record_property(
        "figure",
        f"{cycles} cycles, {cancelled} of them cancelled on the way: 0 processes, 0 files, "
        f"{grown:.0f} MB more in Slicer, at most {max(workers_grown):.0f} MB in a worker",
    )
