"""Large arrays in temporary files, and what is computed of them slab by slab."""

import mmap
import tempfile

import numpy as np
import pytest

from MedGANSynthLib.volume import spill


@pytest.fixture(autouse=True)
def sizes(monkeypatch):
    """More than a hundred voxels are many, and forty are a slab."""
    monkeypatch.setattr(spill, "MANY", 100)
    monkeypatch.setattr(spill, "SLAB", 40)


def in_file(array):
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


def test_only_large_arrays_are_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    small, large = spill.empty((4, 5, 5)), spill.empty((4, 5, 6), np.int16)
    assert not in_file(small) and small.flags.c_contiguous and small.dtype == np.float32
    assert in_file(large) and large.flags.f_contiguous and large.dtype == np.int16
    large[...] = np.arange(120).reshape(4, 5, 6)
    assert large.sum() == 7140
    assert list(tmp_path.iterdir()) == []  # no name, so nothing is left behind


def test_without_room_on_the_disk_it_is_memory(monkeypatch):
    def is_full(file, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spill, "_reserve", is_full)
    assert not in_file(spill.empty((4, 5, 6)))


def test_where_the_system_cannot_reserve_zeros_are_written(tmp_path, monkeypatch):
    monkeypatch.delattr(spill.os, "posix_fallocate", raising=False)
    monkeypatch.setattr(spill, "_ZEROS", 64)
    with open(tmp_path / "a", "wb") as file:
        spill._reserve(file, 150)
    assert (tmp_path / "a").read_bytes() == bytes(150)


def test_slabs_by_hand():
    # Of 4 x 5 x 6 voxels forty are two slices, along the slowest axis.
    first_fastest = np.empty((4, 5, 6), order="F")
    assert [part[2] for part in spill.slabs(first_fastest)] == [
        slice(0, 2),
        slice(2, 4),
        slice(4, 6),
    ]
    assert spill.slabs(first_fastest.transpose(2, 0, 1))[1][0] == slice(2, 4)
    along = [part[1] for part in spill.slabs(first_fastest, axes=(0, 1))]
    assert along == [slice(0, 1), slice(1, 2), slice(2, 3), slice(3, 4), slice(4, 5)]
    assert spill.slabs(np.empty((4, 5, 5))) == [(slice(0, 4), slice(None), slice(None))]


def test_selected_voxels():
    array = np.random.default_rng(0).permutation(240).reshape(6, 5, 8)
    found = spill.select(array, lambda part: part >= 100)
    assert in_file(found) and np.array_equal(np.sort(found), np.arange(100, 240))
