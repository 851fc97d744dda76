"""The alpha-WGAN networks: shapes, and what makes them fast computes the same."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.networks.registry import build_network

SMALL = {"size": [16, 32, 16], "width": 2}


def build(architecture, **options):
    torch.manual_seed(0)
    return build_network(architecture, options, "test")


def test_any_multiple_of_16_and_any_number_of_channels():
    size = (16, 32, 48)
    generator = build("alpha-generator", latent=5, size=list(size), width=1, channels=2)
    critic = build("alpha-critic", size=list(size), width=1, channels=2, outputs=5)
    volume = generator(torch.randn(3, 5))
    assert volume.shape == (3, 2, *size)
    assert volume.abs().max() <= 1
    assert critic(volume).shape == (3, 5)
    assert generator.layers[0].weight.shape[2:] == (1, 2, 3)


@pytest.mark.parametrize("architecture", ["alpha-generator", "alpha-critic"])
def test_other_sizes_are_refused(architecture):
    with pytest.raises(MedGANSynthError, match="64x64x40: each side must be a multiple of 16"):
        build(architecture, size=[64, 64, 40])


def test_codes_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"\[batch, 5\], not \[1, 10\]"):
        build("alpha-generator", latent=5, **SMALL)(torch.zeros(1, 10))


def published_generator(network, z):
    """Layer by layer as in the published table: up2 nearest, then a 3x3x3 convolution."""
    h = network.layers[0](z[:, :, None, None, None])
    for layer, norm in zip(network.layers[1:], network.norms, strict=True):
        h = F.interpolate(F.leaky_relu(norm(h), 0.01), scale_factor=2)
        h = F.conv3d(h, layer.weight, padding=1)
    return torch.tanh(h)


@pytest.mark.parametrize("spectral", [False, True])
def test_generator_equals_doubling_and_convolving(spectral):
    network = build("alpha-generator", latent=4, spectral=spectral, **SMALL).double()
    z = torch.randn(2, 4, dtype=torch.float64)
    torch.testing.assert_close(network(z), published_generator(network, z))


def critic_gradients(network, x, gradient):
    penalty = (gradient.flatten(1).norm(dim=1) - 1).square().mean()
    return torch.autograd.grad(penalty, [p for p in network.parameters() if p.ndim > 1])


def test_closed_form_of_the_input_gradient_is_autograds():
    """The gradient itself, and what a penalty on it does to every weight."""
    network = build("alpha-critic", **SMALL).double()
    x = torch.randn(2, 1, *SMALL["size"], dtype=torch.float64)
    ours = network.input_gradient(x)
    network.piecewise_linear = False
    theirs = network.input_gradient(x)
    torch.testing.assert_close(ours, theirs)
    for a, b in zip(
        critic_gradients(network, x, ours), critic_gradients(network, x, theirs), strict=True
    ):
        torch.testing.assert_close(a, b)
        assert b.abs().max() > 0


@pytest.mark.parametrize("norm", ["instance-plain", "batch"])
def test_with_norms_the_input_gradient_is_autograds(norm):
    network = build("alpha-critic", norm=norm, size=[32, 32, 32], width=2).double()
    x = torch.randn(2, 1, 32, 32, 32, dtype=torch.float64, requires_grad=True)
    expected = torch.autograd.grad(network(x).sum(), x)[0]
    torch.testing.assert_close(network.input_gradient(x).detach(), expected)


def test_code_critic_is_three_linear_layers():
    network = build("code-critic", latent=3, width=4, spectral=False)
    first, second, third = (m for m in network.modules() if isinstance(m, nn.Linear))
    z = torch.randn(5, 3)
    h = F.leaky_relu(first(z), 0.2)
    torch.testing.assert_close(network(z), third(F.leaky_relu(second(h), 0.2)))
    slope = network.input_gradient(z)
    nudge = 1e-3 * torch.randn_like(z)
    change = (network(z + nudge) - network(z - nudge)).squeeze(1) / 2
    torch.testing.assert_close((slope * nudge).sum(1), change, rtol=0.02, atol=1e-6)
