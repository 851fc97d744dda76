import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from MedGANSynthLib.turing import agreement

# The worked example of Fleiss' kappa: 10 subjects, 14 raters, 5 categories.
FLEISS = np.array(
    [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
)


def pair(table):
    """Two readers' decisions from a table of counts."""
    first = np.repeat([0, 0, 1, 1], np.ravel(table))
    second = np.repeat([0, 1, 0, 1], np.ravel(table))
    return first, second


def test_fleiss():
    assert agreement.fleiss(FLEISS) == pytest.approx(0.20993, abs=5e-6)


def test_cohen(rng):
    assert agreement.cohen(*pair([[20, 5], [10, 15]])) == pytest.approx(0.4, abs=1e-12)
    a, b = rng.integers(0, 2, (2, 60))
    assert agreement.cohen(a, b) == pytest.approx(cohen_kappa_score(a, b), abs=1e-12)


def test_ac1_where_kappa_fails():
    """Gwet 2002: 118 / 5 / 2 / 0 gives agreement 0.944, kappa -0.0234, AC1 0.9408."""
    first, second = pair([[118, 5], [2, 0]])
    table = agreement.counts(np.stack([first, second]))
    assert agreement.raw_agreement(first, second) == pytest.approx(0.944)
    assert agreement.cohen(first, second) == pytest.approx(-0.0234, abs=5e-5)
    assert agreement.ac1(table) == pytest.approx(0.9408, abs=5e-5)


def test_two_careless_readers_show_the_paradox():
    """Both say "real" in 90 % independently: they agree in 82 %, with a kappa of 0."""
    first, second = pair([[81, 9], [9, 1]])
    assert agreement.raw_agreement(first, second) == pytest.approx(0.82)
    assert agreement.cohen(first, second) == pytest.approx(0.0, abs=1e-12)
    assert agreement.ac1(agreement.counts(np.stack([first, second]))) == pytest.approx(
        (0.82 - 0.18) / (1 - 0.18)
    )


def test_always_the_same_answer_has_no_kappa():
    same = np.zeros(10, int)
    assert agreement.cohen(same, same) is None
    table = agreement.counts(np.stack([same, same]))
    assert agreement.fleiss(table) is None
    assert agreement.ac1(table) == 1.0
