"""Trainings that are killed, wherever they happen to be, and go on as if nothing had been."""

import os
import random
import signal
import time

import pytest
import torch

from MedGANSynthLib.models.restricted import load_restricted
from MedGANSynthLib.systems.registry import SYSTEMS
from MedGANSynthLib.training.checkpoint import load_latest
from MedGANSynthLib.training.config import PRESETS, load_config

DEBUG = sorted(path.stem for path in PRESETS.glob("*-debug.toml"))
SMALL = ["data.phantoms=2", "data.size=[32,32]", "networks.generator.options={width=4,levels=5}"]


def same(a, b):
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
        assert process.is_alive() and time.monotonic() < limit, process.said.read_text()
        time.sleep(0.01)


def kill(process, folder, wait):
    """Kill it `wait` seconds after a checkpoint; what `load_latest` finds then."""
    wait_for_progress(process, folder / "checkpoints" / "last.pt")
    time.sleep(wait)
    process.kill()
    process.join()
    return load_latest(folder / "checkpoints")


def finish(process):
    process.join(900)
    assert process.exitcode == 0, process.said.read_text()


def assert_equal_runs(killed, whole):
    """The same rows of figures, and the same last checkpoint bit for bit; the number of rows."""
    tables = [(folder / "metrics.csv").read_text().splitlines() for folder in (killed, whole)]
    assert tables[0] == tables[1]
    states = [load_restricted(f / "checkpoints" / "last.pt") for f in (killed, whole)]
    assert states[0]["seen"] > 0 and same(*states)
    return len(tables[1]) - 1


@pytest.mark.slow
def test_many_kills_lose_nothing(trainer, tmp_path, count, record_property):
    """Killed while it saves, writes its tables or learns; then it ends, and nothing shows it."""
    rng = random.Random(0)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    preset = "cyclegan-t1-t2-debug"
    readable, seen = 0, 0
    for _ in range(count):
        state = kill(trainer(preset, 100_000, killed, *SMALL), killed, rng.uniform(0, 0.3))
        readable += state is not None and state["seen"] >= seen
        seen = state["seen"]
    for folder in (killed, whole):
        finish(trainer(preset, seen + 4, folder, *SMALL))
    assert readable == count
    rows = assert_equal_runs(killed, whole)
    record_property(
        "figure",
        f"{count - readable} of {count} kills left an unreadable checkpoint, 0 of {rows} rows "
        f"lost, equal to the unbroken run bit for bit after {seen + 4} images",
    )


@pytest.mark.slow
@pytest.mark.parametrize("preset", DEBUG)
def test_every_system_resumes_bit_for_bit(trainer, tmp_path, preset, record_property):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    config = load_config(preset)
    settings = ["ema=4", *(f"optimizer.{name}.decay=1.0" for name in config.optimizer)]
    seen = kill(trainer(preset, 100_000, killed, *settings), killed, 0.05)["seen"]
    images = max(config.images, seen + 2 * config.batch)  # enough for networks that grow
    for folder in (killed, whole):
        finish(trainer(preset, images, folder, *settings))
    rows = assert_equal_runs(killed, whole)
    record_property("figure", f"{preset} ({config.system}): {rows} rows and all states equal")


def test_every_system_has_such_a_preset():
    assert {load_config(preset).system for preset in DEBUG} == set(SYSTEMS)


@pytest.mark.slow
def test_a_folder_that_is_renamed_meanwhile(trainer, tmp_path):
    """The training ends with a sentence and writes no second folder; it goes on where it is now."""
    run, moved, whole = tmp_path / "run", tmp_path / "moved", tmp_path / "whole"
    preset = "cyclegan-t1-t2-debug"
    process = trainer(preset, 100_000, run, *SMALL)
    wait_for_progress(process, run / "checkpoints" / "last.pt")
    run.rename(moved)
    process.join(120)
    assert process.exitcode == 1
    (said,) = process.said.read_text().splitlines()
    assert said.startswith("medgansynth: ") and "is not there any more" in said
    assert not [path for path in run.rglob("*") if path.is_file()]
    seen = load_latest(moved / "checkpoints")["seen"]
    for folder in (moved, whole):
        finish(trainer(preset, seen + 4, folder, *SMALL))
    assert_equal_runs(moved, whole)


@pytest.mark.slow
def test_a_computer_that_sleeps(trainer, tmp_path):
    slept, whole = tmp_path / "slept", tmp_path / "whole"
    preset, last = "cyclegan-t1-t2-debug", slept / "checkpoints" / "last.pt"
    process = trainer(preset, 60, slept, *SMALL)
    wait_for_progress(process, last)
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(0.2)
    before = last.stat().st_mtime_ns
    time.sleep(1)
    assert last.stat().st_mtime_ns == before and process.is_alive()
    os.kill(process.pid, signal.SIGCONT)
    finish(process)
    finish(trainer(preset, 60, whole, *SMALL))
    assert_equal_runs(slept, whole)
