"""Slabs by hand."""

import numpy as np

from MedGANSynthLib.data.slabs import neighbour_step, slab

VOLUME = np.broadcast_to(np.arange(6.0), (2, 3, 6))


def test_neighbours_lie_step_apart_and_the_ends_repeat():
    def values(index, slices, step):
        return slab(VOLUME, index, slices, step)[:, 0, 0].tolist()

    assert values(2, 3, 1) == [1, 2, 3]
    assert values(2, 5, 2) == [0, 0, 2, 4, 5]
    assert values(0, 3, 4) == [0, 0, 4]
    assert values(5, 1, 1) == [5]


def test_step_in_millimetres_becomes_slices():
    assert neighbour_step(5.0, 1.0) == 5
    assert neighbour_step(5.0, 3.0) == 2
    assert neighbour_step(5.0, 5.0) == 1
    assert neighbour_step(1.0, 8.0) == 1
