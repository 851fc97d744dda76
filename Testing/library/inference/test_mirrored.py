"""The mean of two views, by hand."""

import dataclasses

import numpy as np
import pytest
import torch

from MedGANSynthLib.inference.mirrored import mean_with_mirrored
from MedGANSynthLib.inference.translate import Translator
from MedGANSynthLib.inference.uncertainty import uncertainty_maps


def volume(seed=0):
    return np.random.default_rng(seed).uniform(-0.9, 0.9, (9, 7, 5)).astype(np.float32)


def mean(run, *arrays, axis=0):
    return mean_with_mirrored(lambda seen, progress: run(seen), arrays, axis, lambda fraction: None)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_network_without_a_preferred_side_gives_the_same_twice(axis):
    arrays = [volume(0), volume(1)]
    before = [array.copy() for array in arrays]
    made = mean(lambda seen: -seen[0] + seen[1], *arrays, axis=axis)
    np.testing.assert_allclose(made, arrays[1] - arrays[0], atol=1e-6)
    assert all(np.array_equal(a, b) for a, b in zip(arrays, before, strict=True))


def test_a_lopsided_network_is_asked_from_both_sides():
    def first_plane(seen):
        made = np.zeros_like(seen[0])
        made[0] = 1
        return made

    made = mean(first_plane, volume())
    expected = np.zeros((9, 7, 5))
    expected[0], expected[-1] = 0.5, 0.5
    np.testing.assert_array_equal(made, expected)


def test_the_other_view_is_shifted_into_background():
    seen_by = []

    def run(seen):
        seen_by.append(seen[0])
        return seen[0].copy()

    array = volume()
    mean(run, array)
    first, second = seen_by
    np.testing.assert_array_equal(first, array)
    assert second.shape == (13, 13, 8)
    np.testing.assert_array_equal(second[:9, 6:, 3:], array[::-1])
    assert (second[9:] == -1).all() and (second[:, :6] == -1).all()
    assert (second[:, :, :3] == -1).all()


def test_progress_runs_once_from_beginning_to_end():
    told = []

    def run(seen, progress):
        progress(0.5)
        progress(1.0)
        return seen[0].copy()

    mean_with_mirrored(run, [volume()], 0, told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


@pytest.fixture
def mirroring(make_package):
    """`mirroring(function)`: a package of a 3D network whose results are means of two views."""

    def make(function):
        package = make_package(function, slices=0, grid={"orientation": "RAS"})
        ways = {
            name: dataclasses.replace(way, mirror=0)
            for name, way in package.manifest.directions.items()
        }
        return dataclasses.replace(
            package, manifest=dataclasses.replace(package.manifest, directions=ways)
        )

    return make


def lopsided(x):
    planes = torch.arange(x.shape[2])[:, None, None] < x.shape[2] // 2
    return torch.where(planes, 0.5, -0.5).expand_as(x[:, :1])


def test_a_package_says_so(mirroring, head):
    made = Translator.load(mirroring(lopsided), None, "cpu").translate([head(shape=(16, 16, 9))])
    # One view says 0.5 where the other says -0.5; the output's middle is 600.
    np.testing.assert_allclose(made.array[[1, 2, 13, 14]], 600, atol=1e-3)


def test_the_spread_is_that_of_single_translations(mirroring, make_package, head):
    given = head(shape=(16, 16, 9))
    once = make_package(lopsided, slices=0, grid={"orientation": "RAS"})
    maps = [
        uncertainty_maps(Translator.load(package, None, "cpu"), [given])["spread"].array
        for package in (once, mirroring(lopsided))
    ]
    assert maps[0].max() > 100
    np.testing.assert_array_equal(*maps)
