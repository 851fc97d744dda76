import json
import sys
import tomllib
from types import SimpleNamespace

import pytest

from MedGANSynthLib import doctor, machine, tasks
from MedGANSynthLib.errors import MedGANSynthError


@pytest.fixture(autouse=True)
def no_models(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(tmp_path / "user"))
    monkeypatch.setattr(doctor.catalogue, "shipped_folder", lambda: tmp_path / "shipped")


def checks():
    result = tasks.run(tasks.Doctor())
    return result, {check["what"]: check for check in result["checks"]}


@pytest.fixture
def versions(monkeypatch):
    """`versions(torch="2.9.1")` -> what is installed; None: it is not."""
    there = dict.fromkeys(doctor.FLOORS, "99.0")
    monkeypatch.setattr(doctor, "_version", lambda name: there[name])
    doctor.too_old.cache_clear()
    yield there.update
    doctor.too_old.cache_clear()


def test_the_floors_are_those_of_the_package(repository):
    with open(repository / "pyproject.toml", "rb") as file:
        wanted = tomllib.load(file)["project"]["dependencies"]
    assert sorted(wanted) == sorted(f"{n}>={floor}" for n, floor in doctor.FLOORS.items())


def test_here_torch_computes():
    result, found = checks()
    assert "computes" in found["Device cpu"]["found"]
    assert found["torch"]["found"] == doctor._version("torch")
    assert found["Models"]["problem"]
    assert result["text"].count("\n") >= len(result["checks"])
    for check in result["checks"]:
        assert check["found"] in result["text"] and check["do"] in result["text"]


def test_without_site_packages_it_still_reports(repository, bare_python):
    """As in a fresh Slicer before the first installation."""
    code = (
        f"import sys; sys.path.insert(0, {str(repository)!r})\n"
        "from MedGANSynthLib.cli import main\n"
        "sys.exit(main(['doctor', '--json']))"
    )
    done = bare_python(code)
    result = json.loads(done.stdout)
    found = {check["what"]: check for check in result["checks"]}
    assert done.returncode == 1 and result["failed"] == len(doctor.FLOORS)
    assert found["torch"]["found"] == "not installed"
    assert "PyTorch extension" in found["torch"]["do"]
    assert "torch loads" not in found and done.stderr == ""


@pytest.mark.parametrize(
    ("name", "version", "old"),
    [
        ("torch", "2.9.1+cu128", True),
        ("torch", "2.10.0", False),
        ("torch", "2.10.0a0+git", False),
        ("monai", "1.5.2", True),
        ("monai", "1.6", False),
        ("pydicom", "3.0.1", True),
    ],
)
def test_too_old(versions, name, version, old):
    versions({name: version})
    finding = doctor._package(name, doctor.FLOORS[name])
    assert finding.stops == bool(finding.problem) == old
    assert (f"pip install '{name}>={doctor.FLOORS[name]}'" in finding.do) == old


def test_nothing_runs_on_a_torch_below_the_floor(versions, tmp_path):
    versions({"torch": "2.9.1", "monai": None})
    with pytest.raises(MedGANSynthError) as caught:
        tasks.run(tasks.Translate(inputs=(tmp_path / "a.nii",), model="m", out=tmp_path / "b.nii"))
    assert str(caught.value) == (
        "torch 2.9.1 is too old; in 3D Slicer let the PyTorch extension install it; "
        "elsewhere: pip install 'torch>=2.10'."
    )
    assert not (tmp_path / "b.nii").exists()
    assert tasks.run(tasks.Doctor())["failed"] == 2
    versions({"torch": "2.10.0", "monai": "1.6"})
    doctor.too_old.cache_clear()
    assert doctor.too_old() is None


def torch_like(cuda, available):
    """As much of torch as is asked, on a computer with no GPU that works."""
    import torch

    return SimpleNamespace(
        version=SimpleNamespace(cuda=cuda, hip=None),
        cuda=SimpleNamespace(is_available=lambda: available, device_count=lambda: 0),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: False)),
        ones=torch.ones,
        nn=torch.nn,
    )


@pytest.mark.parametrize(
    ("cuda", "words"), [(None, "cannot use the GPU (RTX)"), ("13.0", "the driver (570.1) names")]
)
def test_a_gpu_that_torch_does_not_use(monkeypatch, cuda, words):
    monkeypatch.setattr(machine, "nvidia_gpus", lambda: [("RTX", "570.1")])
    monkeypatch.setitem(sys.modules, "torch", torch_like(cuda, available=False))
    result, found = checks()
    assert words in found["torch's CUDA"]["problem"] and result["failed"] == 0


def test_a_torch_that_does_not_load(monkeypatch, versions):
    monkeypatch.setitem(sys.modules, "torch", None)
    result, found = checks()
    assert found["torch loads"]["stops"] and result["failed"] == 1


def test_a_device_that_fails():
    finding = doctor._device("cuda:63")
    assert finding.found == "fails" and finding.do and not finding.stops


def test_on_a_gpu(gpu):
    assert "GiB free, computes" in doctor._device(gpu).found


def test_little_memory(monkeypatch):
    monkeypatch.setattr(machine, "free_memory", lambda: 2**30)
    _, found = checks()
    assert found["Free memory"]["found"] == "1.0 GiB" and found["Free memory"]["problem"]


def test_a_broken_model_is_named_without_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor.Path, "home", lambda: tmp_path)
    folder = tmp_path / "user" / "broken"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text("{")
    result, found = checks()
    assert "not valid JSON" in found["Model broken"]["problem"]
    assert "~" in found["Model broken"]["problem"] and str(tmp_path) not in result["text"]


def test_memory_by_hand():
    assert machine._meminfo("MemTotal: 9 kB\nMemAvailable:    2048 kB\n") <= 2048 * 1024
    report = (
        "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n"
        "Pages free: 10.\nPages active: 99.\nPages inactive: 20.\nPages speculative: 3.\n"
    )
    assert machine._pages(report) == 33 * 16384
    assert 0 < machine.free_memory() < 2**50


def test_free_disk_of_a_folder_that_is_not_there_yet(tmp_path):
    assert machine.free_disk(tmp_path / "a" / "b") == pytest.approx(
        machine.free_disk(tmp_path), rel=0.2
    )


def test_gpus_by_hand(monkeypatch):
    monkeypatch.setattr(machine, "_output", lambda *command: "NVIDIA H100, 570.86.10\n")
    assert machine.nvidia_gpus() == [("NVIDIA H100", "570.86.10")]
