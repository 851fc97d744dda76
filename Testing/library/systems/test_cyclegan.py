"""The CycleGAN step against a plain transcription of its equations."""

import copy
import dataclasses

import pytest
import torch
import torch.nn.functional as F

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.objectives.reconstruction import structure_loss
from MedGANSynthLib.systems.cyclegan import CycleGAN
from MedGANSynthLib.training.config import load_config

CPU = torch.device("cpu")


def make(*overrides):
    config = load_config(
        "cyclegan-t1-t2-debug", ("networks.generator.options.dropout=0.0", *overrides)
    )
    torch.manual_seed(0)
    return CycleGAN(config, CPU, lambda network: network)


@pytest.fixture
def batch():
    torch.manual_seed(1)
    return {name: torch.rand(2, 1, 64, 64) * 2 - 1 for name in ("source", "target")}


def expected_losses(system, x, y, predicted=slice(None)):
    """Equations (1) to (3) and section 5.2 of the paper, one network call for each symbol."""
    g, f, d_y, d_x = system.g, system.f, system.d_y, system.d_x
    bce = F.binary_cross_entropy_with_logits
    fake_y, fake_x = g(x), f(y)

    def scored(d, image, label):
        logits = d(image)
        return bce(logits, torch.full_like(logits, label))

    true_x, true_y = x[:, predicted], y[:, predicted]
    losses = {
        "adversarial": scored(d_y, fake_y, 1.0) + scored(d_x, fake_x, 1.0),
        "identity": (g(y) - true_y).abs().mean() + (f(x) - true_x).abs().mean(),
        "paired": (fake_y - true_y).abs().mean() + (fake_x - true_x).abs().mean(),
        "discriminator_target": scored(d_y, true_y, 1.0) + scored(d_y, fake_y, 0.0),
        "discriminator_source": scored(d_x, true_x, 1.0) + scored(d_x, fake_x, 0.0),
    }
    if predicted == slice(None):
        losses["cycle"] = (f(fake_y) - x).abs().mean() + (g(fake_x) - y).abs().mean()
    return losses


def test_every_term_equals_its_equation(batch):
    system = make("objective.paired=3.0", "objective.pool=0")
    with torch.no_grad():
        expected = expected_losses(system, batch["source"], batch["target"])
    losses = system.step(batch, 0)
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        assert losses[name].item() == pytest.approx(value.item(), rel=1e-5), name


def test_the_update_follows_the_weighted_sum(batch):
    """One step of plain Adam by hand: every weight moves by lr against its gradient's sign."""
    system = make("objective.pool=0", "optimizer.generator.eps=1e-12")
    weight = system.g.last.weight
    before = weight.detach().clone()
    terms = expected_losses(system, batch["source"], batch["target"])
    total = terms["adversarial"] + 10 * terms["cycle"] + 5 * terms["identity"]
    (gradient,) = torch.autograd.grad(total, weight)
    system.step(batch, 0)
    clear = gradient.abs() > 1e-3 * gradient.abs().max()
    moved = (weight.detach() - before)[clear]
    torch.testing.assert_close(moved, -2e-4 * gradient.sign()[clear], rtol=1e-2, atol=0)


