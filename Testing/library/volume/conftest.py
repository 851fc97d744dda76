"""Small volumes with geometry worth getting wrong."""

import itertools

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from MedGANSynthLib.volume.volume import Volume

ALL_AXCODES = [
    "".join(order[a][s] for a, s in zip(range(3), signs, strict=True))
    for order in itertools.permutations(("LR", "PA", "IS"))
    for signs in itertools.product((0, 1), repeat=3)
]


def affine_for(axcodes: str, spacing=(0.9, 1.1, 5.0), origin=(30.0, -20.5, 10.25)) -> np.ndarray:
    """A RAS affine whose voxel axes point along `axcodes`."""
    affine = np.eye(4)
    affine[:3, :3] = 0
    for column, (code, size) in enumerate(zip(axcodes, spacing, strict=True)):
        row = next(r for r, pair in enumerate(("LR", "PA", "IS")) if code in pair)
        affine[row, column] = size if code in "RAS" else -size
    affine[:3, 3] = origin
    return affine


def oblique(affine: np.ndarray, degrees=(10, 20, -15)) -> np.ndarray:
    turned = affine.copy()
    turned[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix() @ affine[:3, :3]
    return turned


@pytest.fixture
def make_volume():
    """`make(shape, axcodes, dtype, seed, turned)` -> Volume with voxels all different."""

    def make(shape=(7, 9, 5), axcodes="RAS", dtype=np.float32, seed=0, turned=False, **geometry):
        voxels = np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape)
        affine = affine_for(axcodes, **geometry)
        return Volume(voxels.astype(dtype), oblique(affine) if turned else affine)

    return make


@pytest.fixture(params=ALL_AXCODES)
def axcodes(request):
    """Each of the 48 ways in which voxel axes can lie in a patient."""
    return request.param
