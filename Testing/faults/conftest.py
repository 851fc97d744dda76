"""The host has to be in place before the module is imported; `fault_table` is here."""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("Testing", "Testing/faults", "MedGANSynth"):
    sys.path.insert(0, str(ROOT / folder))

import children  # noqa: E402
from host.fixtures import errors, scene, wait_until  # noqa: E402

__all__ = ["errors", "scene", "wait_until"]


@pytest.fixture
def count() -> int:
    """How often the long tests do what they do."""
    return int(os.environ.get("MEDGANSYNTH_FAULTS_COUNT", "100"))


OFTEN = [
    *("intervals.preview=0", "intervals.validate=0", "intervals.checkpoint=2"),
    "intervals.metrics=2",
]


@pytest.fixture
def trainer() -> Callable[..., BaseProcess]:
    """`trainer(preset, images, folder, *settings)`: a process of its own that trains, torch being
    imported already; all it says is in the file `said`."""
    if os.name == "nt":
        pytest.skip("forkserver")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["MedGANSynthLib.training.command"])

    def start(preset: str, images: int, folder: Path, *settings: str) -> BaseProcess:
        command = ["train", "-p", preset, "-o", str(folder), "--device", "cpu"]
        command += ["--progress", "none", "--set", f"images={images}", *OFTEN, *settings]
        said = folder.with_name(f"{folder.name}.said")
        process = context.Process(target=children.train, args=(command, said), daemon=True)
        process.said = said
        process.start()
        return process

    return start
