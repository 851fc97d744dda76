"""Spectral normalisation against the singular values, and when it changes."""

import copy

import pytest
import torch
from torch import nn

from MedGANSynthLib.networks.spectral import advance, spectral_norm


@pytest.mark.parametrize(
    ("layer", "out_axis"),
    [(nn.Linear(5, 3), 0), (nn.Conv3d(2, 4, 2), 0), (nn.ConvTranspose3d(4, 3, 2), 1)],
)
def test_the_largest_singular_value_becomes_one(layer, out_axis):
    weight = layer.weight.detach().clone()
    torch.manual_seed(0)
    spectral_norm(layer)
    for _ in range(200):
        advance(layer)
    matrix = weight.movedim(out_axis, 0).flatten(1)
    torch.testing.assert_close(layer.weight, weight / torch.linalg.svdvals(matrix)[0])


def test_forward_passes_change_nothing_in_training_mode():
    layer = spectral_norm(nn.Linear(4, 4))
    before = copy.deepcopy(layer.state_dict())
    layer.train()(torch.randn(2, 4))
    assert all(torch.equal(before[k], v) for k, v in layer.state_dict().items())
    advance(layer)
    assert not torch.equal(
        before["parametrizations.weight.0.u"], layer.state_dict()["parametrizations.weight.0.u"]
    )


def test_gradient_is_that_of_pytorchs_layer():
    torch.manual_seed(0)
    ours, theirs = nn.Linear(4, 3), nn.Linear(4, 3)
    theirs.load_state_dict(ours.state_dict())
    spectral_norm(ours)
    nn.utils.parametrizations.spectral_norm(theirs).eval()
    mine, other = ours.parametrizations.weight, theirs.parametrizations.weight
    other[0]._u.copy_(mine[0].u)
    other[0]._v.copy_(mine[0].v)
    x = torch.randn(6, 4)
    for layer in (ours, theirs):
        layer(x).square().sum().backward()
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(mine.original.grad, other.original.grad)


def test_advancing_does_not_disturb_a_graph_that_exists():
    layer = spectral_norm(nn.Linear(3, 3, bias=False))
    with torch.no_grad():
        expected = copy.deepcopy(layer)
    out = layer(torch.eye(3)).square().sum()
    advance(layer)
    out.backward()
    expected(torch.eye(3)).square().sum().backward()
    torch.testing.assert_close(
        layer.parametrizations.weight.original.grad,
        expected.parametrizations.weight.original.grad,
    )
