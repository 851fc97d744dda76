import numpy as np
import pytest

from MedGANSynthLib.evaluation import set_diversity
from MedGANSynthLib.evaluation.set_gate import gate
from MedGANSynthLib.evaluation.set_generators import GENERATORS
from MedGANSynthLib.evaluation.set_pool import Pool, Side

CASES = 50


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch):
    monkeypatch.setattr(set_diversity.random_pairs, "__defaults__", (300,))


@pytest.fixture(scope="module")
def train(brains):
    return brains(CASES, 1)


@pytest.fixture(scope="module")
def real(brains):
    return Side(brains(CASES, 2), 0)


def judge(real, train, fake):
    return gate(Pool(real, Side(fake, 0)), train, 0)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_fresh_real_people_pass(real, train, brains, seed):
    result = judge(real, train, brains(CASES, seed))
    assert (result["real_like"], result["useful"]) == ("pass", "pass")
    assert result["text"] == "real-like: pass; useful: pass."


@pytest.mark.parametrize("name", GENERATORS)
def test_no_useless_generator_passes(real, train, name):
    result = judge(real, train, GENERATORS[name](train, CASES, np.random.default_rng(0)))
    assert (result["real_like"], result["useful"]) == ("fail", "fail")


def test_a_wrong_anatomy_does_not_pass(real, train, brains):
    result = judge(real, train, brains(CASES, 6, ventricle=1.5))
    assert result["real_like"] == "fail"
    assert "RBF MMD^2" in result["text"]


def test_only_the_copies_give_a_memoriser_away(real, train):
    result = judge(real, train, GENERATORS["copies"](train, CASES, np.random.default_rng(0)))
    wrong = [row["criterion"] for row in result["criteria"] if row["real_like"] is False]
    assert wrong == ["copies of training people"]
    assert result["criteria"][-2]["value"] == CASES


def test_without_the_training_people_nothing_passes(real, brains):
    result = judge(real, None, brains(CASES, 3))
    assert result["real_like"] == "cannot be judged"
    assert "has 0 and 50" in result["text"]


def test_too_few_cases_are_said_to_be_too_few(brains):
    result = judge(Side(brains(24, 2), 0), brains(30, 1), brains(30, 3))
    assert result["real_like"] == "cannot be judged"
    row = result["criteria"][0]
    assert row["note"] == "needs 20 synthetic and 40 real cases, has 30 and 24"
    assert row["value"] is None and row["real_like"] is None
    # What can be judged still fails a collapse.
    collapse = GENERATORS["few-repeated"](brains(30, 1), 30, np.random.default_rng(0))
    assert judge(Side(brains(24, 2), 0), brains(30, 1), collapse)["real_like"] == "fail"
