"""The module opens and says what to do, whatever is wrong with torch."""

import importlib.metadata
import os
import sys

import numpy as np
import pytest
import slicer

PATIENCE_S = 300  # of a busy machine
BROKEN = 'raise OSError("libtorch_cpu.so: cannot open shared object file")\n'
NO_KERNELS = """
import importlib.abc, importlib.machinery, sys

class Finder(importlib.abc.MetaPathFinder):
    '''Once torch is imported it claims a GPU, and fails at the first use of it.'''

    def find_spec(self, name, path, target=None):
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            def fail(*arguments, **options):
                raise RuntimeError(
                    "CUDA error: no kernel image is available for execution on the device\\n"
                    "Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions."
                )
            module.cuda.is_available = lambda: True
            module.cuda.device_count = lambda: 1
            module.cuda.mem_get_info = fail
            module.nn.Module.to = fail

        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""


@pytest.fixture
def world(monkeypatch, tmp_path):
    """`world(name, text)` puts a file where the worker's Python looks first."""
    folder = tmp_path / "site"
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))

    def put(name, text):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    return put


@pytest.fixture
def translate(module, scene, click, wait_until):
    """Press Translate as a user would; what the panel says in the end."""
    from MedGANSynthPanels import lifetime

    lifetime.end()  # a worker that another test has left knows nothing of this one's torch
    panel = module.pages.translate
    module.parent.show()
    slicer.app.setTestingEnabled(False)

    def press(device="cpu"):
        panel.parameters.settings.device = device
        voxels = np.random.default_rng(0).uniform(0, 900, (3, 24, 24)).astype(np.float32)
        node = slicer.util.addVolumeFromArray(voxels, np.diag([4.0, 4.0, 12.0, 1.0]), "T1")
        panel.rows.selectors["t1"].setCurrentNode(node)
        click(panel.ui.translateButton)
        wait_until(lambda: panel.running is None or not panel.running.open, PATIENCE_S)
        assert [v.GetName() for v in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")] == [
            "T1"
        ]
        return panel.message.text

    yield press
    slicer.app.setTestingEnabled(True)
    module.parent.hide()
    lifetime.end()


@pytest.fixture
def installed(monkeypatch):
    """`installed(version)`: the torch that the metadata know; None: none."""
    real = importlib.metadata.version

    def pretend(version):
        def found(name):
            if name != "torch":
                return real(name)
            if version is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return version

        monkeypatch.setattr(importlib.metadata, "version", found)
        monkeypatch.delitem(sys.modules, "torch", raising=False)
        monkeypatch.setitem(sys.modules, "PyTorchUtils", None)

    return pretend


@pytest.mark.parametrize("version", [None, "2.9.1"], ids=["missing", "too old"])
def test_missing_or_too_old(installed, translate, version):
    installed(version)
    assert "Install the extension PyTorch" in translate()


def test_broken(world, translate):
    world("torch/__init__.py", BROKEN)
    said = translate()
    assert said.startswith("torch does not load (libtorch_cpu.so: cannot open shared object file)")
    assert "Check environment" in said and "`" not in said


@pytest.mark.parametrize("device", ["auto", pytest.param("cuda:0", marks=pytest.mark.slow)])
def test_without_kernels_for_the_gpu(world, translate, device):
    world("sitecustomize.py", NO_KERNELS)
    said = translate(device)
    assert said.startswith("the GPU cannot be used (no kernel image is available"), said
    assert "compute on the CPU" in said and "Check environment" in said and "`" not in said
