"""Packages are found by name and path, offline and without torch."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import MedGANSynthLib
from MedGANSynthLib import files
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models import catalogue


@pytest.fixture
def place(catalogue_folders: tuple[Path, Path], edit):
    """Copy a package into the shipped or the user folder under a name."""

    def put(package: Path, origin: str, name: str, folder: str | None = None) -> Path:
        target = catalogue_folders[origin == "user"] / (folder or name)
        shutil.copytree(package, target)
        edit(target, lambda m: m.update(name=name))
        return target

    return put


def test_shipped_come_first_and_each_by_name(tiny: Path, place) -> None:
    place(tiny, "user", "apple")
    place(tiny, "shipped", "pear")
    place(tiny, "shipped", "fig")
    entries = catalogue.list_entries()
    assert [(e.name, e.origin) for e in entries] == [
        ("fig", "shipped"),
        ("pear", "shipped"),
        ("apple", "user"),
    ]
    assert all(e.problem is None and e.manifest.system == "cyclegan" for e in entries)


def test_find_by_name_whatever_the_case(tiny: Path, place) -> None:
    folder = place(tiny, "user", "Apple")
    assert catalogue.find("Apple") == catalogue.find("aPPLE") == folder


def test_find_by_path(tiny: Path) -> None:
    assert catalogue.find(tiny) == tiny
    assert catalogue.find(str(tiny)) == tiny


def test_unknown_name_lists_the_known(tiny: Path, place) -> None:
    place(tiny, "shipped", "fig")
    with pytest.raises(MedGANSynthError, match=r"figg: no model .* in the catalogue: fig\."):
        catalogue.find("figg")


def test_user_package_never_hides_a_shipped_one(tiny: Path, place) -> None:
    shipped = place(tiny, "shipped", "fig")
    other = place(tiny, "user", "FIG", folder="other")
    assert catalogue.find("fig") == shipped
    [_, entry] = catalogue.list_entries()
    assert entry.folder == other
    assert "has the name of a shipped model" in entry.problem


def test_broken_package_is_listed_with_its_problem(tiny: Path, place, edit) -> None:
    folder = place(tiny, "user", "apple")
    edit(folder, lambda m: m.update(format=9))
    [entry] = catalogue.list_entries()
    assert entry.name == "apple" and entry.manifest is None
    assert "format must be one of 1" in entry.problem
    with pytest.raises(MedGANSynthError, match=r"apple: cannot be used: .*format must be one"):
        catalogue.find("apple")


def test_user_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(tmp_path))
    assert catalogue.user_folder() == tmp_path
    monkeypatch.delenv("MEDGANSYNTH_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    for platform, expected in {
        "linux": "xdg/medgansynth/models",
        "win32": "local/medgansynth/models",
        "darwin": "home/Library/Application Support/medgansynth/models",
    }.items():
        monkeypatch.setattr(sys, "platform", platform)
        assert catalogue.user_folder() == tmp_path / expected


@pytest.mark.parametrize("layout", ["checkout", "wheel", "slicer"])
def test_shipped_packages_in_every_layout(tiny: Path, tmp_path: Path, layout: str) -> None:
    """A copy of the library lists what ships with it, with nothing installed (no site-packages)."""
    parent, resources = {
        "checkout": ("repository", "repository/Resources"),
        "wheel": ("lib/site-packages", "lib/site-packages/MedGANSynthLib/Resources"),
        "slicer": ("lib/qt-scripted-modules", "lib/qt-scripted-modules/Resources"),
    }[layout]
    source = Path(MedGANSynthLib.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(source, tmp_path / parent / "MedGANSynthLib", ignore=ignored)
    shutil.copytree(tiny, tmp_path / resources / "Models" / "tiny")
    listed = subprocess.run(
        [sys.executable, "-S", "-m", "MedGANSynthLib", "models", "list", "--json"],
        cwd=tmp_path / parent,
        capture_output=True,
        text=True,
        env={"MEDGANSYNTH_MODELS": str(tmp_path / "none")},
        check=False,
    )
    assert listed.returncode == 0, listed.stderr
    [row] = json.loads(listed.stdout)["rows"]
    assert row["name"] == "tiny" and row["origin"] == "shipped"


def test_what_a_killed_add_left_goes_when_the_models_are_listed(tiny: Path, place) -> None:
    folder = place(tiny, "user", "apple")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = files.hidden(folder)
    left = left.with_name(left.name.replace(f"-{os.getpid()}-", f"-{dead.pid}-"))
    shutil.copytree(folder, left)
    assert [entry.name for entry in catalogue.list_entries()] == ["apple"]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_package_that_must_not_be_read_is_listed(tiny: Path, place, closed) -> None:
    folder = place(tiny, "user", "apple")
    place(tiny, "user", "pear")
    closed(folder)
    apple, pear = catalogue.list_entries()
    said = f"{folder}: no permission to read it; change its permissions."
    assert (apple.name, apple.problem, pear.problem) == ("apple", said, None)
    with pytest.raises(MedGANSynthError, match=f"^apple: cannot be used: {said}$"):
        catalogue.find("apple")
    assert catalogue.user_folder_problem() is None


def test_models_that_must_not_be_listed(tiny: Path, place, closed) -> None:
    place(tiny, "shipped", "fig")
    own = place(tiny, "user", "apple").parent
    closed(own)
    assert [entry.name for entry in catalogue.list_entries()] == ["fig"]
    said = f"{own}: no permission to read it; change its permissions."
    assert catalogue.user_folder_problem() == said
    with pytest.raises(MedGANSynthError, match=f"^apple: no such file and no model .*; {said}$"):
        catalogue.find("apple")


def test_models_that_lie_in_no_folder(catalogue_folders: tuple[Path, Path]) -> None:
    own = catalogue_folders[True]
    shutil.rmtree(own, ignore_errors=True)
    assert catalogue.user_folder_problem() is None
    own.write_text("")
    said = f"{own}: cannot be read (Not a directory); it must be a folder."
    assert catalogue.user_folder_problem() == said and catalogue.list_entries() == []
