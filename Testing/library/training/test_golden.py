"""Stored losses of the debug presets: whatever makes training faster must compute the same.

To accept a wanted change, run this file with MEDGANSYNTH_WRITE_GOLDEN=1 in the environment
and say in the commit why the numbers moved.
"""

import csv
import json
import os
from pathlib import Path

import pytest
import torch

from MedGANSynthLib.systems.registry import system_class
from MedGANSynthLib.training.config import PRESETS, load_config
from MedGANSynthLib.training.distributed import Ranks
from MedGANSynthLib.training.example import example_batch

GOLDEN = Path(__file__).with_name("golden_losses.json")
DEBUG = sorted(path.stem for path in PRESETS.glob("*-debug.toml"))
OPTIONS = ("images=8", "intervals.metrics=2", "intervals.validate=0", "intervals.preview=0")


@pytest.mark.parametrize("preset", ["cyclegan-t1-t2-debug", "cyclegan-t1-t2-small-debug"])
def test_losses_of_a_run_are_the_stored_ones(trainer, preset):
    folder, *_ = trainer("run", *OPTIONS, preset=preset)
    with open(folder / "metrics.csv", newline="") as file:
        losses = [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
    compare(preset, losses, 1e-4)


@pytest.mark.parametrize("preset", DEBUG)
def test_losses_of_a_step_are_the_stored_ones(preset):
    """Of every System: one step from where growing networks fade, on an example batch."""
    config, ranks = load_config(preset), Ranks("cpu")
    torch.manual_seed(config.seed)
    system = system_class(config.system)(config, ranks.device, ranks.wrap)
    batch = example_batch(config, config.batch, ranks.device)
    losses = system.step(batch, config.images // 4)
    compare(f"{preset}, one step", [{name: float(value) for name, value in losses.items()}], 1e-3)


def test_every_debug_preset_has_stored_losses():
    stored = {name.partition(",")[0] for name in json.loads(GOLDEN.read_text())}
    assert stored == set(DEBUG)


def compare(name, losses, tolerance):
    """One row of losses for each step against the stored ones."""
    golden = json.loads(GOLDEN.read_text())
    if os.environ.get("MEDGANSYNTH_WRITE_GOLDEN"):
        golden[name] = losses
        GOLDEN.write_text(json.dumps(golden, indent=1) + "\n")
    for step, (row, stored) in enumerate(zip(losses, golden[name], strict=True)):
        # Other processors round differently, and a GAN amplifies that with every step.
        assert row == pytest.approx(stored, rel=tolerance * 4**step), f"step {step + 1}"
