"""Which volumes a command line stands for."""

from types import SimpleNamespace

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.inference.cases import expand, left_out, plan

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


def test_what_a_folder_leaves_out_is_counted(tmp_path):
    scans, out = tmp_path / "scans", tmp_path / "scans" / "out"
    for name in ("a", "b", "out", ".hidden"):
        (scans / name).mkdir(parents=True)
    assert left_out(scans, out) is None  # it stands for its subfolders
    for name in ("t1.nii", "notes.txt"):
        (scans / name).touch()
    assert left_out(scans, out) == f"{scans}: left out: 2 subfolders."
    (scans / "b").rmdir()
    (scans / "gone.nii").symlink_to(tmp_path / "gone.nii")
    expected = f"{scans}: left out: 1 link that leads nowhere and 1 subfolder."
    assert left_out(scans, out) == expected
    assert left_out(scans / "t1.nii", out) is None
