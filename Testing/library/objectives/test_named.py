"""The named losses against their equations, by hand."""

import math

import pytest
import torch

from MedGANSynthLib.objectives.gradient_penalty import (
    around,
    gradient_penalty,
    input_gradient,
    zero_centred,
)
from MedGANSynthLib.objectives.named import named_loss

REAL, FAKE = torch.tensor([1.0, 3.0]), torch.tensor([0.5, -2.0])


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def by_hand(name, s=1.0, g=1.0):
    """D's and G's loss as written in equations 1 to 5, term by term."""
    real, fake = REAL.tolist(), FAKE.tolist()
    mean = lambda values: sum(values) / len(values)  # noqa: E731
    if name in ("gan", "dragan"):
        d = -mean([s * math.log(sigmoid(r)) + (1 - s) * math.log(1 - sigmoid(r)) for r in real])
        d -= mean([math.log(1 - sigmoid(f)) for f in fake])
        return d, -mean(
            [g * math.log(sigmoid(f)) + (1 - g) * math.log(1 - sigmoid(f)) for f in fake]
        )
    if name == "lsgan":
        d = mean([(r - s) ** 2 for r in real]) + mean([f**2 for f in fake])
        return d, mean([(f - g) ** 2 for f in fake])
    if name == "hinge":
        d = mean([max(0, 1 - r) for r in real]) + mean([max(0, 1 + f) for f in fake])
        return d, -mean(fake)
    return mean(fake) - mean(real), -mean(fake)  # wgan, wgan-gp


@pytest.mark.parametrize("name", ["gan", "lsgan", "wgan", "wgan-gp", "dragan", "hinge"])
@pytest.mark.parametrize("labels", [(1.0, 1.0), (0.9, 0.8)])
def test_values(name, labels):
    loss = named_loss(name, *labels).adversarial
    discriminator, generator = by_hand(name, *labels)
    assert loss.discriminator(REAL, FAKE).item() == pytest.approx(discriminator, rel=1e-6)
    assert loss.generator(FAKE).item() == pytest.approx(generator, rel=1e-6)


def test_what_belongs_to_each():
    kinds = {n: (named_loss(n).penalised, named_loss(n).clipped) for n in ("gan", "wgan")}
    assert kinds == {"gan": ("", False), "wgan": ("", True)}
    assert named_loss("wgan-gp").penalised == "fakes"
    assert named_loss("dragan").penalised == "noise"


def test_smoothed_labels_have_their_minimum_where_the_sigmoid_is_the_label():
    best = torch.tensor([math.log(0.9 / 0.1)], requires_grad=True)
    named_loss("gan", 0.9).adversarial.discriminator(best, FAKE).backward()
    assert best.grad.item() == pytest.approx(0, abs=1e-7)


class Linear(torch.nn.Module):
    """D(x) = <w, x>, whose gradient is w everywhere."""

    def __init__(self, *w):
        super().__init__()
        self.w = torch.nn.Parameter(torch.tensor(w))

    def forward(self, x):
        return (x.flatten(1) * self.w).sum(1)


def test_penalties_of_a_linear_critic():
    critic, x = Linear(3.0, 4.0), torch.randn(5, 2)

    def gradient(points):
        return input_gradient(critic, points)

    assert gradient_penalty(gradient, x).item() == pytest.approx((5 - 1) ** 2)
    r1 = zero_centred(gradient, x)
    assert r1.item() == pytest.approx(25 / 2)
    r1.backward()
    torch.testing.assert_close(critic.w.grad, torch.tensor([3.0, 4.0]))


def test_dragan_points():
    """Near the image and on both sides of it; or towards grey noise, as in equation 5."""
    torch.manual_seed(0)
    real = torch.cat([torch.full((50, 1, 8, 8), -1.0), torch.full((50, 1, 8, 8), 1.0)])
    away = around(real, published=False) - real  # s = 1
    assert away.abs().max() <= 0.5
    assert away.mean().abs() < 0.02
    assert away.std().item() == pytest.approx(math.sqrt(1 / 12 / 3), rel=0.1)  # share x U(-.5, .5)
    grey = around(real, published=True)
    assert grey[:50].min() >= -1
    assert grey[:50].mean().item() == pytest.approx((-1 + 0.25) / 2, abs=0.1)
    assert grey[50:].mean().item() == pytest.approx((1 + 0.25) / 2, abs=0.1)
