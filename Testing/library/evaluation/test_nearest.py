import numpy as np
import pytest

from MedGANSynthLib.evaluation.nearest import (
    best_correlations,
    coarse,
    distances,
    ratios,
    without_self,
)


@pytest.fixture
def people(brains):
    return brains(12, 1)


def test_a_copy_stays_a_copy_mirrored_moved_and_brighter(people):
    changed = np.stack(
        [people[0], people[1][::-1], people[2][:, ::-1], np.roll(people[3], 1, 0), 0.8 * people[4]]
    )
    table = best_correlations(changed, people)
    assert table.argmax(axis=1).tolist() == [0, 1, 2, 3, 4]
    assert (table.max(axis=1) > 0.98).all()
    assert np.sort(table, axis=1)[:, -2].max() < 0.98


def test_correlation_is_pearsons(rng):
    a, b = rng.normal(size=(2, 1, 9, 8, 7))
    aligned = np.corrcoef(a.ravel(), b.ravel())[0, 1]
    assert best_correlations(a, b)[0, 0] >= np.float32(aligned)
    assert best_correlations(a, a)[0, 0] == pytest.approx(1, abs=1e-5)
    assert best_correlations(a, 0 * a)[0, 0] == 0


def test_coarse_takes_means_of_blocks():
    volume = np.arange(70 * 40, dtype=float).reshape(1, 70, 40, 1)
    small = coarse(volume)
    assert small.shape == (1, 24, 14, 1)
    assert small[0, 0, 0, 0] == volume[0, :3, :3].mean()
    assert small[0, -1, -1, 0] == volume[0, 69:, 39:].mean()


def test_distances_and_ratios():
    assert distances(np.array([1.0, 0.0, -1.0])) == pytest.approx([0, np.sqrt(2), 2])
    table = without_self(np.array([[0.0, 1, 2, 3], [1, 0, 4, 6], [2, 4, 0, 5], [3, 6, 5, 0]]))
    assert ratios(table) == pytest.approx([1 / 2, 1 / 4, 2 / 4, 3 / 5])
