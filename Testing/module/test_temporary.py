"""Temporary folders: made, removed, and swept up after a crash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    import slicer

    before = slicer.app.temporaryPath
    slicer.app.temporaryPath = str(tmp_path / "slicer")
    yield tmp_path / "slicer"
    slicer.app.temporaryPath = before


def test_made_in_slicers_folder_and_removed_with_all_in_it(folder):
    from MedGANSynthPanels.temporary import Temporary

    temporary = Temporary()
    assert temporary.path.parent == folder
    assert (os.stat(temporary.path).st_mode & 0o777) == 0o700
    (temporary.path / "deep").mkdir()
    (temporary.path / "deep" / "volume.nii").write_bytes(b"x")
    temporary.remove()
    temporary.remove()
    assert list(folder.iterdir()) == []


def test_removed_after_an_exception(folder):
    from MedGANSynthPanels.temporary import Temporary

    with pytest.raises(ZeroDivisionError), Temporary() as path:
        (path / "a").write_text("x")
        raise ZeroDivisionError
    assert list(folder.iterdir()) == []


def test_leftovers_of_dead_processes_go_and_nothing_else(folder):
    from MedGANSynthPanels import temporary

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    mine = temporary.Temporary()
    stem = mine.path.name.rsplit("-", 2)[0]
    leftover = folder / f"{stem}-{dead.pid}-abcdef"
    elsewhere = folder / f"MedGANSynth-otherhost-{dead.pid}-abcdef"
    foreign = folder / "volume.nii"
    for path in (leftover, elsewhere):
        path.mkdir()
        (path / "volume.nii").write_text("x")
    foreign.write_text("x")
    temporary.remove_leftovers()
    assert set(folder.iterdir()) == {mine.path, elsewhere, foreign}


def test_no_folder_no_leftovers(folder):
    from MedGANSynthPanels.temporary import remove_leftovers

    remove_leftovers()
    assert not Path(folder).exists()
    Path(folder).write_text("no folder at all")
    remove_leftovers()


def test_a_temporary_folder_that_is_none_is_said_with_advice(folder):
    from MedGANSynthPanels import temporary
    from MedGANSynthPanels.errors import PanelError

    Path(folder).write_text("no folder at all")
    with pytest.raises(PanelError, match=r"The temporary folder cannot .* Application Settings"):
        temporary.new()