def test_the_paired_term_weighs_the_inside_of_the_mask(batch):
    system = make("objective.paired=1.0", "objective.inside=2.0")
    inside = torch.zeros(2, 1, 64, 64)
    inside[:, :, 10:20, 10:30] = 1.0
    x, y = batch["source"], batch["target"]
    with torch.no_grad():
        crop = (slice(None), slice(None), slice(10, 20), slice(10, 30))
        expected = (system.g(x) - y)[crop].abs().mean() + (system.f(y) - x)[crop].abs().mean()
    losses = system.step(batch | {"inside": inside}, 0)
    assert losses["inside"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_middle_slice_alone_can_be_predicted_and_judged(batch):
    system = make(
        "data.slices=3",
        "data.predict=middle",
        "data.paired=true",
        "objective.cycle=0.0",
        "objective.paired=1.0",
        "objective.distance=squared",
        "objective.pool=0",
    )
    x, y = (torch.cat([i, i + 0.1, i - 0.1], 1) for i in batch.values())
    with torch.no_grad():
        expected = expected_losses(system, x, y, slice(1, 2))
        g_off, f_off = system.g(x) - y[:, 1:2], system.f(y) - x[:, 1:2]
        expected["paired"] = (g_off**2).mean() + (f_off**2).mean()
    losses = system.step({"source": x, "target": y}, 0)
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        assert losses[name].item() == pytest.approx(value.item(), rel=1e-5), name


def test_the_structure_term_joins_after_the_warmup(batch):
    system = make("objective.structure=0.5", "objective.warmup=0.5", "images=100")
    x, y = batch["source"], batch["target"]
    assert "structure" not in system.step(batch, 49)
    inside = torch.zeros(2, 1, 64, 64)
    inside[:, :, 10:20, 10:30] = 1.0
    with torch.no_grad():
        fakes = system.g(x), system.f(y)
        expected = structure_loss(fakes[0], y, inside) + structure_loss(fakes[1], x, inside)
    losses = system.step(batch | {"inside": inside}, 50)
    assert losses["structure"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_truths_on_a_scale_of_their_own(batch):
    system = make("objective.cycle=0.0", "objective.identity=0.0", "objective.paired=1.0")
    x, y = batch["source"], batch["target"]
    with torch.no_grad():
        expected = (system.g(x) - y / 2).abs().mean() + (system.f(y) - x / 3).abs().mean()
    losses = system.step(batch | {"source_truth": x / 3, "target_truth": y / 2}, 0)
    assert losses["paired"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_nothing_is_asked_where_the_input_is_blank(batch):
    system = make(
        "objective.cycle=0.0", "objective.identity=0.0", "objective.paired=1.0",
        "objective.blank=true",
    )  # fmt: skip
    x, y = batch["source"].clone(), batch["target"].clone()
    x[..., :20], y[..., :20] = -1.0, -1.0
    truths = {"source_truth": x / 3, "target_truth": y / 2}  # not blank there
    with torch.no_grad():
        off = (system.g(x) - y / 2).abs() + (system.f(y) - x / 3).abs()
        expected = off[..., 20:].sum() / off.numel()
        score = F.binary_cross_entropy_with_logits
        real = system.d_y(torch.cat([y[..., :20], y[..., 20:] / 2], dim=-1))
        fake = system.d_y(torch.cat([y[..., :20], system.g(x)[..., 20:]], dim=-1))
        judged = score(real, torch.ones_like(real)) + score(fake, torch.zeros_like(fake))
    losses = system.step({"source": x, "target": y, **truths}, 0)
    assert losses["paired"].item() == pytest.approx(expected.item(), rel=1e-5)
    assert losses["discriminator_target"].item() == pytest.approx(judged.item(), rel=1e-5)


def test_batch_norm_keeps_its_statistics_towards_the_end():
    config = load_config("cyclegan-t1-t2-small-debug", ("objective.freeze=0.5", "images=8"))
    torch.manual_seed(0)
    system = CycleGAN(config, CPU, lambda network: network)
    images = {n: torch.rand(2, 3, 64, 64) for n in ("source", "target")}
    images["inside"] = torch.ones(2, 3, 64, 64)
    means = []
    for seen in (0, 2, 4, 6):
        system.step(images, seen)
        means.append(system.g.decode[0].body[1].running_mean.clone())
    assert not torch.equal(means[0], means[1])
    assert torch.equal(means[1], means[3])


def test_a_cycle_needs_every_slice():
    with pytest.raises(MedGANSynthError, match=r"objective\.cycle: a cycle needs every slice"):
        make("data.slices=3", "data.predict=middle", "data.paired=true")


def test_the_adversary_joins_after_the_warm_up(batch):
    system = make("objective.warmup=0.5", "images=8")
    assert "adversarial" not in system.step(batch, 3)
    assert "adversarial" in system.step(batch, 4)


@pytest.mark.parametrize("term", ["cycle", "identity"])
def test_a_term_of_weight_zero_is_not_computed(term, batch):
    assert term not in make(f"objective.{term}=0.0").step(batch, 0)


def test_without_the_adversarial_term_the_discriminators_rest(batch):
    system = make("objective.adversarial_weight=0.0")
    before = [p.detach().clone() for p in system.d_y.parameters()]
    assert set(system.step(batch, 0)) == {"cycle", "identity"}
    assert all(torch.equal(a, b) for a, b in zip(before, system.d_y.parameters(), strict=True))


def test_discriminators_get_no_gradient_from_the_generators_step(batch):
    system = make("optimizer.discriminator.lr=1e-8")
    system.step(batch, 0)
    kept = [p.grad.clone() for p in system.d_y.parameters()]
    system.objective = dataclasses.replace(system.objective, discriminator_weight=0.0)
    system.step(batch, 0)
    assert any(g.abs().max() > 0 for g in kept)
    assert all(p.grad.abs().max() == 0 for p in system.d_y.parameters())
    assert all(p.requires_grad for p in system.d_y.parameters())


def test_state_restores_the_next_step_exactly(batch):
    first, second = make(), make("seed=5")
    first.step(batch, 0)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    results = []
    for system in (first, second):
        torch.manual_seed(7)
        results.append(system.step(batch, 0))
    assert all(torch.equal(results[0][name], results[1][name]) for name in results[0])
    for name, network in first.networks.items():
        for key, value in network.state_dict().items():
            assert torch.equal(value, second.networks[name].state_dict()[key]), (name, key)
