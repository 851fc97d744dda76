import numpy as np
import pytest

from MedGANSynthLib.experiments.overlap import by_slice, dice, hd95


@pytest.fixture
def masks():
    grid = np.indices((40, 40))
    return [
        np.hypot(*(grid - np.array(centre)[:, None, None])) < radius
        for centre, radius in (((20, 20), 9), ((22, 18), 8))
    ]


def test_equal_to_monai(masks):
    torch = pytest.importorskip("torch")
    metrics = pytest.importorskip("monai.metrics")
    batch = [torch.from_numpy(mask)[None, None].float() for mask in masks]
    assert dice(*masks) == pytest.approx(metrics.compute_dice(*batch).item(), abs=1e-7)
    for spacing in ((1.0, 1.0), (1.5, 0.8)):
        theirs = metrics.compute_hausdorff_distance(*batch, percentile=95, spacing=list(spacing))
        assert hd95(*masks, spacing) == pytest.approx(theirs.item(), abs=1e-5)


def test_by_hand():
    a, b = np.zeros((2, 1, 12), bool)
    a[0, 0:4], b[0, 2:8] = True, True
    assert dice(a, b) == 2 * 2 / (4 + 6)
    one, other = np.zeros((2, 9, 9), bool)
    one[1, 1], other[4, 5] = True, True
    assert hd95(one, other, (2.0, 3.0)) == pytest.approx(np.hypot(3 * 2, 4 * 3))


def test_empty_masks_have_no_distance_and_two_of_them_no_dice(masks):
    empty = 0 * masks[0] > 0
    assert dice(empty, empty) is None
    assert dice(masks[0], empty) == 0
    assert hd95(masks[0], empty, (1.0, 1.0)) is None
    found, truth = np.stack([masks[0], empty, empty]), np.stack([masks[1], masks[1], empty])
    overlap, distance, missing = by_slice(found, truth, (1.0, 1.0))
    assert overlap == dice(found, truth) < dice(*masks)
    assert (distance, missing) == (hd95(*masks, (1.0, 1.0)), 1)
