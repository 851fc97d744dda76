"""What is missing is found without an import, asked for once, and installed by the right hand."""

import subprocess
import sys
import types
from pathlib import Path

import pytest

FOUND = {
    "torch": "2.10.1+cu130",
    "monai": "1.6.0",
    "numpy": "2.0.2",
    "nibabel": "5.3",
    "SimpleITK": "2.4.1",
    "safetensors": "0.5.3",
    "scipy": "1.13.0",
    "pydicom": "3.0.2",
}


@pytest.fixture
def slicer_with(scene, monkeypatch):
    """A Slicer whose user sees questions and answers them; `found` is what is installed."""
    import slicer
    from MedGANSynthPanels import install

    world = types.SimpleNamespace(found=dict(FOUND), answer=True, asked=[], done=[])

    def version(name):
        if name not in world.found:
            raise install.importlib.metadata.PackageNotFoundError(name)
        return world.found[name]

    def ask(text, *arguments, **keywords):
        world.asked.append(text)
        return world.answer

    def pip_ensure(requirements, constraints=None, requester=None, prompt_install=True):
        assert all(r.marker is None for r in requirements)  # Requirement objects, as in Slicer
        requirements = [str(r) for r in requirements]
        world.done.append(
            ("pip_ensure", requirements, Path(constraints).read_text(), prompt_install)
        )
        world.found.update({r.split(">=")[0]: r.split(">=")[1] for r in requirements})

    def pip_install(arguments):
        world.done.append(("pip_install", arguments[2:], Path(arguments[1]).read_text()))
        world.found.update({r.split(">=")[0]: r.split(">=")[1] for r in arguments[2:]})

    class PyTorchUtilsLogic:
        def installTorch(self, askConfirmation=False, torchVersionRequirement=None):
            world.done.append(("installTorch", torchVersionRequirement, askConfirmation))
            world.found["torch"] = "2.11.0"
            return object()

    world.pytorch = types.SimpleNamespace(PyTorchUtilsLogic=PyTorchUtilsLogic)
    world.packaging = types.ModuleType("slicer.packaging")
    world.packaging.pip_ensure = pip_ensure
    monkeypatch.setattr(install.importlib.metadata, "version", version)
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", ask)
    monkeypatch.setattr(slicer.util, "pip_install", pip_install)
    monkeypatch.setitem(sys.modules, "PyTorchUtils", world.pytorch)
    monkeypatch.setitem(sys.modules, "slicer.packaging", world.packaging)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    slicer.app.setTestingEnabled(False)
    yield world
    slicer.app.setTestingEnabled(True)


@pytest.fixture
def ready():
    from MedGANSynthPanels.install import ready

    return ready


def test_all_there_asks_nothing(slicer_with, ready):
    assert ready()
    assert slicer_with.asked == slicer_with.done == []


@pytest.mark.parametrize(
    ("version", "fine"),
    [("2.10", True), ("2.10.0", True), ("2.9.9", False), ("2.11.0.dev1", True), ("3", True)],
)
def test_versions_are_compared_as_numbers(slicer_with, version, fine):
    from MedGANSynthPanels.install import missing

    slicer_with.found["torch"] = version
    assert [need.name for need in missing()] == ([] if fine else ["torch"])


def test_the_real_environment_is_complete():
    from MedGANSynthPanels.install import missing

    assert missing() == []


def test_everything_missing(slicer_with, ready):
    for name in ("torch", "monai", "nibabel", "safetensors"):
        del slicer_with.found[name]
    slicer_with.found["pydicom"] = "2.4.0"
    assert ready()
    assert len(slicer_with.asked) == 1
    assert "- monai 1.6\n" in slicer_with.asked[0]
    assert "- pydicom 3.0.2 (now 2.4.0)" in slicer_with.asked[0]
    assert slicer_with.asked[0].endswith("minutes and, for PyTorch, up to a few gigabytes.")
    torch, pip = slicer_with.done
    assert torch == ("installTorch", ">=2.10", False)
    wanted = ["monai>=1.6", "nibabel>=5.3", "safetensors>=0.5", "pydicom>=3.0.2"]
    fixed = "numpy==2.0.2\nscipy==1.13.0\nSimpleITK==2.4.1\ntorch==2.11.0\n"
    assert pip == ("pip_ensure", wanted, fixed, False)


