"""Which volumes a command line stands for."""

from types import SimpleNamespace

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.inference.cases import expand, plan

T1, T2 = SimpleNamespace(modality="t1"), SimpleNamespace(modality="t2")
DIRECTION = SimpleNamespace(inputs=[T1], output=T2)


def test_names_that_differ_in_capitals_alone_are_refused(tmp_path):
    """Windows and macOS would write one file for both."""
    for folder, name in (("a", "Head.nii"), ("b", "head.nii")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).touch()
    with pytest.raises(MedGANSynthError, match=r"head_synthetic-t2\.nii\.gz; translate them into"):
        plan((tmp_path / "a", tmp_path / "b"), (), DIRECTION, tmp_path / "out")


def test_a_link_to_a_folder_above_adds_nothing(tmp_path):
    (tmp_path / "scans" / "a").mkdir(parents=True)
    (tmp_path / "scans" / "a" / "t1.nii").touch()
    (tmp_path / "scans" / "a" / "up").symlink_to("..")
    (tmp_path / "scans" / "again").symlink_to(".")
    (tmp_path / "scans" / "b").symlink_to("../elsewhere")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "t1.nii").touch()
    found = expand(tmp_path / "scans")
    assert [path.relative_to(tmp_path / "scans").as_posix() for path in found] == [
        "a/t1.nii",
        "b/t1.nii",
    ]
