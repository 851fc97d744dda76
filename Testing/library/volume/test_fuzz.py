"""Damaged files are read or refused in one sentence, whatever the damage."""

import time

import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.itk import to_image
from MedGANSynthLib.volume.read import read

NAMES = ["a.nii", "a.nii.gz", "a.nrrd", "z.nrrd", "a.mha", "z.mha", "a.dcm"]


def mutate(raw: bytes, rng: np.random.Generator) -> bytes:
    """One to four edits, mostly within the header."""
    raw = bytearray(raw)
    for _ in range(rng.integers(1, 5)):
        reach = min(len(raw), 352) if rng.random() < 0.8 else len(raw)
        at, kind = rng.integers(reach), rng.integers(5)
        if kind == 0:
            raw[at] = rng.integers(256)
        elif kind == 1:
            raw[at] ^= 1 << rng.integers(8)
        elif kind == 2:
            del raw[at : at + rng.integers(1, 20)]
        elif kind == 3:
            raw[at:at] = rng.bytes(rng.integers(1, 20))
        else:
            raw[at : at + 4] = b"\xff" * 4
    return bytes(raw)


@pytest.fixture
def originals(make_volume, tmp_path):
    volume = make_volume((9, 8, 7), "LPS", np.int16)
    for name in NAMES:
        image = to_image(volume.array, volume.affine)
        if name.endswith("dcm"):
            image = image[:, :, 3]
        sitk.WriteImage(image, str(tmp_path / name), name.startswith("z"))
    return {name: (tmp_path / name).read_bytes() for name in NAMES}


def attack(originals, folder, seed, count):
    """How many are refused, and the seconds that the slowest took."""
    rng = np.random.default_rng(seed)
    refused, slowest = 0, 0.0
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        path = folder / f"damaged-{name}"
        path.write_bytes(mutate(originals[name], rng))
        started = time.monotonic()
        try:
            volume = read(path)
        except MedGANSynthError as error:
            refused += 1
            assert "\n" not in str(error) and str(error).endswith(".") and path.name in str(error)
        else:
            assert np.isfinite(volume.array).all() and np.isfinite(volume.affine).all()
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 10
    assert len(list(folder.iterdir())) == 2 * len(NAMES)  # nothing but these was written
    return refused, slowest


def test_two_hundred_damaged_files(originals, tmp_path):
    assert attack(originals, tmp_path, seed=0, count=210)[0] > 100


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_ten_thousand_damaged_files(originals, tmp_path, seed, record_property):
    refused, slowest = attack(originals, tmp_path, seed, count=2000)
    assert refused > 1000
    record_property(
        "figure",
        f"2000 damaged images: {refused} refused, the others read, none slower than "
        f"{slowest:.1f} s",
    )
