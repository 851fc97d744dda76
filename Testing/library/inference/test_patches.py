"""Patches: weights add up, seams do not show, memory does not grow."""

import numpy as np
import pytest
import torch
from torch import nn

from MedGANSynthLib.inference.forward import silent
from MedGANSynthLib.inference.patches import axis_places, run_patches

PATCH = (16, 12, 8)


class Network(nn.Module):
    """Calls `function` with each patch and counts the calls."""

    def __init__(self, function):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.function, self.calls = function, 0

    def forward(self, x):
        assert x.shape[2:] == PATCH
        self.calls += 1
        return self.function(x)


def run(function, *arrays):
    network = Network(function).eval()
    return run_patches(network, arrays, PATCH, silent), network.calls


def volume(shape, seed=0):
    return np.random.default_rng(seed).uniform(-0.9, 0.9, shape).astype(np.float32)


@pytest.mark.parametrize(("count", "side"), [(5, 8), (8, 8), (9, 8), (37, 8), (64, 16), (100, 7)])
def test_weights_add_up_to_one_and_patches_reach_both_ends(count, side):
    total = np.zeros(count)
    places = axis_places(count, side)
    for start, weights in places:
        total[start : start + len(weights)] += weights
    np.testing.assert_allclose(total, 1, rtol=1e-6)
    assert places[0][0] == 0
    assert places[-1][0] + min(side, count) == count


def test_neighbours_overlap_by_half_at_least():
    starts = [start for start, _ in axis_places(64, 16)]
    assert starts == [0, 8, 16, 24, 32, 40, 48]


@pytest.mark.parametrize("shape", [(40, 30, 20), (16, 12, 8), (17, 5, 9)])
def test_a_network_that_changes_nothing_gives_the_volume_back(shape):
    array = volume(shape)
    made, _ = run(lambda x: x[:, :1], array)
    np.testing.assert_allclose(made, array, atol=1e-6)


def test_what_a_network_misses_at_a_patchs_border_hardly_counts():
    """A mean of three voxels along i of a constant. At a patch's first voxel one of three is
    missing; that answer has 1 part in 9, its neighbour's 8."""
    kernel = torch.full((1, 1, 3, 1, 1), 1 / 3)
    made, _ = run(
        lambda x: nn.functional.conv3d(x, kernel, padding=(1, 0, 0)),
        np.full((64, 12, 8), 0.5, np.float32),
    )
    inner = made[1:-1] / 0.5
    np.testing.assert_allclose(inner.min(), 1 - 1 / 27, rtol=1e-5)
    assert np.isclose(inner, 1).mean() > 0.7


def test_a_seam_is_no_steeper_than_what_the_network_does_inside_a_patch():
    """Each patch answers with a ramp of its own along i, from -1 to 1: the worst that a network
    whose answer hangs on the place in the patch can do. The blend is no steeper than the ramp."""
    ramp = torch.linspace(-1, 1, PATCH[0]).view(1, 1, -1, 1, 1)
    made, _ = run(lambda x: ramp.expand(x[:, :1].shape), volume((64, 24, 16)))
    step = 2 / (PATCH[0] - 1)
    assert np.abs(np.diff(made, axis=0)).max() <= 1.01 * step
    np.testing.assert_allclose(np.diff(made, axis=1), 0, atol=1e-6)


def test_all_inputs_come_in_their_order():
    one, two = volume((20, 12, 8)), volume((20, 12, 8), seed=1)
    made, _ = run(lambda x: 0.5 * x[:, :1] - 0.25 * x[:, 1:], one, two)
    np.testing.assert_allclose(made, 0.5 * one - 0.25 * two, atol=1e-6)


def test_blank_patches_are_background_and_cost_nothing():
    array = np.full((64, 12, 8), -1.0, np.float32)
    array[:4] = 0.5
    made, calls = run(lambda x: torch.zeros_like(x[:, :1]), array)
    assert calls == 1
    assert (made[16:] == -1).all()
    assert (made[:8] == 0).all()


def test_progress_ends_at_one():
    told = []
    network = Network(lambda x: x[:, :1]).eval()
    run_patches(network, [volume((20, 12, 8))], PATCH, told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_short_axes_lie_in_the_middle_of_a_patch_as_in_training():
    seen = []
    run(lambda x: seen.append(x) or x[:, :1], np.full((16, 6, 5), 0.5, np.float32))
    inside = (seen[0][0, 0] == 0.5).nonzero()
    assert inside.amin(0).tolist() == [0, 3, 1]
    assert inside.amax(0).tolist() == [15, 8, 5]
