import numpy as np
import pytest

from MedGANSynthLib.evaluation.ms_ssim import ms_ssim_of_fits
from MedGANSynthLib.evaluation.similarity import similarities
from MedGANSynthLib.evaluation.ssim import ssim_of_fits

FITS = ((1.0, 0.0), (0.7, 0.2))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_same_as_each_figure_alone(head, axis):
    planes = [a for a in range(3) if a != axis]
    found = similarities(*head, 1.0, axis, FITS)
    for name, figure, axes in (
        ("ssim_3d", ssim_of_fits, range(3)),
        ("ssim_in_plane", ssim_of_fits, planes),
        ("ms_ssim_in_plane", ms_ssim_of_fits, planes),
    ):
        assert found[name] == pytest.approx(figure(*head, 1.0, axes, FITS), abs=1e-12), name


def test_a_mask_that_reaches_the_border(head):
    prediction, target, _mask = head
    mask = np.zeros(target.shape, bool)
    mask[:9, 3:, 10:] = True
    found = similarities(prediction, target, mask, 1.0, 2, FITS)
    expected = ssim_of_fits(prediction, target, mask, 1.0, range(3), FITS)
    assert found["ssim_3d"] == pytest.approx(expected, abs=1e-12)


def test_few_slices_have_no_windows_across_them(head):
    thin = [image[:, :, 8:14] for image in head]
    found = similarities(*thin, 1.0, 2, FITS)
    assert found["ssim_3d"] == [None, None]
    assert found["ssim_in_plane"] == pytest.approx(ssim_of_fits(*thin, 1.0, [0, 1], FITS))


def test_a_mask_at_the_border_leaves_empty_what_has_no_window(head):
    prediction, target, _mask = head
    corner, top = np.zeros(target.shape, bool), np.zeros(target.shape, bool)
    corner[:5, :5, 10] = True
    top[8:14, 8:14, 0] = True
    found = similarities(prediction, target, corner, 1.0, 2, FITS)
    assert list(found.values()) == [[None, None]] * 3
    found = similarities(prediction, target, top, 1.0, 2, FITS)
    assert found["ssim_3d"] == [None, None]
    assert found["ssim_in_plane"] == pytest.approx(
        ssim_of_fits(prediction, target, top, 1.0, [0, 1], FITS)
    )
