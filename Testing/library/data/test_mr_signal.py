import math

import numpy as np
import pytest

from MedGANSynthLib.data.mr_signal import (
    CONSTANTS,
    CONTRASTS,
    Constants,
    Tissue,
    inversion_recovery,
    signals,
    spin_echo,
    spoiled_gradient_echo,
)

SIMPLE = Constants(t1=1000.0, t2=100.0, t2_star=50.0, density=2.0)


def test_spin_echo_closed_form():
    # TR = T1 ln 2 recovers one half; TE = T2 ln 4 leaves one quarter.
    signal = spin_echo(SIMPLE, tr=1000 * math.log(2), te=100 * math.log(4))
    assert signal == pytest.approx(2.0 * 0.5 * 0.25)


def test_gradient_echo_at_90_degrees_is_saturation_recovery():
    signal = spoiled_gradient_echo(SIMPLE, tr=1000 * math.log(2), te=0.0, flip_degrees=90.0)
    assert signal == pytest.approx(2.0 * 0.5)


def test_inversion_recovery_is_nil_at_t1_ln_2():
    assert inversion_recovery(SIMPLE, tr=1e9, ti=1000 * math.log(2), te=0.0) == pytest.approx(0.0)


def test_flair_nulls_csf():
    csf, grey = (CONTRASTS["flair"](CONSTANTS[t]) for t in (Tissue.CSF, Tissue.GREY))
    assert csf < 0.01 * grey


def test_air_and_bone_are_silent_and_the_brightest_brain_tissue_is_one():
    values = signals("t2", np.random.default_rng(0))
    assert values[Tissue.AIR] == values[Tissue.BONE] == 0
    assert values[[Tissue.CSF, Tissue.GREY, Tissue.WHITE]].max() == 1
