import numpy as np
import pytest
from skimage.metrics import normalized_mutual_information

from MedGANSynthLib.evaluation.information import normalised_mutual_information


def test_equal_to_scikit_image(head):
    prediction, target, mask = head
    theirs = normalized_mutual_information(prediction[mask], target[mask], bins=100)
    ours = normalised_mutual_information(prediction, target, mask)
    assert ours == pytest.approx(theirs, abs=1e-10)


def test_a_function_of_the_target_says_all_and_noise_nothing(rng):
    target = rng.integers(0, 4, 40_000)
    assert normalised_mutual_information(5 - 2 * target, target, None, 4) == pytest.approx(2)
    noise = rng.integers(0, 4, 40_000)
    assert normalised_mutual_information(noise, target, None, 4) == pytest.approx(1, abs=1e-3)


def test_by_hand():
    # Joint shares 1/2, 1/4, 1/4: H(X) = H(Y) = ln 4 - 3/4 ln 3, H(X, Y) = 3/2 ln 2.
    x, y = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 0])
    expected = 2 * (np.log(4) - 0.75 * np.log(3)) / (1.5 * np.log(2))
    assert normalised_mutual_information(x, y, None, 2) == pytest.approx(expected)
    assert normalised_mutual_information(np.ones(3), np.ones(3), None) == 2
