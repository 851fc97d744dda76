import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.compat_sets import mmd_kwon_compat, mmd_linear, ms_ssim_kwon_compat
from MedGANSynthLib.evaluation.set_generators import GENERATORS


def test_linear_equals_monai(rng):
    torch = pytest.importorskip("torch")
    mmd = pytest.importorskip("monai.metrics.mmd")
    real, fake = rng.normal(size=(2, 6, 1, 5, 4)).astype(np.float32)
    theirs = mmd.MMDMetric()(torch.from_numpy(real), torch.from_numpy(fake)).item()
    assert mmd_linear(real, fake) == pytest.approx(theirs, rel=1e-5)


def test_kwons_sum_over_a_batch(rng):
    real, fake = rng.normal(size=(2, 9, 7))
    values = []
    for start in (0, 4):
        x, y = real[start : start + 4], fake[start : start + 4]
        sums = [(a @ b.T).sum() / 16 for a, b in ((x, x), (y, y), (x, y))]
        values.append(sums[0] + sums[1] - 2 * sums[2])
    assert mmd_kwon_compat(real, fake, 4) == pytest.approx(np.mean(values))
    with pytest.raises(MedGANSynthError, match="at least 4 cases"):
        mmd_kwon_compat(real[:3], fake, 4)


def test_it_prefers_the_mean_image_to_real_people(rng, brains):
    """The published defect, which is why it is not shipped under a plain name."""
    train, real, fresh = (brains(40, seed) for seed in (1, 2, 3))
    mean = GENERATORS["mean-image"](train, 40, rng)
    assert mmd_kwon_compat(real, mean) < 0.7 * mmd_kwon_compat(real, fresh)


def test_last_scale_counts_four_times(rng):
    volume = rng.uniform(-1, 1, size=(64, 64, 64))
    assert ms_ssim_kwon_compat(volume, volume) == pytest.approx(1)
    # A constant c against 0 has cs = 1 at every scale; luminance C1 / (c^2 + C1) at the last.
    flat = np.full((64, 64, 64), 0.02)
    luminance = 1e-4 / (0.02**2 + 1e-4)
    expected = luminance ** (4 * 0.1333)
    assert ms_ssim_kwon_compat(flat, 0 * flat) == pytest.approx(expected, rel=1e-9)
