"""Reconstruction terms by hand."""

import torch

from MedGANSynthLib.objectives.reconstruction import masked_l1


def test_only_the_inside_counts():
    prediction = torch.tensor([[[[1.0, 5.0], [2.0, 9.0]]]])
    mask = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
    assert masked_l1(prediction, torch.zeros_like(prediction), mask).item() == 1.5
    assert masked_l1(prediction, prediction, mask).item() == 0


def test_an_empty_mask_gives_zero_with_a_gradient():
    prediction = torch.ones(1, 1, 2, 2, requires_grad=True)
    masked_l1(prediction, torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)).backward()
    assert prediction.grad.abs().max() == 0
