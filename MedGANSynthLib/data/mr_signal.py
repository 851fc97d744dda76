"""MR signal of the tissues of a head, for the phantom.

Tissue constants (T1, T2, T2* in ms and relative proton density at 1.5 T) are those of the BrainWeb
simulated brain database: Collins et al., IEEE Trans Med Imaging 17:463-468 (1998); Kwan, Evans and
Pike, IEEE Trans Med Imaging 18:1085-1097 (1999). Four tissues are our own choice: skin is muscle of
90 % density, marrow is fat of 60 % density, the eye is CSF, and deep grey matter is a mixture of
60 % grey and 40 % white matter.

Signal equations: Haacke et al., Magnetic Resonance Imaging (1999): spoiled gradient echo (the
Ernst equation), spin echo and inversion recovery.
"""

import dataclasses
from enum import IntEnum

import numpy as np


class Tissue(IntEnum):
    """The values of the phantom's label map."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    BONE = 4
    MARROW = 5
    CSF = 6
    GREY = 7
    WHITE = 8
    DEEP_GREY = 9
    VENTRICLE = 10
    EYE = 11


@dataclasses.dataclass(frozen=True)
class Constants:
    """Relaxation times in ms and relative proton density."""

    t1: float
    t2: float
    t2_star: float
    density: float


_CSF = Constants(2569.0, 329.0, 58.0, 1.0)
CONSTANTS = {
    Tissue.SKIN: Constants(900.0, 47.0, 30.0, 0.9),
    Tissue.FAT: Constants(350.0, 70.0, 58.0, 1.0),
    Tissue.MUSCLE: Constants(900.0, 47.0, 30.0, 1.0),
    Tissue.MARROW: Constants(350.0, 70.0, 58.0, 0.6),
    Tissue.CSF: _CSF,
    Tissue.GREY: Constants(833.0, 83.0, 69.0, 0.86),
    Tissue.WHITE: Constants(500.0, 70.0, 61.0, 0.77),
    Tissue.DEEP_GREY: Constants(700.0, 77.8, 65.8, 0.824),
    Tissue.VENTRICLE: _CSF,
    Tissue.EYE: _CSF,
}


def spoiled_gradient_echo(c: Constants, tr: float, te: float, flip_degrees: float) -> float:
    """Steady-state signal of an RF-spoiled gradient echo; times in ms."""
    flip, e1 = np.deg2rad(flip_degrees), np.exp(-tr / c.t1)
    steady = np.sin(flip) * (1 - e1) / (1 - np.cos(flip) * e1)
    return float(c.density * steady * np.exp(-te / c.t2_star))


def spin_echo(c: Constants, tr: float, te: float) -> float:
    """Signal of a spin echo with TE much shorter than TR; times in ms."""
    return float(c.density * (1 - np.exp(-tr / c.t1)) * np.exp(-te / c.t2))


def inversion_recovery(c: Constants, tr: float, ti: float, te: float) -> float:
    """Magnitude of an inversion-recovery spin echo; times in ms."""
    recovered = 1 - 2 * np.exp(-ti / c.t1) + np.exp(-tr / c.t1)
    return float(c.density * abs(recovered) * np.exp(-te / c.t2))


CONTRASTS = {
    "t1": lambda c: spoiled_gradient_echo(c, tr=18.0, te=10.0, flip_degrees=30.0),
    "t2": lambda c: spin_echo(c, tr=3300.0, te=100.0),
    "pd": lambda c: spin_echo(c, tr=3300.0, te=35.0),
    "flair": lambda c: inversion_recovery(c, tr=9000.0, ti=1704.0, te=120.0),
}
"""Sequences with BrainWeb's timing for T1 and PD; TI of the FLAIR nulls CSF."""


def signals(modality: str, rng: np.random.Generator) -> np.ndarray:
    """Signal of every tissue in one contrast, `[12]`, the brightest brain tissue at 1.

    Each constant varies by 2 % (standard deviation) between people.
    """
    values = np.zeros(len(Tissue), np.float32)
    for tissue, constants in CONSTANTS.items():
        varied = [v * rng.normal(1.0, 0.02) for v in dataclasses.astuple(constants)]
        values[tissue] = CONTRASTS[modality](Constants(*varied))
    return values / values[[Tissue.CSF, Tissue.GREY, Tissue.WHITE]].max()
