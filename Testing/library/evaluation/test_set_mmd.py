import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.set_mmd import (
    kid,
    mmd_permutation,
    mmd_rbf,
    rbf_kernel,
    squared_distances,
    unbiased,
    width_of,
)


def test_by_hand():
    """Reals at 0 and 2, fakes at 1 and 3; the median squared distance of the reals is 4."""
    real, fake = np.array([[0.0], [2.0]]), np.array([[1.0], [3.0]])
    k = {d: np.exp(-(d**2) / 8) for d in (1, 2, 3)}
    expected = k[2] + k[2] - 2 * (3 * k[1] + k[3]) / 4
    assert mmd_rbf(real, fake) == pytest.approx(expected, abs=1e-10)


def test_equal_sets_and_far_ones(rng):
    a = rng.normal(size=(200, 3))
    assert abs(mmd_rbf(a[:100], a[100:])) < 0.02
    # Far away the sets share nothing: what is left is each set's own mean kernel.
    kernel = rbf_kernel(squared_distances(a[:100]), width_of(squared_distances(a[:100])))
    own = (kernel.sum() - 100) / 9900
    assert mmd_rbf(a[:100], a[:100] + 1e3) == pytest.approx(2 * own)


def test_unbiased_on_average(rng):
    values = [mmd_rbf(*rng.normal(size=(2, 12, 2))) for _ in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20


def test_permutation_p(rng):
    a, b = rng.normal(size=(2, 30, 4))

    def p(x, y):
        squared = squared_distances(np.concatenate([x, y]))
        return mmd_permutation(rbf_kernel(squared, width_of(squared)), len(x), 0, 199)

    assert p(a, b + 2) == 1 / 200
    assert p(a, b) > 0.05


def test_kid_is_the_cubic_kernels_statistic(rng):
    a, b = rng.normal(size=(2, 20, 6))
    both = np.concatenate([a, b + 0.5])
    kernel = (both @ both.T / 6 + 1) ** 3
    expected = (
        (kernel[:20, :20].sum() - np.trace(kernel[:20, :20])) / 380
        + (kernel[20:, 20:].sum() - np.trace(kernel[20:, 20:])) / 380
        - 2 * kernel[:20, 20:].mean()
    )
    mean, spread = kid(a, b + 0.5, seed=0, size=50)
    assert mean == pytest.approx(expected, abs=1e-8)
    assert spread == pytest.approx(0, abs=1e-10)  # all cases in every subset
    assert unbiased(kernel, 20) == pytest.approx(expected)


def test_squared_distances(rng):
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))
    expected = ((a[:, None] - b[None]) ** 2).sum(-1)
    assert squared_distances(a, b) == pytest.approx(expected, abs=1e-12)
    assert (np.diag(squared_distances(a)) == 0).all()
    assert width_of(np.zeros((3, 3))) == 1


def test_one_volume_is_no_set():
    with pytest.raises(MedGANSynthError, match="at least two"):
        mmd_rbf(np.zeros((1, 4)), np.zeros((2, 4)))
