import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

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


def twins_of(result):
    (row,) = [row for row in result["criteria"] if row["criterion"].startswith("twins")]
    return row


@pytest.mark.parametrize("width", [0.5, 1.0, 1.5])
def test_blur_makes_no_twins_of_different_people(real, train, brains, width):
    blurred = np.stack([gaussian_filter(v, (width, width, 0)) for v in brains(CASES, 3)])
    row = twins_of(judge(real, train, blurred))
    assert (row["value"], row["real_like"]) == (0, True)


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_repeats_are_twins_however_noisy_or_blurred(real, train, brains, rng, noise):
    """Seven people of the fifty come twice, others once."""
    people = brains(CASES - 7, 3)
    made = np.concatenate([people, people[:7]])
    made = made + rng.normal(0, noise, made.shape).astype(np.float32)
    row = twins_of(judge(real, train, made))
    assert (row["value"], row["real_like"]) == (14, False)
    row = twins_of(judge(real, train, gaussian_filter(made, (0, 0.7, 0.7, 0))))
    assert (row["value"], row["real_like"]) == (14, False)


def test_people_who_were_scanned_twice_may_come_twice(train, brains):
    twice = np.concatenate([brains(CASES // 2, 2)] * 2)
    row = twins_of(judge(Side(twice, 0), train, np.concatenate([brains(CASES // 2, 3)] * 2)))
    assert (row["value"], row["real_like"]) == (0, True)


def test_twelve_against_twelve_are_not_judged(brains):
    blurred = np.stack([gaussian_filter(v, (0.7, 0.7, 0)) for v in brains(12, 3)])
    for made in (brains(12, 3), blurred, np.repeat(blurred[:1], 12, axis=0)):
        result = judge(Side(brains(12, 2), 0), None, made)
        assert {row["real_like"] for row in result["criteria"]} == {None}
        assert (result["real_like"], result["useful"]) == ("cannot be judged",) * 2
    assert twins_of(result)["note"] == "needs 10 synthetic and 20 real cases, has 12 and 12"
