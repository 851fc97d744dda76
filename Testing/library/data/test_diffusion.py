"""Simulated diffusion: closed forms."""

import numpy as np
import pytest

from MedGANSynthLib.data import diffusion
from MedGANSynthLib.data.diffusion import (
    dyads,
    fibres,
    fractional_anisotropy,
    isotropic,
    mean_diffusivity,
)
from MedGANSynthLib.data.fibres import fibre_order


def direction(x, y, z):
    return (np.array([x, y, z], float) / np.linalg.norm([x, y, z])).reshape(3, 1)


@pytest.mark.parametrize("way", [(1, 0, 0), (1, 2, -3)])
def test_one_bundle_has_the_textbooks_anisotropy_whatever_its_direction(way):
    """Eigenvalues a, b, b: FA = (a - b) / sqrt(a^2 + 2 b^2)."""
    tensor = fibres(dyads(direction(*way)))
    a, b = diffusion.ALONG, diffusion.ACROSS
    assert fractional_anisotropy(tensor)[0] == pytest.approx((a - b) / np.sqrt(a**2 + 2 * b**2))
    assert mean_diffusivity(tensor)[0] == pytest.approx((a + 2 * b) / 3)


def test_fibres_that_cross_are_less_anisotropic_and_diffuse_as_much():
    one, other = dyads(direction(1, 0, 0)), dyads(direction(0, 1, 0))
    crossing = fibres((one + other) / 2)
    a, b = (diffusion.ALONG + diffusion.ACROSS) / 2, diffusion.ACROSS
    expected = np.sqrt(0.5 * (2 * (a - b) ** 2) / (2 * a**2 + b**2))
    assert fractional_anisotropy(crossing)[0] == pytest.approx(expected)
    assert mean_diffusivity(crossing) == pytest.approx(mean_diffusivity(fibres(one)))


def test_what_is_the_same_in_all_directions_has_none():
    assert fractional_anisotropy(isotropic(np.array([1e-3, 0.0]))) == pytest.approx(
        [0, 0], abs=1e-6
    )


def test_fibres_follow_the_anatomy():
    """A ball of white matter: left-right in its middle, front-back far out, outwards at its end."""
    index = np.indices((41, 41, 41)) - 20
    radius = np.linalg.norm(index, axis=0)
    brain = radius < 19
    white = (radius < 16).astype(np.float32)
    order = fibre_order(white, brain, 2.0, np.random.default_rng(0))
    np.testing.assert_allclose(order[:3].sum(axis=0), 1, atol=1e-5)
    middle, out = order[:, 20, 20, 20], order[:, 20 - 13, 20, 20]
    assert np.argmax(middle[:3]) == 0
    assert middle[0] > 0.5
    top = order[:, 20, 20, 20 + 16]
    assert top[2] > order[2, 20, 20, 20]
    assert out[1] > middle[1]
