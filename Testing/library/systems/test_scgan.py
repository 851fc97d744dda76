"""The SC-GAN step: every term by hand, its switches, who learns from what."""

import math

import pytest
import torch
from torch import nn

from MedGANSynthLib.systems.scgan import SCGAN
from MedGANSynthLib.training.config import load_config

CPU = torch.device("cpu")


def system(*overrides):
    torch.manual_seed(0)
    return SCGAN(load_config("scgan-debug", overrides), CPU, lambda network: network)


def batch(size=16):
    torch.manual_seed(1)
    target = torch.rand(1, 1, size, size, size) * 2 - 1
    return {
        "inputs": torch.rand(1, 2, size, size, size) * 2 - 1,
        "target": target,
        "inside": (target > 0).float(),
    }


class Constant(nn.Module):
    """Answers every volume with one weight's value; as a discriminator also with two maps."""

    def __init__(self, value, maps=False):
        super().__init__()
        self.weight, self.maps = nn.Parameter(torch.full((1, 1), value)), maps

    def forward(self, x):
        out = self.weight.view(1, 1, 1, 1, 1).expand(len(x), 1, *x.shape[2:])
        # Of the last channel, the target, the first map is itself and the second its double.
        return [x[:, -1:], 2 * x[:, -1:], out] if self.maps else out


def with_constants(*overrides):
    """G answers 0.5; D answers logits of 1."""
    made = system(*overrides)
    made.g, made.d = Constant(0.5), Constant(1.0, maps=True)
    made.networks = {"generator": made.g, "discriminator": made.d}
    made.optimizers = {
        role: torch.optim.SGD(network.parameters(), lr=0.01)
        for role, network in made.networks.items()
    }
    return made


def flat_batch():
    """Target -1 outside and 1 inside, a quarter of the volume."""
    inside = torch.zeros(1, 1, 4, 4, 4)
    inside[..., 0] = 1
    return {"inputs": torch.zeros(1, 2, 4, 4, 4), "target": 2 * inside - 1, "inside": inside}


def test_every_term_by_hand():
    losses = {k: v.item() for k, v in with_constants().step(flat_batch(), 0).items()}
    # |0.5 - 1| in a quarter, |0.5 + 1| elsewhere; the maps differ by that and by its double.
    l1 = 0.25 * 0.5 + 0.75 * 1.5
    expected = {
        "l1": l1,
        "brain": 0.5,
        "features": (l1 + 2 * l1) / 2,
        "adversarial": math.log(1 + math.exp(-1)),
        "generator_weights": 0.5**2 / 2,
        "discriminator": math.log(1 + math.exp(-1)) + math.log(1 + math.exp(1)),
        "discriminator_weights": 0.5,
    }
    assert losses == pytest.approx(expected, abs=1e-5)


def test_published_weights_by_the_generators_gradient():
    """d/dv of 200 L1 + 200 B-rmse + 20 FM + 0.001 v^2 / 2; D's logits do not depend on v."""
    made = with_constants()
    made.step(flat_batch(), 0)
    slope = -0.25 + 0.75  # of |v - 1| in a quarter and |v + 1| elsewhere
    expected = 200 * slope + 200 * -1 + 20 * 1.5 * slope + 0.001 * 0.5
    assert (0.5 - made.g.weight.item()) / 0.01 == pytest.approx(expected, rel=1e-4)


def test_the_discriminators_gradient():
    """-s(-1) of the real, s(1) of the fake, and 0.001 times the weight."""
    made = with_constants()
    made.step(flat_batch(), 0)
    s = 1 / (1 + math.exp(-1))
    assert (1 - made.d.weight.item()) / 0.01 == pytest.approx(s - (1 - s) + 0.001, rel=1e-4)


@pytest.mark.parametrize(
    ("override", "gone"),
    [
        ("objective.features=0.0", {"features"}),
        ("objective.brain=0.0", {"brain"}),
        ("objective.adversarial=0.0", {"adversarial"}),
        ("objective.generator_weights=0.0", {"generator_weights"}),
    ],
)
def test_a_term_of_weight_0_is_not_computed(override, gone):
    every = set(with_constants().step(flat_batch(), 0))
    assert every - set(with_constants(override).step(flat_batch(), 0)) == gone


def test_without_an_adversary_its_network_stands_still():
    made = system("objective.adversarial=0.0", "objective.features=0.0")
    before = [p.clone() for p in made.d.parameters()]
    losses = made.step(batch(32), 0)
    assert set(losses) == {"l1", "brain", "generator_weights"}
    assert all(torch.equal(a, b) for a, b in zip(before, made.d.parameters(), strict=True))


def test_a_step_moves_both_networks_and_keeps_each_gradient_apart():
    made = system()
    before = {n: [p.clone() for p in m.parameters()] for n, m in made.networks.items()}
    losses = made.step(batch(32), 0)
    assert all(loss.isfinite() for loss in losses.values())
    for name, network in made.networks.items():
        changed = [
            not torch.equal(a, b)
            for a, b in zip(before[name], network.parameters(), strict=True)
            if b.ndim > 1
        ]
        assert all(changed), name
        assert all(p.grad is None and p.requires_grad for p in network.parameters())


def test_computing_again_gives_the_same_losses():
    kept = system("objective.recompute=false").step(batch(32), 0)
    torch.manual_seed(0)
    again = system("objective.recompute=true").step(batch(32), 0)
    assert {k: v.item() for k, v in again.items()} == pytest.approx(
        {k: v.item() for k, v in kept.items()}
    )


@pytest.mark.parametrize("recompute", ["false", "true"])
def test_half_precision_gives_about_the_same_losses(recompute):
    full = system().step(batch(32), 0)
    with torch.autocast("cpu", torch.bfloat16):
        half = system(f"objective.recompute={recompute}").step(batch(32), 0)
    assert {k: v.item() for k, v in half.items()} == pytest.approx(
        {k: v.item() for k, v in full.items()}, rel=0.05
    )
    assert all(loss.dtype == torch.float32 for loss in half.values())


def test_slices_train_a_2d_network():
    made = system("data.size=[32,32]", "data.whole=false")
    assert made.specs["generator"][1]["dims"] == 2
    given = {name: volume[..., 0] for name, volume in batch(32).items()}
    assert made.step(given, 0)["l1"].isfinite()


@pytest.mark.parametrize(
    ("side", "levels"), [(128, 7), (64, 6), (48, 6), (33, 6), (32, 5), (16, 4)]
)
def test_smaller_volumes_are_halved_less_often(side, levels):
    made = system(f"data.size=[{side},{side},{side}]", "networks.generator.options.levels=8")
    assert made.specs["generator"][1]["levels"] == levels
    assert made.g.smallest <= side


def test_larger_volumes_are_halved_as_often_as_said():
    assert system("data.size=[64,64,64]").specs["generator"][1]["levels"] == 5
