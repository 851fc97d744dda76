"""The gate on real brains: people pass, useless generators made of other people do not."""

import numpy as np
import pytest

from MedGANSynthLib.evaluation import set_diversity
from MedGANSynthLib.evaluation.set_gate import gate
from MedGANSynthLib.evaluation.set_generators import GENERATORS
from MedGANSynthLib.evaluation.set_loading import load_cohorts
from MedGANSynthLib.evaluation.set_pool import Pool, Side
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.grid import Grid

REAL = 40


@pytest.fixture(scope="module")
def people(real_data):
    """61 skull-stripped T1 brains at 4 mm."""
    paths = sorted((real_data / "brain_t1").glob("*T1w*.nii.gz"))
    grid = Grid(orientation="RAS", spacing=((4.0, 4.0),) * 3, size=(48, 48, 48))
    return load_cohorts({"real": paths}, grid, "each", REAL, Events())["real"].volumes


@pytest.mark.slow
def test_people_pass_and_useless_generators_do_not(people, monkeypatch):
    monkeypatch.setattr(set_diversity.random_pairs, "__defaults__", (200,))
    order = np.random.default_rng(0).permutation(len(people))
    training, fresh = people[order[:REAL]], people[order[REAL:]]
    real = Side(training, 0)
    assert gate(Pool(real, Side(fresh, 0)), training, 0)["real_like"] == "pass"
    for name, make in GENERATORS.items():
        made = make(training, len(fresh), np.random.default_rng(0))
        assert gate(Pool(real, Side(made, 0)), training, 0)["real_like"] == "fail", name
