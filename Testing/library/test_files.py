import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from MedGANSynthLib import files
from MedGANSynthLib.errors import MedGANSynthError


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_whole_file_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with files.whole_file(path) as temporary:
        temporary.write_text("new")
        assert temporary.suffix == ".txt"
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


def test_a_failure_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), files.whole_file(path) as temporary:
        temporary.write_text("half")
        _ = 1 / 0
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_order_is_sync_replace_sync(tmp_path, monkeypatch):
    """A power loss leaves the old or the new file, never half of one."""
    calls = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("replace"), replace(a, b)))
    files.write_text(tmp_path / "a.txt", "x")
    assert calls == ["fsync", "replace", "fsync"]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EACCES, "no permission to write there"),
        (errno.EROFS, "no permission to write there"),
        (errno.EIO, "cannot be written"),
    ],
)
def test_system_errors_are_one_sentence(tmp_path, number, sentence):
    with pytest.raises(MedGANSynthError, match=rf"a\.txt: {sentence}"):  # noqa: SIM117
        with files.whole_file(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            raise OSError(number, os.strerror(number))
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")
def test_a_folder_that_takes_no_files_has_not_moved():
    said = r"^/proc/x: cannot be written \(No such file or directory\); choose another folder\.$"
    with pytest.raises(MedGANSynthError, match=said):
        files.check_writable(Path("/proc/x"))
    with pytest.raises(MedGANSynthError, match=said), files.whole_folder(Path("/proc/x")):
        pass


def test_missing_folders_are_made(tmp_path):
    files.write_bytes(tmp_path / "x" / "y" / "a.bin", b"\0\1")
    assert (tmp_path / "x" / "y" / "a.bin").read_bytes() == b"\0\1"


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MedGANSynthError, match="cannot be written"):
        files.write_text(tmp_path / "file" / "a.txt", "x")


def test_whole_folder(tmp_path):
    out = tmp_path / "out"
    with files.whole_folder(out) as temporary:
        (temporary / "a").write_text("1")
        assert not out.exists()
    assert names(out) == ["a"]
    with pytest.raises(MedGANSynthError, match="exists already"), files.whole_folder(out):
        pass
    with files.whole_folder(out, overwrite=True) as temporary:
        (temporary / "b").write_text("2")
    assert names(out) == ["b"]
    assert names(tmp_path) == ["out"]


def test_whole_folder_keeps_the_old_one_on_failure(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").touch()
    with pytest.raises(KeyboardInterrupt), files.whole_folder(out, overwrite=True) as temporary:
        (temporary / "b").touch()
        raise KeyboardInterrupt
    assert names(out) == ["a"]
    assert names(tmp_path) == ["out"]


def test_a_file_in_the_place_of_a_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MedGANSynthError, match="cannot be written"):
        files.write_text(tmp_path / "file" / "inner.txt", "text")


def test_what_a_killed_process_left_goes_and_nothing_else(tmp_path):
    code = f"""
import os
from pathlib import Path
from MedGANSynthLib import files
with files.whole_folder(Path({str(tmp_path)!r}) / "out") as folder:
    (folder / "half").touch()
    with files.whole_file(folder.with_name("a.txt")) as file:
        file.touch()
        os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 9
    left = names(tmp_path)
    assert sorted(name.rsplit("-", 1)[1] for name in left) == ["a.txt", "out"]
    elsewhere = tmp_path / left[0].replace(files.NAME, "otherhost")
    elsewhere.touch()
    (tmp_path / ".tmp-theirs").touch()
    with files.whole_folder(tmp_path / "mine") as living:
        files.remove_leftovers(tmp_path)
        assert set(tmp_path.iterdir()) == {living, elsewhere, tmp_path / ".tmp-theirs"}
    files.remove_leftovers(tmp_path / "missing")
