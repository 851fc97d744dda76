import numpy as np
import pytest
from skimage.metrics import normalized_root_mse

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.nrmse import nrmse_l2, nrmse_mean, nrmse_range

VARIANTS = {"min-max": nrmse_range, "mean": nrmse_mean, "euclidean": nrmse_l2}


@pytest.mark.parametrize("name", VARIANTS)
def test_equal_to_scikit_image(head, name):
    prediction, target, mask = head
    theirs = normalized_root_mse(target[mask], prediction[mask], normalization=name)
    assert VARIANTS[name](prediction, target, mask) == pytest.approx(theirs, abs=1e-10)


def test_the_target_comes_second(head):
    prediction, target, mask = head
    for variant in VARIANTS.values():
        assert variant(prediction, 2 * target, mask) != variant(2 * target, prediction, mask)


def test_background_moves_two_of_them_and_not_the_third(head):
    prediction, target, mask = head
    whole = np.ones_like(mask)
    blank = [np.where(mask, image, 0) for image in (prediction, target + 1)]
    inside = {name: variant(*blank, mask) for name, variant in VARIANTS.items()}
    padded = {name: variant(*blank, whole) for name, variant in VARIANTS.items()}
    assert padded["mean"] > 1.2 * inside["mean"]
    assert padded["min-max"] < 0.8 * inside["min-max"]
    assert padded["euclidean"] == pytest.approx(inside["euclidean"])


@pytest.mark.parametrize(
    ("variant", "target", "problem"),
    [
        (nrmse_range, [1.0, 1.0], "constant"),
        (nrmse_mean, [1.0, -1.0], "0 on average"),
        (nrmse_l2, [0.0, 0.0], "0 everywhere"),
    ],
)
def test_undefined_is_refused(variant, target, problem):
    with pytest.raises(MedGANSynthError, match=f"target is {problem}"):
        variant(np.ones(2), np.array(target), None)
