"""Stored losses of the debug presets: whatever makes training faster must compute the same.

To accept a wanted change, run this file with MEDGANSYNTH_WRITE_GOLDEN=1 in the environment
and say in the commit why the numbers moved.
"""

import csv
import json
import os
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden_losses.json")


OPTIONS = ("images=8", "intervals.metrics=2", "intervals.validate=0", "intervals.preview=0")


@pytest.mark.parametrize("preset", ["cyclegan-t1-t2-debug", "cyclegan-t1-t2-small-debug"])
def test_losses_are_the_stored_ones(trainer, preset):
    folder, *_ = trainer("run", *OPTIONS, preset=preset)
    compare(folder, preset)


@pytest.mark.parametrize("name", ["adni", "sigmarat1", "sigmarat2", "brain-small"])
def test_losses_of_generators_are_the_stored_ones(generation_trainer, name):
    preset = f"alpha-wgan-{name}-debug"
    # One step: its second half already stands on weights that Adam moved by the signs of gradients,
    # some of which are rounding errors.
    folder, *_ = generation_trainer("run", preset, *OPTIONS, "images=4")
    compare(folder, preset, tolerance=2e-2)


def test_losses_of_scgan_are_the_stored_ones(synthesis_trainer):
    folder, _ = synthesis_trainer("run", "scgan-debug", *OPTIONS, "images=4")
    compare(folder, "scgan-debug", tolerance=1e-3)


def compare(folder, preset, tolerance=1e-4):
    """The rows of metrics.csv against the stored ones."""
    with open(folder / "metrics.csv", newline="") as file:
        losses = [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if os.environ.get("MEDGANSYNTH_WRITE_GOLDEN"):
        golden[preset] = losses
        GOLDEN.write_text(json.dumps(golden, indent=1) + "\n")
    for step, (row, stored) in enumerate(zip(losses, golden[preset], strict=True)):
        # Other processors round differently, and a GAN amplifies that with every step.
        assert row == pytest.approx(stored, rel=tolerance * 4**step), f"step {step + 1}"
