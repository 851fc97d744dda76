"""Self-attention: the same as the naive softmax, without its matrix."""

import pytest
import torch
from torch import nn

from MedGANSynthLib.inference.footprint import footprint
from MedGANSynthLib.networks.attention import SelfAttention, attend


def naive(query, key, value):
    return torch.softmax(query @ key.transpose(1, 2), dim=2) @ value


@pytest.mark.parametrize(("thin", "wide"), [(4, 16), (8, 32), (16, 16)])
def test_equals_the_naive_softmax_and_its_gradients(thin, wide):
    torch.manual_seed(0)
    sizes = ((300, thin), (70, thin), (70, wide))
    given = [torch.randn(2, *size, requires_grad=True) for size in sizes]
    ours, theirs = attend(*given), naive(*given)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)
    weights = torch.randn_like(ours)
    for a, b in zip(
        torch.autograd.grad((ours * weights).sum(), given),
        torch.autograd.grad((theirs * weights).sum(), given),
        strict=True,
    ):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=0)


@pytest.mark.parametrize(("thin", "wide"), [(4, 16), (16, 16)])
@pytest.mark.parametrize("channels_first", [False, True])
def test_no_matrix_of_all_by_all_in_either_layout(channels_first, thin, wide):
    queries, keys = 4096, 512

    def compute():
        sizes = (queries, thin), (keys, thin), (keys, wide)
        if channels_first:
            attend(*(torch.empty(1, c, n).transpose(1, 2) for n, c in sizes))
        else:
            attend(*(torch.empty(1, n, c) for n, c in sizes))

    assert footprint(compute).peak < 4 * queries * keys / 4


def test_products_are_not_scaled():
    """One query of ones, keys 0 and ln 3 (summed over two channels): weights 1/4 and 3/4."""
    key = torch.tensor([[[0.0, 0.0], [0.5, 0.5]]]) * torch.log(torch.tensor(3.0))
    value = torch.tensor([[[4.0, 0.0, 0.0], [8.0, 0.0, 1.0]]])
    out = attend(torch.ones(1, 1, 2), key, value)
    torch.testing.assert_close(out, torch.tensor([[[7.0, 0.0, 0.75]]]))


@pytest.mark.parametrize("dims", [2, 3])
def test_a_closed_gate_changes_nothing_and_an_open_one_takes_the_mean(dims):
    torch.manual_seed(0)
    layer = SelfAttention(16, dims)
    x = torch.randn(2, 16, *([6] * dims))
    assert torch.equal(layer(x), x)
    nn.init.ones_(layer.gate)
    mixed = layer(x)
    nn.init.constant_(layer.gate, 1e9)
    torch.testing.assert_close(mixed, (x + layer(x)) / 2)


def test_channels_of_queries_keys_and_values():
    layer, one = SelfAttention(256, 3), SelfAttention(1, 3)
    shapes = [tuple(m.weight.shape[:2]) for m in (layer.query, layer.key, layer.value, layer.out)]
    assert shapes == [(32, 256), (32, 256), (128, 256), (256, 128)]
    shapes = [tuple(m.weight.shape[:2]) for m in (one.query, one.key, one.value, one.out)]
    assert shapes == [(4, 1), (4, 1), (16, 1), (1, 16)]


def test_a_key_sees_two_voxels_of_each_stride(monkeypatch):
    """Of an axis of 16 with stride 8: voxels 0, 1 and 8, 9; a stride beyond the axis gives one."""
    layer = SelfAttention(1, 2, stride=8, spectral=False)
    nn.init.ones_(layer.key.weight)
    nn.init.ones_(layer.gate)
    seen = {}

    def spy(query, key, value):
        seen["key"] = key
        return naive(query, key, value)

    monkeypatch.setattr("MedGANSynthLib.networks.attention.attend", spy)
    layer(torch.arange(16.0).repeat(4, 1)[None, None])
    assert seen["key"].shape == (1, 2, 4)
    assert seen["key"][0, :, 0].tolist() == [1.0, 9.0]
