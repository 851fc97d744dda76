import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.set_mmd import squared_distances
from MedGANSynthLib.evaluation.set_neighbours import prdc


def by_hand(real, fake, k):
    return prdc(squared_distances(np.array([*real, *fake], float)[:, None]), len(real), k)


def test_on_a_line():
    """Radii of 0, 1, 2, 10 with k = 1: 1, 1, 1, 8. Of the fakes 1.5, 2.5, 30: 1, 1, 27.5."""
    found = by_hand([0, 1, 2, 10], [1.5, 2.5, 30], 1)
    # 1.5 lies in the balls of 1 and 2; 2.5 in those of 2 and of 10; 30 in none.
    assert found == {
        "precision": pytest.approx(2 / 3),
        "recall": pytest.approx(3 / 4),  # 1, 2 and, in the ball of 30, 10
        "density": pytest.approx(4 / 3),
        "coverage": pytest.approx(3 / 4),
    }


def test_the_edge_is_outside():
    assert by_hand([0, 1, 2], [3, 9, 20], 1)["precision"] == 0


def test_equal_distributions_have_the_known_coverage(rng):
    """Naeem et al. 2020, lemma 2: E = 1 - prod (n - j) / (2 n - j - 1 ...), about 1 - 2^-k."""
    values = [prdc(squared_distances(rng.normal(size=(200, 3))), 100)["coverage"] for _ in range(9)]
    assert np.mean(values) == pytest.approx(1 - 2.0**-5, abs=0.01)


def test_collapse_is_precise_and_covers_nothing(rng):
    real = rng.normal(size=(50, 3))
    found = prdc(squared_distances(np.concatenate([real, np.zeros((50, 3))])), 50)
    assert found["precision"] == 1
    assert found["recall"] == 0 and found["coverage"] < 0.5


def test_too_few_are_refused_with_the_number(rng):
    with pytest.raises(MedGANSynthError, match="at least 6 cases on either side, not 5"):
        prdc(squared_distances(rng.normal(size=(15, 2))), 10)
