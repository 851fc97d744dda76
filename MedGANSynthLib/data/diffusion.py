"""Diffusion tensors of simulated tissue, and what is made of them.

Diffusivities in mm^2/s: a bundle of parallel fibres 1.685e-3 along and 0.2e-3 across (the mean of
0.287e-3 and 0.109e-3; splenium), grey matter 0.83e-3, CSF 3.19e-3: Pierpaoli, Jezzard, Basser,
Barnett, Di Chiro, Radiology 201:637-648 (1996).
"""

import numpy as np

ALONG, ACROSS = 1.685e-3, 0.2e-3
GREY, CSF = 0.83e-3, 3.19e-3

PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
"""Which elements of a symmetric tensor its six components are."""


def dyads(directions: np.ndarray) -> np.ndarray:
    """v v^T of unit vectors `[3, ...]` as six components `[6, ...]`."""
    return np.stack([directions[a] * directions[b] for a, b in PAIRS])


def isotropic(value: np.ndarray | float) -> np.ndarray:
    """`value` times the identity, `[6, ...]`."""
    value = np.asarray(value, np.float32)
    return np.stack([value, value, value, *(np.zeros_like(value) for _ in range(3))])


def fibres(order: np.ndarray) -> np.ndarray:
    """The tensor of fibres whose directions have the mean dyad `order`, `[6, ...]` both.

    Fibres that cross within a voxel add up, so that the tensor becomes rounder.
    """
    return isotropic(np.full(order.shape[1:], ACROSS)) + (ALONG - ACROSS) * order


def mean_diffusivity(tensor: np.ndarray) -> np.ndarray:
    """A third of the trace of `[6, ...]`."""
    return tensor[:3].mean(axis=0)


def fractional_anisotropy(tensor: np.ndarray) -> np.ndarray:
    """sqrt(3/2) |D - MD| / |D| (Basser and Pierpaoli 1996), 0 to 1; 0 where there is no tensor."""
    twice = np.array([1, 1, 1, 2, 2, 2], np.float64).reshape(-1, *[1] * (tensor.ndim - 1))
    deviation = tensor - isotropic(mean_diffusivity(tensor))
    whole = (twice * tensor**2).sum(axis=0)
    part = (twice * deviation**2).sum(axis=0)
    return np.sqrt(1.5 * part / np.maximum(whole, 1e-30)).astype(np.float32)
