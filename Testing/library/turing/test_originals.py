import gzip
from pathlib import Path

import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing.cases import Source
from MedGANSynthLib.turing.originals import Copies, hash_all, load
from MedGANSynthLib.volume.volume import Volume


def silent(_fraction):
    pass


def test_the_same_voxels_in_another_format_are_a_copy(tmp_path, blobs, save_blob):
    first = save_blob(blobs(1), tmp_path / "first.nii")
    again = tmp_path / "again.nii.gz"
    again.write_bytes(gzip.compress(first.read_bytes()))
    sources = [Source(path=path, label="real") for path in (first, again)]
    assert len(set(hash_all(sources, silent).values())) == 2  # the files themselves differ
    copies = Copies()
    copies.refuse(first, load(sources[0])[0])
    copies.refuse(first, load(sources[0])[0])  # a catch case is made of a scored one
    with pytest.raises(
        MedGANSynthError, match=r"/again\.nii\.gz: shows the same voxels as .*/first"
    ):
        copies.refuse(again, load(sources[1])[0])


def test_the_same_numbers_in_another_shape_are_no_copy():
    copies = Copies()
    for name, shape in (("a", (2, 3, 4)), ("b", (4, 3, 2))):
        copies.refuse(Path(name), Volume(np.zeros(shape, np.float32), np.eye(4)))


def test_a_link_to_nothing_is_named(tmp_path):
    (tmp_path / "gone.nii").symlink_to(tmp_path / "nowhere.nii")
    sources = [Source(path=tmp_path / "gone.nii", label="real")]
    with pytest.raises(MedGANSynthError, match=r"gone\.nii: cannot be read \(No such file"):
        hash_all(sources, silent)
