"""SC-GAN's own terms by hand."""

import pytest
import torch
from torch import nn

from MedGANSynthLib.objectives.feature_matching import feature_matching
from MedGANSynthLib.objectives.reconstruction import masked_rmse
from MedGANSynthLib.objectives.weight_penalty import half_squared_weights


def test_feature_matching_weighs_maps_alike_whatever_their_size():
    real = [torch.zeros(1, 1, 2), torch.zeros(1, 1, 8)]
    fake = [torch.tensor([[[1.0, 3.0]]]), torch.full((1, 1, 8), -4.0)]
    assert feature_matching(real, fake).item() == 3.0  # (2 + 4) / 2


def test_error_inside_the_mask():
    target = torch.zeros(1, 1, 2, 2)
    made = torch.tensor([[[[3.0, 100.0], [4.0, -7.0]]]])
    mask = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
    assert masked_rmse(made, target, mask).item() == pytest.approx(12.5**0.5)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_error_or_no_mask_is_0_with_a_gradient(share):
    made = torch.zeros(1, 1, 2, 2, requires_grad=True)
    loss = masked_rmse(made, torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), share))
    loss.backward()
    assert loss.item() == 0
    assert made.grad.isfinite().all()


def test_weights_count_and_offsets_do_not():
    layer = nn.Linear(2, 1)
    nn.init.constant_(layer.weight, 3.0)
    nn.init.constant_(layer.bias, 100.0)
    assert half_squared_weights(layer).item() == 9.0  # (9 + 9) / 2
