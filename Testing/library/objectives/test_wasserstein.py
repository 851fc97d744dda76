import pytest
import torch

from MedGANSynthLib.objectives.gradient_difference import gradient_difference
from MedGANSynthLib.objectives.gradient_penalty import between, gradient_penalty
from MedGANSynthLib.objectives.wasserstein import critic_loss, generator_loss


def test_scores():
    real, fake = torch.tensor([[2.0], [4.0]]), torch.tensor([[1.0], [-3.0]])
    assert critic_loss(real, fake).item() == -1 - 3
    assert generator_loss(fake).item() == 1


def test_points_lie_on_the_line_one_share_for_each_item():
    torch.manual_seed(0)
    real, fake = torch.full((50, 1, 2, 2, 2), 3.0), torch.full((50, 1, 2, 2, 2), 1.0)
    points = between(real, fake).flatten(1)
    assert torch.equal(points, points[:, :1].expand_as(points))
    shares = (points[:, 0] - 1) / 2
    assert 0 <= shares.min() < 0.1 < 0.9 < shares.max() <= 1
    assert shares.unique().numel() == 50


def test_penalty_of_a_linear_critic_is_known():
    """|gradient| is 5 for the weights (3, 4): (5 - 1)^2; its derivative is 2 (5 - 1) w / 5."""
    weight = torch.tensor([3.0, 4.0], requires_grad=True)
    penalty = gradient_penalty(lambda x: weight.expand(len(x), -1), torch.zeros(7, 2))
    penalty.backward()
    assert penalty.item() == pytest.approx(16)
    assert weight.grad.tolist() == pytest.approx([8 * 3 / 5, 8 * 4 / 5])


def test_penalty_of_a_vanishing_gradient_has_a_derivative():
    weight = torch.zeros(2, requires_grad=True)
    penalty = gradient_penalty(lambda x: weight.expand(len(x), -1), torch.zeros(1, 2))
    penalty.backward()
    assert penalty.item() == pytest.approx(1, abs=1e-6)
    assert weight.grad.isfinite().all()


def test_gradient_difference_by_hand():
    """One step of height 2 against one of height 3 across i, in two of two batch items."""
    real, fake = torch.zeros(2, 1, 2, 1, 2), torch.zeros(2, 1, 2, 1, 2)
    real[:, :, 1], fake[:, :, 0] = 2.0, 3.0  # the sign of the step does not count
    assert gradient_difference(real, fake).item() == 2 * (2 - 3) ** 2
    real, fake = torch.zeros(1, 1, 3, 3, 3), torch.zeros(1, 1, 3, 3, 3)
    fake[..., 1, 1, 1] = 1.0  # two differences along each axis
    assert gradient_difference(real, fake).item() == 6
    assert gradient_difference(real, fake, "mean").item() == pytest.approx(3 * 2 / 18)


def test_gradient_difference_has_a_gradient():
    fake = torch.zeros(1, 1, 2, 1, 1)
    fake[0, 0, 1] = 3.0
    fake.requires_grad_(True)
    gradient_difference(torch.zeros(1, 1, 2, 1, 1), fake, "sum").backward()
    assert fake.grad.flatten().tolist() == [-6.0, 6.0]
