import numpy as np
import pytest

from MedGANSynthLib.data.case_volumes import read_case
from MedGANSynthLib.data.datalist import Case
from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.write import write


@pytest.fixture
def case(tmp_path):
    made = head_phantom(0, (32, 32, 4), (6.4, 6.4, 6.0))
    made["flat"] = made["t1"].with_array(np.full((32, 32, 4), 7, np.int16))
    for name, volume in made.items():
        write(volume, tmp_path / f"{name}.nii.gz", dtype=volume.array.dtype.name)
    return Case("p", {name: tmp_path / f"{name}.nii.gz" for name in made})


def test_what_the_case_has_is_read(case):
    volumes = read_case(case, ("t1", "pd"), "mask")
    assert {name: volume.modality for name, volume in volumes.items()} == {
        "t1": "t1",
        "mask": "mask",
    }


def test_an_image_without_anatomy_is_refused_by_name(case):
    with pytest.raises(MedGANSynthError, match=r"flat.nii.gz: every voxel has the same value"):
        read_case(case, ("t1", "flat"), "mask")
    with pytest.raises(MedGANSynthError, match=r"mask.nii.gz: is a label map"):
        read_case(case, ("t1", "mask"), "labels")
