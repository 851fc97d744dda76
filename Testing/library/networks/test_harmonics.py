"""Cycles made of few harmonics."""

import pytest
import torch

from MedGANSynthLib.evaluation.temporal import flicker
from MedGANSynthLib.networks.cine_dcgan import CineDCGANGenerator, CineDCGANOptions
from MedGANSynthLib.networks.harmonics import HarmonicConv2d, fourier_basis


@pytest.mark.parametrize(("frames", "harmonics"), [(20, 5), (6, 2), (3, 1)])
def test_the_basis_is_orthonormal(frames, harmonics):
    basis = fourier_basis(frames, harmonics)
    assert basis.shape == (frames, 1 + 2 * harmonics)
    torch.testing.assert_close(basis.T @ basis, torch.eye(1 + 2 * harmonics, dtype=basis.dtype))


def test_it_is_the_convolution_with_the_part_of_its_kernels_below_the_last_harmonic():
    plain = torch.nn.Conv2d(4, 20, 3, padding=1, bias=False)
    series = HarmonicConv2d(4, 20, 5)
    basis = fourier_basis(20, 5).float()
    with torch.no_grad():
        series.weight.copy_(torch.tensordot(basis.T, plain.weight, dims=1))
    x = torch.rand(2, 4, 8, 8)
    spectrum = torch.fft.rfft(plain(x), dim=1)
    spectrum[:, 6:] = 0
    torch.testing.assert_close(series(x), torch.fft.irfft(spectrum, 20, dim=1))


def test_nothing_of_a_cycle_changes_fast():
    torch.manual_seed(0)
    shares = []
    for harmonics in (0, 5):
        options = CineDCGANOptions(
            latent=8, size=16, width=2, doubling="nearest", harmonics=harmonics
        )
        made = CineDCGANGenerator(options)(torch.randn(4, 8))
        assert made.shape == (4, 20, 16, 16)
        shares.append(flicker(made.detach().movedim(1, -1).numpy()))
    assert shares[0] > 0.3 and shares[1] < 0.02  # tanh adds a little


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"harmonics": 5}, "harmonics are for doubling"),
        ({"harmonics": 5, "doubling": "nearest", "channels": 10}, "10 frames have at most 4"),
    ],
)
def test_what_cannot_be(options, text):
    with pytest.raises(ValueError, match=text):
        CineDCGANOptions(**options)
