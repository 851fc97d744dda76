import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.set_classifier import auc, c2st, logistic


def people(count, prefix=""):
    return [f"{prefix}{n}" for n in range(count)]


def test_weights_equal_scikit_learns(rng):
    linear_model = pytest.importorskip("sklearn.linear_model")
    x = rng.normal(size=(80, 3))
    y = (x @ [1.0, -2.0, 0.5] + rng.normal(size=80) > 0).astype(float)
    theirs = linear_model.LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(x, y)
    expected = [*theirs.intercept_, *theirs.coef_[0]]
    assert logistic(x, y) == pytest.approx(expected, abs=1e-5)


def test_one_distribution_is_a_guess_and_two_are_told(rng):
    a, b = rng.normal(size=(2, 200, 4))
    found = c2st(a, b, people(200), people(200, "s"), 0)
    assert abs(found["accuracy"] - 0.5) < 0.1 and abs(found["auc"] - 0.5) < 0.1
    apart = c2st(a, b + 3, people(200), people(200, "s"), 0)
    assert apart["accuracy"] > 0.97 and apart["auc"] > 0.99


def test_a_person_never_helps_to_recognise_himself(rng):
    """Five people of 20 identical scans: seen in training they would be known by heart."""
    centres = rng.normal(size=(5, 40))
    real = np.repeat(centres, 20, axis=0)
    fake = rng.normal(size=(100, 40))
    together = c2st(real, fake, np.repeat(people(5), 20).tolist(), people(100, "s"), 0)
    split = c2st(real, fake, people(100), people(100, "s"), 0)
    assert split["accuracy"] > together["accuracy"] + 0.15


def test_auc_by_hand():
    assert auc(np.array([1.0, 3.0]), np.array([0.0, 1.0])) == 3.5 / 4


def test_too_few_are_refused_with_the_number(rng):
    with pytest.raises(MedGANSynthError, match="at least 10 cases on either side, not 9"):
        c2st(rng.normal(size=(9, 2)), rng.normal(size=(30, 2)), people(9), people(30, "s"), 0)
