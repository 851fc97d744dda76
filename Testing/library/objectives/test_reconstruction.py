"""Reconstruction terms by hand."""

import torch

from MedGANSynthLib.objectives.reconstruction import DISTANCES, masked_mean

PREDICTION = torch.tensor([[[[1.0, 5.0], [2.0, 9.0]]]])


def test_distances_are_voxel_by_voxel():
    zero = torch.zeros_like(PREDICTION)
    assert DISTANCES["absolute"](-PREDICTION, zero).equal(PREDICTION)
    assert DISTANCES["squared"](-PREDICTION, zero).equal(PREDICTION**2)


def test_only_the_inside_counts():
    mask = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
    assert masked_mean(PREDICTION, mask).item() == 1.5


def test_an_empty_mask_gives_zero_with_a_gradient():
    values = torch.ones(1, 1, 2, 2, requires_grad=True)
    masked_mean(values, torch.zeros(1, 1, 2, 2)).backward()
    assert values.grad.abs().max() == 0
