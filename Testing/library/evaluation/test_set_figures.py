import numpy as np
import pytest

from MedGANSynthLib.evaluation import set_diversity
from MedGANSynthLib.evaluation.set_figures import extras, figures, spectrum_decibels
from MedGANSynthLib.evaluation.set_generators import GENERATORS
from MedGANSynthLib.evaluation.set_mmd import kid, squared_distances
from MedGANSynthLib.evaluation.set_pool import Pool, Side


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch):
    monkeypatch.setattr(set_diversity.random_pairs, "__defaults__", (300,))


@pytest.fixture(scope="module")
def real(brains):
    return Side(brains(60, 2), 0)


def table(real, fake):
    people = [f"p{n}" for n in range(len(real))]
    return {row["figure"]: row for row in figures(Pool(real, Side(fake, 0)), people, 0)}


def test_fresh_real_people_are_where_real_halves_are(real, brains):
    found = table(real, brains(60, 3))
    assert list(found) == [
        "fd_hand", "fd_pca10", "kid_hand", "mmd_rbf", "precision", "recall", "density", "coverage",
        "c2st_accuracy", "c2st_auc", "rho", "sigma", "delta", "spectrum_distance", "pair_ssim",
        "pair_ms_ssim",
    ]  # fmt: skip
    for row in found.values():
        assert abs(row["value"] - row["real_real"]) < 4 * row["real_sd"], row
        assert row["cases"] == 30


def test_each_defect_shows_where_it_should(real, brains, rng):
    train = brains(60, 1)
    blurred = table(real, GENERATORS["blurred"](train, 60, rng))
    assert blurred["fd_hand"]["value"] > 10 * blurred["fd_hand"]["real_real"]
    assert blurred["c2st_auc"]["value"] > 0.95
    few = table(real, GENERATORS["few-repeated"](train, 60, rng))
    assert few["coverage"]["value"] < 0.5 < 0.8 < few["precision"]["value"]
    assert few["pair_ssim"]["value"] > few["pair_ssim"]["real_real"] + 0.03
    noise = table(real, GENERATORS["white-noise"](train, 60, rng))
    assert noise["pair_ssim"]["value"] < 0.1
    assert noise["precision"]["value"] == noise["recall"]["value"] == 0


def test_too_few_cases_get_a_note_and_no_number(brains):
    found = table(Side(brains(8, 2), 0), brains(8, 3))
    assert found["fd_hand"]["value"] is None
    assert found["fd_hand"]["note"] == "needs 15 synthetic and 30 real cases"
    assert found["rho"]["note"] == "needs 17 synthetic and 34 real cases"
    assert found["sigma"]["value"] is not None


def test_coverage_has_a_number_where_the_gate_judges_it(brains):
    for count, note in ((19, "needs 10 synthetic and 20 real cases"), (20, "")):
        found = table(Side(brains(count, 2), 0), brains(12, 3))
        for name in ("precision", "recall", "density", "coverage"):
            assert (found[name]["value"] is None, found[name]["note"]) == (bool(note), note)


def test_points_keep_the_distances_of_the_volumes(real, brains):
    pool = Pool(real, Side(brains(20, 3), 0))
    assert squared_distances(pool.coordinates) == pytest.approx(pool.squared, abs=1e-6)
    rows = real.volumes.reshape(60, -1).astype(float)
    expected = np.linalg.svd(rows - rows.mean(0), compute_uv=False)[:3] / np.sqrt(59)
    assert pool.pca(3)[:60].std(axis=0, ddof=1) == pytest.approx(expected)


def test_extras(real, brains):
    pool = Pool(real, Side(brains(60, 3), 0))
    found = extras(pool, 0)
    assert found["mmd_rbf_p"] > 0.01
    assert found["kid_hand_of_subsets"] == kid(pool.hand[:60], pool.hand[60:], 0)[0]
    assert [n for n, _ in found["fd_hand_by_cases"]] == [30, 40, 50, 60]
    assert set(found["published_defective"]) == {
        "mmd_linear", "mmd_kwon_compat_batch4",
    }  # fmt: skip


def test_spectra_in_decibels(real):
    half = Side((real.volumes / 2).astype(np.float32), 0)
    assert spectrum_decibels(Pool(real, half))[1:] == pytest.approx(-20 * np.log10(2), abs=1e-3)
