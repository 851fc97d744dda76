"""The module's tests run on the host, which has to be in place before the module is imported."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "MedGANSynth"))

from host.fixtures import click, errors, scene, wait_until

__all__ = ["click", "errors", "scene", "wait_until"]

ROOT = Path(__file__).resolve().parents[2]
FORGOTTEN = ("MedGANSynthLib", "MedGANSynthPanels")


@pytest.fixture(autouse=True)
def library() -> Iterator[None]:
    """The module forgets its packages when it is reloaded; other tests still hold their classes."""

    def loaded() -> dict[str, Any]:
        return {n: m for n, m in sys.modules.items() if n.split(".")[0] in FORGOTTEN}

    before = loaded()
    yield
    if before:
        for name in loaded().keys() - before.keys():
            del sys.modules[name]
            package, _dot, child = name.rpartition(".")
            if hasattr(before.get(package), child):  # `from . import child` asks the package first
                delattr(before[package], child)
        sys.modules.update(before)


@pytest.fixture
def volume(scene: Any) -> Callable[..., Any]:
    """Makes volume nodes whose grid is oblique, anisotropic and left-handed: [i, j, k] 5 x 4 x 3.

    `volume("a", rows)` takes other voxels [k, j, i].
    """
    import slicer

    turn = np.deg2rad(20)
    turned = [[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]]
    affine = np.eye(4)
    affine[:3, :3] = np.array(turned) * (1.5, 1.0, 4.0) * (1, 1, -1)
    affine[:3, 3] = (-30, 20, 10)

    def make(name: str = "T1", voxels: Any = None) -> Any:
        if voxels is None:
            voxels = np.random.default_rng(1).integers(0, 900, (3, 4, 5)).astype(np.int16)
        return slicer.util.addVolumeFromArray(voxels, affine, name)

    return make


@pytest.fixture
def transform(scene: Any) -> Callable[..., Any]:
    """Makes linear transforms from 4x4 arrays and puts the given nodes under them."""
    import slicer

    def make(matrix: Any, *nodes: Any) -> Any:
        node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        slicer.util.updateTransformMatrixFromArray(node, np.asarray(matrix, dtype=float))
        for child in nodes:
            child.SetAndObserveTransformNodeID(node.GetID())
        return node

    return make


@pytest.fixture
def segmentation(scene: Any) -> Callable[..., Any]:
    """Makes segmentations on the grid of a volume: `segmentation(volume, name=mask)`."""
    import slicer

    def make(volume: Any, **masks: np.ndarray) -> Any:
        node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "tumour")
        node.CreateDefaultDisplayNodes()
        node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        for name, mask in masks.items():
            segment = node.GetSegmentation().AddEmptySegment(name, name)
            slicer.util.updateSegmentBinaryLabelmapFromArray(
                mask.astype(np.uint8), node, segment, volume
            )
        return node

    return make


@pytest.fixture(scope="session")
def tiny_generator(tmp_path_factory: pytest.TempPathFactory, untrained: Callable) -> Path:
    """A package "nobody" that generates T1s of 16 x 16 x 12 voxels, untrained."""
    options = {"latent": 4, "size": [16, 16, 16], "width": 1}
    made = untrained(
        tmp_path_factory.mktemp("packages") / "nobody",
        {"generator": ("alpha-generator", options)},
        name="nobody",
        title="Scans of nobody",
        system="alpha-wgan",
        kind="generate",
        generation={
            "generator": "generator",
            "latent": 4,
            "output": {"modality": "t1", "reference_range": [100.0, 900.0]},
            "crop": [16, 16, 12],
        },
        grid={"orientation": "LAS", "spacing": [[2.0, 2.0]] * 3, "size": [16, 16, 16]},
    )
    return made.folder


@pytest.fixture
def generator_package(
    tiny_generator: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    """A copy of it among the user's models."""
    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(tmp_path / "models"))
    return Path(shutil.copytree(tiny_generator, tmp_path / "models" / "nobody"))


@pytest.fixture
def module(scene: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The module's widget object, loaded and entered; settings and own models are empty."""
    import qt
    from host.scripted.loader import load_module, unload_module

    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(tmp_path / "models"))
    qt.QSettings().remove("MedGANSynth")
    yield load_module(ROOT / "MedGANSynth", "MedGANSynth")
    unload_module("MedGANSynth")
    qt.QSettings().remove("MedGANSynth")


