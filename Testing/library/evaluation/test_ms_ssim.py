import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.ms_ssim import WEIGHTS, ms_ssim_of_fits, scales_for
from MedGANSynthLib.evaluation.ssim import ssim_of_fits


def ms_ssim(*arguments, weights=None):
    return ms_ssim_of_fits(*arguments, weights=weights)[0]


@pytest.fixture
def pair(rng):
    target = rng.normal(size=(64, 60)).astype(np.float32)
    return (0.8 * target + 0.5 * rng.normal(size=target.shape)).astype(np.float32), target


def test_equals_monai(pair):
    torch = pytest.importorskip("torch")
    metrics = pytest.importorskip("monai.metrics")
    batch = [torch.from_numpy(image)[None, None] for image in pair]
    weights = (0.2, 0.3, 0.5)
    theirs = metrics.MultiScaleSSIMMetric(spatial_dims=2, data_range=4.0, weights=weights)(*batch)
    assert ms_ssim(*pair, None, 4.0, [0, 1], weights=weights) == pytest.approx(
        theirs.item(), abs=1e-5
    )


def test_one_scale_is_ssim(pair):
    expected = ssim_of_fits(*pair, None, 4.0, [0, 1])
    assert [ms_ssim(*pair, None, 4.0, [0, 1], weights=(1.0,))] == pytest.approx(expected)


def test_slices_are_judged_one_by_one(pair):
    stack = [np.stack([image, image[::-1]], axis=2) for image in pair]
    mask = np.zeros(stack[0].shape, bool)
    mask[:, :, 0] = True
    assert ms_ssim(*stack, mask, 4.0, [0, 1]) == pytest.approx(ms_ssim(*pair, None, 4.0, [0, 1]))


@pytest.mark.parametrize(
    ("side", "scales"), [(10, 0), (11, 1), (21, 1), (22, 2), (64, 3), (176, 5)]
)
def test_scales_that_fit(side, scales):
    assert scales_for((side, 999, 5), [0, 1]) == scales
    assert sum(WEIGHTS) == pytest.approx(1, abs=1e-3)


def test_equal_images_and_opposite_ones(pair):
    _, target = pair
    assert ms_ssim(target, target, None, 4.0, [0, 1]) == pytest.approx(1)
    assert ms_ssim(-target, target, None, 4.0, [0, 1]) == 0


def test_refusals(pair):
    small = [image[:20, :20] for image in pair]
    with pytest.raises(MedGANSynthError, match="no room for 2 scales"):
        ms_ssim(*small, None, 4.0, [0, 1], weights=(0.5, 0.5))
    with pytest.raises(MedGANSynthError, match="no room for 1 scales"):
        ms_ssim(*(image[:9] for image in pair), None, 4.0, [0, 1])
    corner = np.zeros(pair[0].shape, bool)
    corner[:4, :4] = True
    with pytest.raises(MedGANSynthError, match="whole SSIM window"):
        ms_ssim(*pair, corner, 4.0, [0, 1])
