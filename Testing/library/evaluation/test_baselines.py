import numpy as np
import pytest
from scipy.ndimage import binary_dilation, gaussian_filter

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.baselines import Baseline, Pair
from MedGANSynthLib.evaluation.metrics import rmse_over_sd

SPACING = (1.0, 1.0, 3.0)


def person(seed, scale=1.0, shape=(26, 24, 10)):
    """Source in [0, scale]; target 1000 (1 - 2 |source - 1/2|): no affine map gives it."""
    rng = np.random.default_rng(seed)
    source = gaussian_filter(rng.normal(size=shape), 1.5)
    source = np.argsort(np.argsort(source.ravel())).reshape(shape) / (source.size - 1)
    mask = np.zeros(shape, bool)
    mask[7:-7, 7:-7, 1:-1] = True
    return Pair(scale * source, 1000 * (1 - 2 * np.abs(source - 0.5)), mask, SPACING)


@pytest.fixture(scope="module")
def training():
    return [person(seed) for seed in range(3)]


@pytest.mark.parametrize("name", ["look-up-table", "boosted-trees"])
def test_learns_an_intensity_map_of_unseen_people(training, name, few_trees):
    if name == "boosted-trees":
        pytest.importorskip("sklearn")
    case = person(9, scale=50.0)  # another gain of the scanner
    result = Baseline(name).fit(training).predict(case.source, case.mask, SPACING)
    assert result.dtype == np.float32
    assert rmse_over_sd(result, case.target, case.mask) < 0.15


def test_identity_is_affine_in_the_source(training):
    case = person(9, scale=50.0)
    result = Baseline("identity").fit(training).predict(case.source, case.mask, SPACING)
    correlation = np.corrcoef(result[case.mask], case.source[case.mask])[0, 1]
    assert correlation == pytest.approx(1, abs=1e-6)


def test_same_seed_same_result(training):
    case = person(9)
    few = 200
    first, again, other = (
        Baseline("look-up-table", seed).fit(training, few).predict(case.source, case.mask, SPACING)
        for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_the_shell_around_the_mask_is_predicted_and_the_rest_blank(training):
    case = person(9)
    result = Baseline("look-up-table").fit(training).predict(case.source, case.mask, SPACING)
    shell = binary_dilation(case.mask, iterations=5) & ~case.mask
    assert rmse_over_sd(result, case.target, shell) < 0.3
    assert len(np.unique(result[~shell & ~case.mask])) == 1


def test_the_target_of_the_case_is_not_needed_nor_the_inputs_changed(training):
    case = person(9)
    before = case.source.copy()
    Baseline("inverted-matched").fit(training).predict(case.source, case.mask, SPACING)
    assert (case.source == before).all()


def test_a_constant_source_is_refused(training):
    case = person(9)
    with pytest.raises(MedGANSynthError, match="constant or not finite"):
        Baseline("identity").fit(training).predict(0 * case.source, case.mask, SPACING)