@pytest.fixture
def library_worker(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A worker that has the library do a Task in this process, on the next turn of the event loop.

    Attributes: `jobs`, what was handed in.
    """
    from MedGANSynthPanels import lifetime, run

    worker = LibraryWorker()
    for module in (lifetime, run):
        monkeypatch.setattr(module, "the_worker", lambda: worker)
    return worker


class LibraryWorker:
    """See `library_worker`."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []

    def submit(self, task: str, fields: dict[str, Any], listener: Callable[[dict], None]) -> Any:
        import types

        import qt
        from MedGANSynthPanels.paths import check_absolute

        check_absolute(task, fields)
        job = types.SimpleNamespace(task=task, fields=fields, open=True)

        def end(event: dict) -> None:
            if job.open:
                job.open = False
                listener(event)

        def work() -> None:
            from MedGANSynthLib import tasks
            from MedGANSynthLib.errors import MedGANSynthError
            from MedGANSynthLib.events import Events
            from MedGANSynthLib.schema import from_dict

            events = Events()
            events.emit = lambda kind, **told: job.open and listener({"event": kind, **told})
            try:
                request = from_dict(tasks.TASKS[task], fields, task)
                end({"event": "done", "result": tasks.run(request, events)})
            except MedGANSynthError as error:
                end({"event": "error", "text": str(error)})

        job.cancel = lambda: end({"event": "error", "text": "Cancelled.", "cancelled": True})
        self.jobs.append(job)
        qt.QTimer.singleShot(0, work)
        return job


@pytest.fixture
def smooth(scene: Any) -> Callable[..., Any]:
    """Makes volumes with enough voxels to be judged: [i, j, k] 30 x 26 x 14, smooth, turned.

    `smooth("a", rows, offset)` takes other voxels [k, j, i] that begin at another voxel.
    """
    import slicer
    from scipy.ndimage import gaussian_filter

    affine = np.array([[0, 1.5, 0, -20], [-1.5, 0, 0, 25], [0, 0, 3.0, -10], [0, 0, 0, 1.0]])

    def make(name: str = "T2", voxels: Any = None, offset: Any = (0, 0, 0)) -> Any:
        if voxels is None:
            voxels = gaussian_filter(np.random.default_rng(3).normal(size=(14, 26, 30)), 2) * 2000
        grid = affine.copy()
        grid[:3, 3] += affine[:3, :3] @ offset
        return slicer.util.addVolumeFromArray(np.asarray(voxels, np.float32), grid, name)

    return make


@pytest.fixture(scope="session")
def ball() -> Callable[[int], np.ndarray]:
    """Noise inside a ball, float32 [i, j, k]: `ball(seed)`."""

    def make(seed: int) -> np.ndarray:
        draws, place = np.random.default_rng(seed), np.indices((12, 12, 12)) - 5.5
        inside = (place**2).sum(0) < draws.uniform(20, 25)
        return (inside * draws.uniform(100, 900, inside.shape)).astype(np.float32)

    return make


@pytest.fixture
def reading(scene: Any, errors: list, quick_disk: None) -> Iterator[Callable[..., Any]]:
    """Starts to read a study with a press on the button: `reading(folder, reader)`; the panel."""
    import qt
    from MedGANSynthPanels.panel_turing import PanelTuring

    panels = []

    def start(folder: Path, reader: str = "reader-1") -> Any:
        if not panels:
            panels.append(PanelTuring(None))
            panels[0].widget.show()
            panels[0].widget.activateWindow()
        panel = panels[0]
        panel.ui.studyEdit.currentPath = str(folder)
        panel.form.look_again()
        panel.ui.readerBox.setCurrentIndex(panel.ui.readerBox.findText(reader))
        panel.ui.consentBox.checked = True
        panel.ui.startButton.click()
        assert panel.session.desk is not None, (panel.message.text, errors)
        return panel

    start.panels = panels
    yield start
    for panel in panels:
        panel.cleanup()
        panel.widget.hide()
    qt.QSettings().remove("MedGANSynth")


@pytest.fixture
def press(reading: Any) -> Callable[..., None]:
    """Press a key, wherever the focus is: `press("4")`, `press("space")`."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    named = {"space": Qt.Key.Key_Space, "esc": Qt.Key.Key_Escape, "right": Qt.Key.Key_Right}

    def press(key: str, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(reading.panels[0].widget, named.get(key, key), modifier)

    return press


@pytest.fixture
def at_case(reading: Any, wait_until: Any) -> Callable[[int], None]:
    """Wait until a trial is on show."""

    def wait(number: int) -> None:
        def there() -> bool:
            desk = reading.panels[0].session.desk
            return desk is not None and desk.state.value == "case"

        wait_until(there)
        assert reading.panels[0].session.desk.session.position == number

    return wait


@pytest.fixture
def one_shipped(module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue as if `t1-t2-brain` alone shipped, so that tests know what is offered."""
    from MedGANSynthLib.models import catalogue

    resources, models = ROOT / "Resources", tmp_path / "Resources" / "Models"
    models.mkdir(parents=True)
    (models / "t1-t2-brain").symlink_to(resources / "Models" / "t1-t2-brain")
    (models.parent / "SampleData").symlink_to(resources / "SampleData")
    monkeypatch.setattr(catalogue, "shipped_folder", lambda: models)
