"""A small study made of blobs, and readers for it."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(2024)
