import numpy as np
import pytest

from MedGANSynthLib.evaluation.set_generators import FEW, GENERATORS


@pytest.fixture
def train(brains):
    return brains(30, 1)


@pytest.mark.parametrize("name", GENERATORS)
def test_shape_range_and_seed(name, train):
    before = train.copy()
    made, again = (GENERATORS[name](train, 40, np.random.default_rng(3)) for _ in range(2))
    assert made.shape == (40, *train.shape[1:]) and made.dtype == np.float32
    assert np.abs(made).max() <= 1
    assert (made == again).all()
    assert (train == before).all()


def test_they_are_what_they_are_called(train, rng):
    def make(name, count=60):
        return GENERATORS[name](train, count, rng)

    people = {v.tobytes() for v in train}
    assert {v.tobytes() for v in make("copies")} == people
    assert len({v.tobytes() for v in make("few-repeated")}) == FEW
    assert np.allclose(make("mean-image")[7], train.mean(axis=0))
    brightness = [(v + 1).mean() for v in (make("darker", 30), make("copies", 30))]
    assert brightness[0] / brightness[1] == pytest.approx(0.9, abs=1e-4)
    assert make("pca-gauss", 2000).std(axis=0).mean() == pytest.approx(
        train.std(axis=0, ddof=1).mean(), rel=0.15
    )
    flat = make("pca-gauss-16").reshape(60, -1)
    unclipped = flat[np.abs(flat).max(axis=1) < 1]
    assert np.linalg.matrix_rank(unclipped - train.reshape(30, -1).mean(0), tol=1e-2) <= 16
