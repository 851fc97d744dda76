import numpy as np
import pytest
from scipy.ndimage import binary_dilation, gaussian_filter

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.baselines import Baseline, Pair, draw_samples, prepare
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
def samples():
    return draw_samples([person(seed) for seed in range(3)], seed=0)


def translate(name, samples, case):
    return Baseline(name, samples).predict(prepare(case.source, case.mask, case.spacing))


@pytest.mark.parametrize("name", ["look-up-table", "boosted-trees"])
def test_learns_an_intensity_map_of_unseen_people(samples, name, few_trees):
    if name == "boosted-trees":
        pytest.importorskip("sklearn")
    case = person(9, scale=50.0)  # another gain of the scanner
    result = translate(name, samples, case)
    assert result.dtype == np.float32
    assert rmse_over_sd(result, case.target, case.mask) < 0.15


def test_identity_is_affine_in_the_source(samples):
    case = person(9, scale=50.0)
    result = translate("identity", samples, case)
    correlation = np.corrcoef(result[case.mask], case.source[case.mask])[0, 1]
    assert correlation == pytest.approx(1, abs=1e-6)


def test_samples_are_seeded_counted_and_normalised():
    people = [person(seed, scale=3.0) for seed in (1, 2)]
    first, again, other = (draw_samples(people, seed, 200) for seed in (1, 1, 2))
    for region, count in (("inside", 400), ("shell", 200)):
        features, target = getattr(first, region)
        assert (len(features), len(target)) == (count, count)
        assert (features == getattr(again, region)[0]).all()
        assert (features != getattr(other, region)[0]).any()
    features, target = first.inside
    assert np.quantile(features[:, 0], [0.02, 0.98]) == pytest.approx([0, 1], abs=0.06)
    assert (target <= 1.05).all()
    expected = np.mean([np.percentile(p.target[p.mask], [0.5, 99.5]) for p in people], axis=0)
    assert first.target_range == pytest.approx(expected, rel=1e-6)


def test_the_shell_around_the_mask_is_predicted_and_the_rest_blank(samples):
    case = person(9)
    result = translate("look-up-table", samples, case)
    shell = binary_dilation(case.mask, iterations=5) & ~case.mask
    assert rmse_over_sd(result, case.target, shell) < 0.3
    assert len(np.unique(result[~shell & ~case.mask])) == 1


def test_the_target_of_the_case_is_not_needed_nor_the_inputs_changed(samples):
    case = person(9)
    before = case.source.copy()
    translate("inverted-matched", samples, case)
    assert (case.source == before).all()


def test_a_constant_source_is_refused(samples):
    case = person(9)
    with pytest.raises(MedGANSynthError, match="constant or not finite"):
        prepare(0 * case.source, case.mask, SPACING)


@pytest.mark.parametrize("name", ["look-up-table", "boosted-trees"])
def test_several_inputs_are_used_together(name, few_trees):
    """The target is the sum of two images, neither of which tells it alone."""
    if name == "boosted-trees":
        pytest.importorskip("sklearn")
    errors = []
    for inputs in (1, 2):
        people = []
        for seed in (1, 2, 3):
            one, two = person(seed), person(seed + 50)
            source = np.stack([one.source, two.source])[:inputs]
            target = 1000 * (one.source + two.source)
            people.append(Pair(source, target, one.mask, SPACING))
        *training, case = people
        result = translate(name, draw_samples(training, seed=0), case)
        errors.append(rmse_over_sd(result, case.target, case.mask))
    assert errors[1] < 0.4 < errors[0]


def test_one_image_may_be_given_with_or_without_an_axis_of_inputs():
    case = person(9)
    alone = prepare(case.source, case.mask, case.spacing)
    stacked = prepare(case.source[None], case.mask, case.spacing)
    assert np.array_equal(alone.features, stacked.features)
