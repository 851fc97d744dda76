"""Small images with known answers."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from MedGANSynthLib.evaluation import regressors


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def head(rng):
    """A smooth target in [0, 1], a noisy prediction of it and an ellipsoid mask, 32x30x26."""
    shape = (32, 30, 26)
    target = gaussian_filter(rng.normal(size=shape), 2)
    target = (target - target.min()) / (target.max() - target.min())
    prediction = target + 0.05 * rng.normal(size=shape)
    grid = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    mask = sum((x / 0.8) ** 2 for x in grid) < 1
    return prediction, target, mask


@pytest.fixture
def few_trees(monkeypatch):
    """Boosted trees that are fitted in a blink."""
    monkeypatch.setattr(
        regressors, "TREES", {**regressors.TREES, "max_iter": 30, "learning_rate": 0.3}
    )
