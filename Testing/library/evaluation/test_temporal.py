"""Temporal figures in closed form."""

import csv

import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib.data.cine_phantom import heart_phantom
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.temporal import (
    areas,
    closure,
    ejection,
    flicker,
    measure_cines,
    smoothness,
)
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.write import write

T = 20


def sine(harmonic=1):
    times = 2 * np.pi * harmonic * np.arange(T) / T
    return np.stack([np.cos(times), np.sin(times)])


@pytest.mark.parametrize("harmonic", [1, 3, 7])
def test_sines(harmonic):
    wave = sine(harmonic)
    assert smoothness(wave) == pytest.approx(2 * np.sin(np.pi * harmonic / T))
    assert closure(wave) == pytest.approx(1)
    assert flicker(wave) == pytest.approx(float(harmonic > T // 4), abs=1e-9)


def test_noise():
    noise = np.random.default_rng(0).standard_normal((50, 50, T))
    assert smoothness(noise) == pytest.approx(np.sqrt(2) / np.sqrt(1 - 1 / T), rel=0.02)
    assert flicker(noise) == pytest.approx(9 / 19, rel=0.02)  # 9 of 19 degrees of freedom
    assert closure(noise) == pytest.approx(1, abs=0.1)


def test_a_ramp_does_not_close():
    """19 steps of 1 and one of -19 back to the start."""
    assert closure(np.arange(T, dtype=float)[None]) == pytest.approx(19)


def test_nothing_moves():
    still = np.ones((3, 3, T))
    assert (smoothness(still), closure(still), flicker(still)) == (0, 1, 0)


def test_areas_are_in_square_millimetres():
    mask = np.zeros((4, 4, 1, 2))
    mask[:2, :2, 0, 0] = 1
    mask[0, 0, 0, 1] = 1
    area = areas(mask, (1.5, 2.0, 8.0))
    assert area.tolist() == [[12.0, 3.0]]
    assert ejection(area) == pytest.approx(0.75)
    assert ejection(np.zeros(3)) == 0


@pytest.fixture
def listed(tmp_path):
    for name, volume in heart_phantom(0, side=32).items():
        write(volume, tmp_path / f"{name}.nii.gz", dtype="uint8")
    (tmp_path / "data.json").write_text(
        '{"modality": {"cine": "c", "mask": "m"}, "training": [{"subject": "s", '
        '"cine": "cine.nii.gz", "mask": "mask.nii.gz"}]}'
    )
    return tmp_path


def measure(**options):
    return measure_cines(
        **{"cines": (), "data": None, "split": "training", "out": None} | options, events=Events()
    )


def test_a_data_list_with_masks(listed):
    row, mean = measure(data=listed / "data.json", out=listed / "a.csv")["rows"]
    made = heart_phantom(0, side=32)
    area = made["mask"].array.sum((0, 1, 2)) * 4.0
    assert row["area_mm2"] == area.max()
    assert row["ejection"] == mean["ejection"] == pytest.approx(1 - area.min() / area.max())
    assert row["smoothness"] == pytest.approx(smoothness(made["cine"].array[:, :, 0]))
    with open(listed / "a.csv", newline="") as file:
        (written,) = csv.DictReader(file)
    assert float(written["area_0"]) == area[0]
    assert float(written["flicker"]) == pytest.approx(row["flicker"])


def test_files_and_folders(listed):
    rows = measure(cines=(listed / "cine.nii.gz",))["rows"]
    assert rows[0]["cine"] == "cine.nii.gz" and "ejection" not in rows[0]
    row, mean = measure(cines=(listed,))["rows"]  # of the folder, with its mask
    assert row["cine"] == "cine.nii.gz" and row["ejection"] == mean["ejection"] > 0.1


def test_a_folder_with_one_mask_and_folders_of_frames(listed):
    made = heart_phantom(1, side=32)["cine"]
    write(made, listed / "other.nii.gz")
    rows = measure(cines=(listed,))["rows"]
    assert ["ejection" in row for row in rows] == [True, False, False]
    frames = listed / "people" / "someone"
    frames.mkdir(parents=True)
    for number in range(3):
        image = sitk.GetImageFromArray(np.full((8, 8), 10 * number, np.uint8))
        sitk.WriteImage(image, str(frames / f"{number}.png"))
    row, _mean = measure(cines=(listed / "people",))["rows"]
    assert row["cine"] == "someone" and row["closure"] == pytest.approx(2)
    (frames / "1.png").unlink()
    (frames / "2.png").unlink()
    with pytest.raises(MedGANSynthError, match="someone: holds one frame"):
        measure(cines=(listed / "people",))


def test_wrong_requests_get_one_sentence(listed):
    for options in ({}, {"cines": (listed,), "data": listed / "data.json"}):
        with pytest.raises(MedGANSynthError, match="give either files or --data"):
            measure(**options)
    with pytest.raises(MedGANSynthError, match="validation split has no cine"):
        measure(data=listed / "data.json", split="validation")
    with pytest.raises(MedGANSynthError, match="--split all"):
        measure(data=listed / "data.json", split="all")
