import numpy as np
import pytest
from scipy.linalg import sqrtm

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.set_frechet import frechet, frechet_curve


def test_equals_the_matrix_square_root(rng):
    a = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5))
    b = 1 + rng.normal(size=(50, 5)) @ rng.normal(size=(5, 5))
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    shift = ((a.mean(0) - b.mean(0)) ** 2).sum()
    expected = shift + np.trace(first + second - 2 * sqrtm(first @ second).real)
    assert frechet(a, b) == pytest.approx(expected, rel=1e-6)
    assert frechet(a, b) == pytest.approx(frechet(b, a))


def test_equals_monai(rng):
    torch = pytest.importorskip("torch")
    fid = pytest.importorskip("monai.metrics.fid")
    a, b = rng.normal(size=(40, 4)), 0.5 + 2 * rng.normal(size=(40, 4))
    try:
        theirs = fid.FIDMetric()(torch.from_numpy(b), torch.from_numpy(a)).item()
    except TypeError:  # MONAI 1.6 with SciPy 1.18: sqrtm has no argument "disp" any more
        theirs = _as_monai(fid, torch, a, b)
    assert frechet(a, b) == pytest.approx(theirs, abs=1e-6)


def _as_monai(fid, torch, a, b):
    means = [torch.from_numpy(x).mean(0) for x in (b, a)]
    covariances = [torch.cov(torch.from_numpy(x).T) for x in (b, a)]
    root = torch.from_numpy(sqrtm((covariances[0] @ covariances[1]).numpy()).real)
    trace = sum(torch.trace(c) for c in covariances) - 2 * torch.trace(root)
    return (((means[0] - means[1]) ** 2).sum() + trace).item()


def test_one_feature_has_the_closed_form():
    a, b = np.array([[0.0], [2.0]]), np.array([[3.0], [9.0]])
    # Means 1 and 6, standard deviations sqrt(2) and sqrt(18).
    assert frechet(a, b) == pytest.approx(25 + (np.sqrt(18) - np.sqrt(2)) ** 2)


def test_it_shrinks_with_the_number_of_cases_and_the_intercept_does_not(rng):
    a, b = rng.normal(size=(2, 400, 6))
    curve, limit = frechet_curve(a, b, 0)
    sizes, values = zip(*curve, strict=True)
    assert sizes == (200, 266, 333, 400)
    assert values[0] > values[1] > values[2] > values[3] > 0
    assert abs(limit) < values[3] / 2


def test_too_few_cases_are_refused_with_the_number(rng):
    with pytest.raises(MedGANSynthError, match=r"5 features needs at least 6 cases.*not 5"):
        frechet(rng.normal(size=(9, 5)), rng.normal(size=(5, 5)))
    assert frechet_curve(rng.normal(size=(6, 5)), rng.normal(size=(6, 5)), 0)[1] is None
