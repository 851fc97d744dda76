"""Adversarial losses against closed forms."""

import math

import pytest
import torch
import torch.nn.functional as F

from MedGANSynthLib.objectives.adversarial import ADVERSARIAL_LOSSES, LEAST_SQUARES, VANILLA


def test_an_undecided_discriminator_pays_two_log_two():
    zero = torch.zeros(2, 1, 3, 3)
    assert VANILLA.discriminator(zero, zero).item() == pytest.approx(2 * math.log(2))
    assert VANILLA.generator(zero).item() == pytest.approx(math.log(2))


def test_vanilla_equals_binary_cross_entropy():
    real, fake = torch.randn(4, 1, 5, 5), torch.randn(4, 1, 5, 5)
    one, zero = torch.ones_like(real), torch.zeros_like(real)
    bce = F.binary_cross_entropy_with_logits
    expected = bce(real, one) + bce(fake, zero)
    assert VANILLA.discriminator(real, fake).item() == pytest.approx(expected.item(), rel=1e-6)
    assert VANILLA.generator(fake).item() == pytest.approx(bce(fake, one).item(), rel=1e-6)


def test_vanilla_stays_exact_where_a_sigmoid_saturates():
    assert VANILLA.generator(torch.tensor(-200.0)).item() == pytest.approx(200.0)


def test_least_squares_by_hand():
    real, fake = torch.tensor([0.5, 1.0]), torch.tensor([0.0, 2.0])
    # ((0.5 - 1)^2 + 0) / 2 + (0 + 4) / 2
    assert LEAST_SQUARES.discriminator(real, fake).item() == pytest.approx(2.125)
    assert LEAST_SQUARES.generator(fake).item() == pytest.approx(1.0)


@pytest.mark.parametrize("name", sorted(ADVERSARIAL_LOSSES))
def test_gradients_push_the_right_way(name):
    loss = ADVERSARIAL_LOSSES[name]
    real, fake = (torch.zeros(3, requires_grad=True) for _ in range(2))
    loss.discriminator(real, fake - 0.0).backward()
    assert (real.grad < 0).all()  # real logits should grow
    fake.grad = None
    loss.generator(fake).backward()
    assert (fake.grad < 0).all()  # the generator wants its logits to grow
