"""The loop: exact resume, stopping, divergence, schedules, what it writes."""

import csv

import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models.restricted import load_restricted
from MedGANSynthLib.training.ema import Average

LENGTH = "images=12"
FAST = ("intervals.validate=6", "intervals.preview=0", "ema=4")


def weights(folder):
    return load_restricted(folder / "checkpoints" / "last.pt")


def same(a, b):
    """Equality down to the last bit of nested states."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def rows(path):
    with open(path, newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("workers", [0, 1])
def test_a_resumed_run_equals_the_unbroken_one_bit_for_bit(trainer, workers):
    """Networks, averages, optimisers, image pools, dropout, data order, metrics: everything."""
    whole, *_ = trainer("whole", LENGTH, *FAST, "intervals.checkpoint=6")

    def stop(event, fields):
        if event == "progress" and fields["text"].startswith("6 of"):
            (whole.parent / "parts" / "stop").touch()

    options = (LENGTH, *FAST, "intervals.checkpoint=6", f"workers={workers}")
    _, _, first, _ = trainer("parts", *options, at=stop)
    assert (first["stopped"], first["images"]) == (True, 6)
    parts, _, second, _ = trainer("parts", *options)
    assert (second["stopped"], second["images"], second["trained"]) == (False, 12, 6)
    assert same(weights(whole), weights(parts))
    for table in ("metrics.csv", "validation.csv"):
        assert rows(whole / table) == rows(parts / table)


def test_rows_after_the_checkpoint_are_dropped_on_resume(trainer):
    folder, *_ = trainer("run", LENGTH, *FAST, "intervals.metrics=2")
    reference = rows(folder / "metrics.csv")
    state = weights(folder)
    with open(folder / "metrics.csv", "a") as file:
        file.write("999,1,1,1,1,1\n")  # as written by a trainer that was killed later
    trainer("run", LENGTH, *FAST, "intervals.metrics=2")
    assert rows(folder / "metrics.csv") == reference
    assert same(state, weights(folder))


@pytest.mark.parametrize("lost", ["system", "gathered"])
def test_a_checkpoint_of_another_version_is_told_and_left_alone(trainer, lost):
    folder, *_ = trainer("run", "images=2", *FAST)
    other = weights(folder)
    other["later"] = other.pop(lost)
    last = folder / "checkpoints" / "last.pt"
    torch.save(other, last)
    before = last.read_bytes()
    with pytest.raises(MedGANSynthError, match="another version of MedGANSynth"):
        trainer("run", LENGTH, *FAST)
    assert last.read_bytes() == before


def test_the_length_may_change_on_resume_and_nothing_else(trainer):
    trainer("run", LENGTH, *FAST)
    _, _, result, _ = trainer("run", "images=14", *FAST)
    assert result["trained"] == 2
    with pytest.raises(MedGANSynthError, match=r"objective\.cycle: 10\.0 -> 9\.0"):
        trainer("run", "images=14", *FAST, "objective.cycle=9.0")


def test_a_loss_that_is_not_finite_stops_and_is_named(trainer):
    folder, *_ = trainer("run", "images=2", *FAST)
    good = weights(folder)
    broken = weights(folder)
    first = next(iter(broken["system"]["networks"]["discriminator_target"].values()))
    first.fill_(float("nan"))
    torch.save(broken, folder / "checkpoints" / "last.pt")
    with pytest.raises(MedGANSynthError, match="loss adversarial is nan at image 4"):
        trainer("run", LENGTH, *FAST)
    torch.save(good, folder / "checkpoints" / "last.pt")
    trainer("run", LENGTH, *FAST)


def test_a_preview_lies_on_disk_before_the_first_step(trainer):
    seen = []

    def look(event, fields):
        if event in ("preview", "progress"):
            seen.append(event)

    folder, *_ = trainer("run", "images=2", *FAST, at=look)
    assert seen[0] == "preview"
    assert (folder / "previews" / "000000000.png").read_bytes().startswith(b"\x89PNG")


def test_the_best_checkpoint_is_the_one_with_the_best_figure(trainer):
    folder, *_ = trainer("run", LENGTH, "intervals.validate=2", "intervals.preview=0")
    table = rows(folder / "validation.csv")
    column = table[0].index("rmse_sd")
    figures = {int(row[0]): float(row[column]) for row in table[1:]}
    best = load_restricted(folder / "checkpoints" / "best.pt")
    assert best["best"] == pytest.approx(min(figures.values()), rel=1e-6)
    assert figures[best["seen"]] == pytest.approx(min(figures.values()), rel=1e-6)


def test_learning_rates_fall_linearly_after_decay(trainer):
    _, system, _, _ = trainer("run", "images=8", *FAST, "optimizer.generator.decay=0.5")
    # The last step started at 6 of 8 images: half of the way from one half to the end.
    assert system.g_optimizer.param_groups[0]["lr"] == pytest.approx(2e-4 * 0.5)
    assert system.d_optimizer.param_groups[0]["lr"] == pytest.approx(2e-4)


def test_the_average_has_the_half_life_it_says():
    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(network.weight)
    average = Average({"n": network}, half_life=10)
    torch.nn.init.ones_(network.weight)
    for _ in range(5):
        average.update(batch=2, seen=10**6)  # past the ramp-up: ten images in all
    assert average.networks["n"].weight.item() == pytest.approx(0.5, rel=1e-5)
    exact = Average({"n": network}, half_life=0)
    exact.update(2, 10)
    assert exact.networks["n"].weight.item() == 1.0


def test_batch_norm_is_averaged_as_the_weights_are():
    network = torch.nn.BatchNorm2d(1)
    average = Average({"n": network}, half_life=10)
    network.running_mean += 1.0
    network.num_batches_tracked += 3
    average.update(batch=10, seen=10**6)
    assert average.networks["n"].running_mean.item() == pytest.approx(0.5)
    assert average.networks["n"].num_batches_tracked.item() == 3
