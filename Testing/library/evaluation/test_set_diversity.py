import numpy as np
import pytest

from MedGANSynthLib.evaluation.ms_ssim import ms_ssim_of_fits
from MedGANSynthLib.evaluation.set_diversity import pair_similarity, random_pairs
from MedGANSynthLib.evaluation.ssim import ssim_of_fits


def test_figures_are_those_of_the_pairs(rng):
    volumes = rng.normal(0, 0.4, size=(4, 24, 26, 22)).astype(np.float32)
    volumes[1] = 0.7 * volumes[0] + 0.3 * volumes[1]
    pairs = np.array([[0, 1], [2, 3]])
    plain, multi = pair_similarity(volumes, pairs, 2.0)
    for number, (a, b) in enumerate(pairs):
        arguments = (volumes[a], volumes[b], None, 2.0, [0, 1, 2])
        assert [plain[number]] == pytest.approx(ssim_of_fits(*arguments), abs=1e-5)
        assert [multi[number]] == pytest.approx(ms_ssim_of_fits(*arguments), abs=1e-5)


def test_slices_are_judged_in_their_plane(rng):
    slices = rng.normal(0, 0.4, size=(2, 30, 30, 1)).astype(np.float32)
    plain, _ = pair_similarity(slices, np.array([[0, 1]]), 2.0)
    expected = ssim_of_fits(slices[0, :, :, 0], slices[1, :, :, 0], None, 2.0, [0, 1])
    assert [plain[0]] == pytest.approx(expected)


def test_pairs_are_different_and_seeded():
    assert random_pairs(3, 0).tolist() == [[0, 1], [0, 2], [1, 2]]
    many = random_pairs(60, 0)
    assert len(many) == 1000 and len({tuple(p) for p in many}) == 1000
    assert (many == random_pairs(60, 0)).all() and (many != random_pairs(60, 1)).any()


def test_no_room_for_a_window():
    assert pair_similarity(np.zeros((2, 8, 8, 8)), np.array([[0, 1]]), 2.0) is None
