"""Images looked at one by one."""

import numpy as np

from MedGANSynthLib.data.inspection import inspect, odd_ones, rows_by_modality
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write


def saved(path, array, spacing=(1.0, 1.0, 1.0)):
    write(Volume(array, np.diag([*spacing, 1.0])), path)
    return path


def noise(seed, shape=(12, 10, 8)):
    return np.random.default_rng(seed).normal(500, 100, shape).astype(np.float32)


def look(path, subject="a", modality="t1", is_label=False):
    return inspect(path, subject, "training", modality, is_label, is_cine=False)


def test_what_no_network_can_learn_from(tmp_path):
    blank = look(saved(tmp_path / "blank.nii", np.full((8, 8, 8), 7, np.int16)))
    assert blank.problem == "blank.nii: is blank (every voxel is 7); leave it out."
    regions = np.zeros((12, 12, 12), np.uint8)
    regions[2:10, 2:10, 2:10] = 1
    path = saved(tmp_path / "mask.nii", regions)
    assert look(path).problem == "mask.nii: is a label map, not an image of t1; leave it out."
    assert look(path, is_label=True).problem == ""
    (tmp_path / "torn.nii").write_bytes(b"")
    assert look(tmp_path / "torn.nii").problem == "torn.nii: is empty; copy or download it again."


def test_a_film_is_no_volume(tmp_path):
    path = saved(tmp_path / "one.nii", noise(0))
    found = inspect(path, "a", "training", "cine", is_label=False, is_cine=True)
    assert found.problem == "one.nii: is one volume, not a cine; give a 4D NIfTI file."


def test_sizes_and_spacings_are_counted_and_odd_ones_named(tmp_path):
    images = [look(saved(tmp_path / f"{n}.nii", noise(n)), f"s{n}") for n in range(3)]
    thick = saved(tmp_path / "thick.nii", noise(4, (12, 10, 5)), (1.0, 1.0, 6.0))
    images.append(look(thick, "s4"))
    assert rows_by_modality(images) == [
        {
            "modality": "t1",
            "images": 4,
            "voxels": "12 x 10 x 8 (3), 12 x 10 x 5 (1)",
            "mm": "1 x 1 x 1 (3), 1 x 1 x 6 (1)",
        }
    ]
    sentence = "s4: the voxels of its t1 measure 1 x 1 x 6 mm, others' 1 x 1 x 1 mm."
    assert odd_ones(images) == [sentence]
    assert odd_ones(images[:3]) == []