def test_slicer_without_packaging(slicer_with, ready, monkeypatch):
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    del slicer_with.found["nibabel"]
    assert ready()
    ((how, wanted, fixed),) = slicer_with.done
    assert (how, wanted) == ("pip_install", ["nibabel>=5.3"])
    assert "numpy==2.0.2" in fixed and "torch==2.10.1+cu130" in fixed


def test_declined(slicer_with, ready):
    slicer_with.answer = False
    del slicer_with.found["monai"]
    assert ready() is False
    assert slicer_with.done == []


def complaint(ready):
    from MedGANSynthPanels.errors import PanelError

    with pytest.raises(PanelError) as caught:
        ready()
    return str(caught.value)


@pytest.mark.parametrize("name", ["numpy", "scipy", "SimpleITK"])
def test_slicers_own_packages_are_never_touched(slicer_with, ready, name):
    slicer_with.found[name] = "1.0"
    assert complaint(ready) == f"This Slicer's {name} 1.0 will not do; use Slicer 5.10 or later."
    assert slicer_with.asked == slicer_with.done == []


def test_under_test_nothing_is_installed(slicer_with, ready):
    import slicer

    slicer.app.setTestingEnabled(True)
    del slicer_with.found["monai"]
    assert "monai must be installed first" in complaint(ready)
    assert slicer_with.asked == slicer_with.done == []


def test_no_network(slicer_with, ready, caplog):
    def fail(*arguments, **keywords):
        raise subprocess.CalledProcessError(1, "pip install")

    slicer_with.packaging.pip_ensure = fail
    del slicer_with.found["monai"]
    text = "pip could not install monai; see the Python console, and whether this computer can "
    assert complaint(ready) == f"{text}reach pypi.org."
    assert "'pip install'" in caplog.text  # the command is for who looks for the cause
    assert slicer_with.asked[0].endswith("Slicer's Python? This can take several minutes.")


def test_torch_fails(slicer_with, ready):
    def fail(self, **keywords):
        raise RuntimeError("no space left")

    slicer_with.pytorch.PyTorchUtilsLogic.installTorch = fail
    del slicer_with.found["torch"]
    assert "no space left" in complaint(ready)


def test_pip_says_yes_but_did_nothing(slicer_with, ready):
    slicer_with.packaging.pip_ensure = lambda *arguments, **keywords: None
    del slicer_with.found["monai"]
    assert complaint(ready).startswith("monai could not be installed")


def test_torch_in_use_is_not_replaced(slicer_with, ready, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", types.ModuleType("torch"))
    slicer_with.found["torch"] = "2.4.0"
    assert "restart Slicer" in complaint(ready)
    assert slicer_with.done == []


class Manager:
    """An extensions manager, as far as it is used."""

    def __init__(self, installed=False, works=True):
        self.installed, self.works = installed, works
        self.interactive = True
        self.calls = []

    def isExtensionInstalled(self, name):
        return self.installed

    def installExtensionFromServer(self, name, restart=True):
        self.calls.append((name, restart, self.interactive))
        return self.works


@pytest.mark.parametrize(
    ("manager", "answer", "says", "calls"),
    [
        (None, True, "Extensions Manager", []),
        (Manager(installed=True), True, "restart Slicer", []),
        (Manager(), True, "Save your work and restart", [("PyTorch", False, False)]),
        (Manager(works=False), True, "Extensions Manager", [("PyTorch", False, False)]),
        (Manager(), False, "Extensions Manager", []),
    ],
)
def test_the_pytorch_extension_is_offered(
    slicer_with, ready, monkeypatch, manager, answer, says, calls
):
    import slicer

    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    monkeypatch.setattr(type(slicer.app), "extensionsManagerModel", lambda self: manager)
    slicer_with.answer = answer
    del slicer_with.found["torch"]
    assert says in complaint(ready)
    assert manager is None or manager.calls == calls
    assert slicer_with.done == []
