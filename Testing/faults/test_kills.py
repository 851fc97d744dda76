"""A training that is killed a hundred times, wherever it happens to be."""

import multiprocessing
import os
import random
import time

import pytest

from MedGANSynthLib import cli
from MedGANSynthLib.models.restricted import load_restricted
from MedGANSynthLib.training.checkpoint import load_latest

KILLS = 100
SMALL = [
    *("train", "-p", "cyclegan-t1-t2-debug", "--device", "cpu", "--progress", "none", "--set"),
    *("data.phantoms=2", "data.size=[32,32]", "networks.generator.options={width=4,levels=5}"),
    *("intervals.preview=0", "intervals.validate=0", "intervals.checkpoint=2"),
    "intervals.metrics=2",
]


@pytest.fixture
def trainer():
    """`trainer(images, folder)`: a process of its own that trains, torch being imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["MedGANSynthLib.training.command"])

    def start(images, folder):
        command = [*SMALL, f"images={images}", "-o", str(folder)]
        process = context.Process(target=cli.main, args=(command,), daemon=True)
        process.start()
        return process

    return start


def same(a, b):
    import torch

    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def wait_for_progress(process, last, seconds=600):
    """Until a checkpoint of this process lies there."""
    before = last.stat().st_mtime_ns if last.exists() else 0
    limit = time.monotonic() + seconds
    while not last.exists() or last.stat().st_mtime_ns == before:
        assert process.is_alive() and time.monotonic() < limit
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="forkserver")
def test_a_hundred_kills_lose_nothing(trainer, tmp_path, record_property):
    """Killed while it saves, writes its tables or learns; then it ends, and nothing shows it."""
    rng = random.Random(0)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    checkpoints = killed / "checkpoints"
    readable, seen = 0, 0
    for _ in range(KILLS):
        process = trainer(100_000, killed)
        wait_for_progress(process, checkpoints / "last.pt")
        time.sleep(rng.uniform(0, 0.3))
        process.kill()
        process.join()
        state = load_latest(checkpoints)
        readable += state is not None and state["seen"] >= seen
        seen = state["seen"]
    for folder in (killed, whole):
        process = trainer(seen + 4, folder)
        process.join(900)
        assert process.exitcode == 0
    assert readable == KILLS
    tables = [(folder / "metrics.csv").read_text().splitlines() for folder in (killed, whole)]
    lost = len(set(tables[1]) - set(tables[0]))
    assert tables[0] == tables[1]
    assert same(*(load_restricted(f / "checkpoints" / "last.pt") for f in (killed, whole)))
    record_property(
        "figure",
        f"{KILLS - readable} of {KILLS} kills left an unreadable checkpoint, {lost} rows of "
        f"{len(tables[1])} lost, equal to the unbroken run bit for bit after {seen + 4} images",
    )
