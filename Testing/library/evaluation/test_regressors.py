import builtins

import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.regressors import NAMES, make_regressor, three_clusters


def fitted(name, features, target, inputs=1):
    regressor = make_regressor(name, seed=0, inputs=inputs)
    regressor.fit(features, target)
    return regressor


@pytest.fixture
def uniform(rng):
    return rng.uniform(size=(20_000, 3)).astype(np.float32)


def test_identity_returns_the_source(uniform):
    assert (fitted("identity", uniform, uniform[:, 1]).predict(uniform) == uniform[:, 0]).all()


def test_inverted_matched_turns_ranks_into_target_quantiles(uniform):
    target = uniform[:, 1] ** 2  # its q quantile is q^2
    case = np.linspace(3, 7, 1001)[:, None]
    predicted = fitted("inverted-matched", uniform, target).predict(case)
    assert predicted == pytest.approx(np.linspace(1, 0, 1001) ** 2, abs=0.02)


def test_look_up_table_is_the_conditional_mean(uniform, rng):
    source = uniform[:, 0]
    target = (2 * source - 1) ** 2 + 0.1 * rng.normal(size=len(source))
    predicted = fitted("look-up-table", uniform, target).predict(uniform)
    assert np.sqrt(np.mean((predicted - (2 * source - 1) ** 2) ** 2)) < 0.02


def test_look_up_table_of_few_levels_is_exact():
    features = np.array([[0.0], [0.0], [1.0], [1.0]])
    table = fitted("look-up-table", features, np.array([1.0, 3.0, 5.0, 7.0]))
    assert table.predict(np.array([[0.0], [1.0]])).tolist() == [2.0, 6.0]


def test_look_up_table_of_a_constant_source_is_the_mean():
    table = fitted("look-up-table", np.zeros((4, 1)), np.array([1.0, 2.0, 3.0, 6.0]))
    assert table.predict(np.array([[0.0], [9.0]])).tolist() == [3.0, 3.0]


def test_look_up_table_of_two_sources_sees_both(uniform):
    """A product has no conditional mean on one factor alone."""
    target = (uniform[:, 0] - 0.5) * (uniform[:, 1] - 0.5)
    one = fitted("look-up-table", uniform, target).predict(uniform)
    both = fitted("look-up-table", uniform, target, inputs=2).predict(uniform)
    assert np.corrcoef(one, target)[0, 1] < 0.2
    assert np.sqrt(np.mean((both - target) ** 2)) < 0.1 * target.std()


def test_empty_cells_take_the_nearest_filled_one():
    features = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    table = fitted("look-up-table", features, np.array([2.0, 5.0, 7.0]), inputs=2)
    assert table.predict(features).tolist() == [2.0, 6.0, 6.0]
    assert table.predict(np.array([[0.0, 1.0]]))[0] in (2.0, 6.0)


def test_a_line_for_each_known_tissue(rng):
    source, tissue = rng.uniform(size=900), np.repeat([1, 2, 3], 300)
    target = np.choose(tissue - 1, [2 * source, 5 - source, source**0])
    features = np.column_stack([source, tissue])
    lines = fitted("tissue-linear", features, target)
    assert lines.predict(features) == pytest.approx(target)
    # A tissue never seen gets the line of all voxels.
    slope, offset = np.polyfit(source, target, 1)
    assert lines.predict(np.array([[0.5, 9.0]])) == pytest.approx(slope / 2 + offset)


def test_without_tissues_the_source_is_clustered():
    source = np.concatenate([np.linspace(a, a + 0.1, 100) for a in (0.0, 0.4, 0.8)])
    target = np.concatenate([np.linspace(*ends, 100) for ends in ((0, 1), (5, 3), (7, 7))])
    features = np.column_stack([source, np.zeros(300)])
    assert fitted("tissue-linear", features, target).predict(features) == pytest.approx(target)
    assert three_clusters(source) == pytest.approx([0.25, 0.65])


def test_trees_use_every_feature_and_the_seed(uniform, few_trees):
    pytest.importorskip("sklearn")
    uniform = np.column_stack([uniform, 1 + np.arange(len(uniform)) % 3])  # the tissue
    few, target = uniform[:4000], uniform[:4000, 1] * uniform[:4000, 2]
    trees = fitted("boosted-trees", few, target).predict(uniform)
    truth = uniform[:, 1] * uniform[:, 2]
    assert np.sqrt(np.mean((trees - truth) ** 2)) < 0.15 * truth.std()
    assert (trees == fitted("boosted-trees", few, target).predict(uniform)).all()


def test_missing_scikit_learn_is_one_sentence(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MedGANSynthError, match=r"needs scikit-learn.*pip install scikit-learn"):
        make_regressor("boosted-trees", 0)


def test_names():
    assert NAMES == (
        "identity", "inverted-matched", "look-up-table", "tissue-linear", "boosted-trees",
    )  # fmt: skip
