"""The scale of targets by hand."""

import numpy as np
import pytest

from MedGANSynthLib.data.standard import median_range, on_scale, standard_range


def test_the_median_and_the_spread_decide():
    values = np.linspace(-1, 1, 2001)  # 5 and 95 percentiles at -0.9 and 0.9
    deviation = 1.8 / 3.29
    assert standard_range(values) == pytest.approx((-6 * deviation, 8 * deviation))


def test_a_gain_and_an_offset_of_the_scanner_do_not_matter():
    values = np.random.default_rng(0).gamma(2.0, 100.0, 5000)
    low, high = standard_range(values)
    assert standard_range(3 * values + 50) == pytest.approx((3 * low + 50, 3 * high + 50))


def test_a_constant_organ_has_a_range_that_rises():
    for value in (0.0, 7.0):
        low, high = standard_range(np.full(10, value))
        assert low < value < high


def test_median_range():
    assert median_range([(0.0, 9.0), (1.0, 7.0), (5.0, 8.0)]) == (1.0, 8.0)


def test_on_scale_by_hand():
    image = np.array([-1.0, 0.0, 1.0])  # 100, 200, 300 in the file's units
    assert np.allclose(on_scale(image, (100, 300), (0, 400)), [-0.5, 0.0, 0.5])
    assert np.array_equal(on_scale(image, (100, 300), (100, 300)), image)
