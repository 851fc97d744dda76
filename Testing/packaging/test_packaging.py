"""The extension as it is packaged: configured, built and installed with the real CMake."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MODULES = Path("lib", "Slicer-5.10", "qt-scripted-modules")
MENDS = "run `make cmake-lists`"


def listed(repository, folder, variable):
    text = (repository / folder / "CMakeLists.txt").read_text(encoding="utf-8")
    (block,) = re.findall(rf"set\({variable}\b([^)]*)\)", text)
    return block.split()


def on_disk(folder, keep):
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and keep(path.relative_to(folder))
    )


@pytest.mark.parametrize(
    ("folder", "variable", "keep"),
    [
        ("MedGANSynthLib", "LIBRARY_PYTHON_SCRIPTS", lambda p: p.suffix == ".py"),
        (
            "MedGANSynthLib",
            "LIBRARY_PYTHON_RESOURCES",
            lambda p: p.suffix != ".py" and p.name != "CMakeLists.txt",
        ),
        ("MedGANSynth", "MODULE_PYTHON_SCRIPTS", lambda p: p.suffix == ".py"),
        ("MedGANSynth", "MODULE_PYTHON_RESOURCES", lambda p: p.parts[0] == "Resources"),
    ],
)
def test_every_file_is_listed_and_every_listed_file_is_there(repository, folder, variable, keep):
    assert sorted(listed(repository, folder, variable)) == on_disk(repository / folder, keep), MENDS


def test_what_make_writes_is_what_is_there(repository):
    script = repository / "Testing" / "packaging" / "cmake_lists.py"
    code = (
        f"import runpy; made = runpy.run_path({str(script)!r})['texts']()\n"
        "wrong = [str(p) for p, t in made.items() if p.read_text(encoding='utf-8') != t]\n"
        "raise SystemExit(', '.join(wrong) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stderr}: {MENDS}"


def test_the_index_entry(repository):
    """Slicer's catalogue entry schema 1.0.1: closed, all required keys there, LF line ends."""
    raw = (repository / "MedGANSynth.json").read_bytes()
    entry = json.loads(raw)
    assert b"\r" not in raw
    assert set(entry) == {
        "$schema",
        "build_dependencies",
        "build_subdirectory",
        "category",
        "scm_revision",
        "scm_url",
        "tier",
    }
    top = (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    assert re.findall(r"project\s*\(\s*(\S+?)\s*\)", top) == ["MedGANSynth"]
    assert f'set(EXTENSION_DEPENDS "{" ".join(entry["build_dependencies"])}")' in top
    assert f'set(EXTENSION_CATEGORY "{entry["category"]}")' in top


def test_every_address_lies_in_the_one_repository(repository):
    top = (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    home = re.findall(r'^set\(EXTENSION_HOMEPAGE "(.+)"\)$', top, re.MULTILINE)[0]
    assert home.startswith("https://github.com/") and home.count("/") == 4
    raw = home.replace("github.com", "raw.githubusercontent.com") + "/main/"
    for name in ("ICONURL", "SCREENSHOTURLS"):
        (text,) = re.findall(rf'^set\(EXTENSION_{name} "(.*)"\)$', top, re.MULTILINE)
        for address in text.split():
            assert (repository / address.removeprefix(raw)).is_file(), address
    assert json.loads((repository / "MedGANSynth.json").read_text())["scm_url"] == f"{home}.git"


@pytest.mark.parametrize("path", ["Resources/Icons", "MedGANSynth/Resources/Icons"])
def test_the_icon(repository, path):
    import SimpleITK as sitk

    icon = sitk.ReadImage(str(repository / path / "MedGANSynth.png"))
    assert icon.GetSize() == (128, 128) and icon.GetNumberOfComponentsPerPixel() == 4
    alpha = sitk.GetArrayFromImage(icon)[..., 3]
    assert alpha[0, 0] == 0 and alpha.max() == 255


@pytest.fixture(scope="session")
def package(repository, tmp_path_factory):
    """(build folder, folder of the installed scripted modules)."""
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("no cmake")
    folder = tmp_path_factory.mktemp("package")
    stub = repository / "Testing" / "packaging" / "SlicerStub"
    for command in (
        [cmake, "-S", repository, "-B", folder / "build", f"-DSlicer_DIR={stub}"],
        [cmake, "--build", folder / "build"],
        [cmake, "--install", folder / "build", "--prefix", folder / "installed"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build", folder / "installed" / MODULES


def test_all_of_it_is_installed(repository, package):
    _, installed = package
    for folder in ("MedGANSynthLib", "MedGANSynth"):
        target = installed / "MedGANSynthLib" if folder == "MedGANSynthLib" else installed
        for file in on_disk(repository / folder, lambda p: p.name != "CMakeLists.txt"):
            assert (target / file).read_bytes() == (repository / folder / file).read_bytes(), file
    for file in on_disk(repository / "Resources", lambda p: p.parts[0] in ("Models", "SampleData")):
        assert (installed / "Resources" / file).is_file(), file


def test_the_build_tree_is_complete_too(package):
    build, installed = package
    assert on_disk(build / MODULES, lambda p: True) == on_disk(installed, lambda p: True)


def test_slicers_tests_are_there(package):
    build, _ = package
    found = subprocess.run(
        [shutil.which("ctest"), "-N", "--test-dir", build], capture_output=True, text=True
    ).stdout
    names = set(re.findall(r"Test +#\d+: (\S+)", found))
    assert names == {
        "py_nomainwindow_qSlicerMedGANSynthModuleGenericTest",
        "py_MedGANSynth",
        "py_MedGANSynthInstalledTest",
    }


def test_the_installed_library_works_before_anything_is_installed(repository, package, bare_python):
    """The test that Slicer's ctest runs, in a Python without site-packages."""
    _, installed = package
    code = (
        f"import sys; sys.path[:0] = [{str(installed)!r}]\n"
        f"sys.path.append({str(repository / 'Testing' / 'packaging')!r})\n"
        "sys.dont_write_bytecode = True\n"
        "import MedGANSynthLib, unittest\n"
        f"assert MedGANSynthLib.__file__.startswith({str(installed)!r})\n"
        "unittest.main('MedGANSynthInstalledTest')"
    )
    done = bare_python(code)
    assert done.returncode == 0, done.stderr
    assert "Ran 3 tests" in done.stderr


def test_the_installed_module_opens(repository, package, tmp_path):
    """On the host, with nothing but what was installed: panels, pictures, models, sample data."""
    _, installed = package
    code = (
        "import sys; from pathlib import Path\n"
        "sys.dont_write_bytecode = True\n"
        f"sys.path[:0] = [{str(repository / 'Testing')!r}]\n"
        f"installed = Path({str(installed)!r})\n"
        "from host import start; start()\n"
        "from host.scripted.loader import load_module, unload_module\n"
        "widget = load_module(installed, 'MedGANSynth')\n"
        "import MedGANSynthLib\n"
        "from MedGANSynthPanels import sample_data\n"
        "choice = widget.pages.translate.choice\n"
        "assert Path(MedGANSynthLib.__file__).is_relative_to(installed)\n"
        "assert choice.way.entry.folder.is_relative_to(installed)\n"
        "assert not widget.pages.translate.ui.previewLabel.pixmap.isNull()\n"
        "assert sample_data.folder() == installed / 'Resources' / 'SampleData'\n"
        "assert len(list(sample_data.folder().glob('*.nii.gz'))) == len(sample_data.CHECKSUMS)\n"
        "unload_module('MedGANSynth')\n"
        "print('opened')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
        env=os.environ | {"MEDGANSYNTH_MODELS": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("opened\n"), done.stdout
