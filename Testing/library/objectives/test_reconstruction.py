"""Reconstruction terms by hand."""

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from MedGANSynthLib.objectives.reconstruction import DISTANCES, masked_mean, structure_loss

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


def test_structure_is_ssim_without_its_luminance():
    """Images of mean 0 in every window would have luminance 1; far from 0 it is as good as 1."""
    rng = np.random.default_rng(0)
    x, y = 50 + rng.normal(0, 0.1, (2, 24, 30))
    full = structural_similarity(
        x, y, data_range=1.0, gaussian_weights=True, use_sample_covariance=False, full=True
    )[1]
    mask = np.zeros((24, 30))
    mask[6:12, 8:20] = 1  # all of it where whole windows fit
    tensors = [torch.from_numpy(a - 50).float()[None, None] for a in (x, y)]
    found = structure_loss(*tensors, torch.from_numpy(mask).float()[None, None])
    assert found.item() == pytest.approx(1 - full[mask > 0].mean(), abs=1e-4)
    inner = full[5:-5, 5:-5]
    assert structure_loss(*tensors, None).item() == pytest.approx(1 - inner.mean(), abs=1e-4)


def test_structure_falls_with_blur_and_not_with_a_constant():
    torch.manual_seed(0)
    image = torch.randn(1, 1, 32, 32)
    assert structure_loss(image + 3, image, None).item() == pytest.approx(0, abs=1e-4)
    halved = 1 - (2 * 0.5) / (1 + 0.25)  # variance 1 against 1/4, covariance 1/2; c is small
    assert structure_loss(0.5 * image, image, None).item() == pytest.approx(halved, abs=1e-3)
