import pytest
from scipy import stats

from MedGANSynthLib.turing.detection import Confusion, sensitivity_and_criterion


def test_a_perfect_reader_has_a_finite_d_prime():
    d, c = sensitivity_and_criterion(Confusion(20, 0, 0, 20))
    assert d == pytest.approx(3.96, abs=0.005)
    assert c == 0.0


def test_always_real_is_bias_not_blindness_alone():
    counts = Confusion(0, 50, 0, 50)
    d, c = sensitivity_and_criterion(counts)
    assert counts.correct / counts.answers == 0.5
    assert d == pytest.approx(0.0, abs=1e-12)
    assert c == pytest.approx(-stats.norm.ppf(0.5 / 51))


def test_rounding_leaves_no_dust():
    """-(z(3.5 / 11) + z(7.5 / 11)) / 2 is 0, though not in floating point."""
    dusty = -(stats.norm.ppf(3.5 / 11) + stats.norm.ppf(7.5 / 11)) / 2
    assert 0 < abs(dusty) < 1e-12
    assert sensitivity_and_criterion(Confusion(3, 7, 7, 3))[1] == 0.0


def test_rates():
    rates = Confusion(30, 20, 10, 40).rates()
    assert rates["sensitivity"] == pytest.approx(0.6)
    assert rates["specificity"] == pytest.approx(0.8)
    assert rates["fake_error"] == pytest.approx(0.4)
    assert rates["real_error"] == pytest.approx(0.2)
    assert rates["hype"] == pytest.approx(0.3)
    assert rates["says_synthetic"] == pytest.approx(0.4)


def test_a_class_without_answers_has_no_rate():
    assert sensitivity_and_criterion(Confusion(3, 1, 0, 0)) is None
    assert Confusion(3, 1, 0, 0).rates()["specificity"] is None
