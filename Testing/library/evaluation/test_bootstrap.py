import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.bootstrap import bootstrap_interval, subject_means


def test_equals_scipy(rng):
    from scipy.stats import bootstrap

    values = rng.normal(3, 1, size=30)
    theirs = bootstrap(
        (values,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    ours = bootstrap_interval(values, [str(i) for i in range(30)], seed=2, draws=20_000)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.02)


def test_seeded():
    values, people = [1.0, 2.0, 5.0, 9.0, 9.5], list("abcde")
    first = bootstrap_interval(values, people, seed=3)
    assert first == bootstrap_interval(values, people, seed=3)
    assert first != bootstrap_interval(values, people, seed=4, draws=50)


def test_subjects_are_drawn_not_cases(rng):
    # Ten identical scans of each of five people are no more evidence than one of each.
    values, people = [0.0, 0.0, 0.0, 1.0, 1.0], list("abcde")
    once = bootstrap_interval(values, people, seed=0)
    assert once == bootstrap_interval(values * 10, people * 10, seed=0) == (0.0, 0.8)
    apart = bootstrap_interval(values * 10, [str(i) for i in range(50)], seed=0)
    assert 0.2 < apart[0] < apart[1] < 0.6


def test_cases_of_one_subject_are_averaged_first():
    assert subject_means([1.0, 3.0, 10.0], ["a", "a", "b"]).tolist() == [2.0, 10.0]


@pytest.mark.parametrize("people", ["aaaaaa", "ababab", "abcdab"])
def test_few_people_have_no_interval(people):
    assert bootstrap_interval([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], list(people), seed=0) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nonfinite_figures_are_refused(bad):
    with pytest.raises(MedGANSynthError, match="not finite"):
        bootstrap_interval([1.0, bad], ["a", "b"], seed=0)
