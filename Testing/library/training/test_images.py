"""Training generators of slices and cycles: exact resume, from Run to package to files."""

import functools
import json

import numpy as np
import pytest
import SimpleITK as sitk
import torch

from MedGANSynthLib.data.cine_phantom import heart_phantom
from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference.generator import Generator
from MedGANSynthLib.models.making import export_run
from MedGANSynthLib.models.package import open_package
from MedGANSynthLib.models.restricted import load_restricted
from MedGANSynthLib.systems.registry import cohort_class, system_class
from MedGANSynthLib.training import images
from MedGANSynthLib.training.config import PRESETS, load_config
from MedGANSynthLib.training.distributed import Ranks
from MedGANSynthLib.training.image_judge import ImageJudge
from MedGANSynthLib.training.loop import train
from MedGANSynthLib.training.people import data_facts
from MedGANSynthLib.training.run import Run
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

DEBUG = sorted(
    path.stem for kind in ("slice", "cine") for path in PRESETS.glob(f"*{kind}*-debug.toml")
)
QUICK = ("intervals.metrics=4", "data.phantoms=3")
_phantom = functools.cache(head_phantom)


class StopAt(Events):
    """Asks the Run to end once so many images were seen."""

    def __init__(self, run, images):
        super().__init__()
        self.run, self.images = run, images

    def emit(self, event, **fields):
        if event == "progress" and fields["text"].startswith(f"{self.images} of"):
            self.run.stopped = True


@pytest.fixture
def image_trainer(tmp_path, monkeypatch):
    """`image_trainer(name, preset, *overrides, stop=None)` trains in `tmp_path/name`."""
    monkeypatch.setattr(images, "head_phantom", _phantom)

    def go(name, preset, *overrides, stop=None):
        config = load_config(preset, (*QUICK, *overrides))
        ranks = Ranks("cpu")
        cohort = cohort_class(config.system)(config, None, Events())
        run = Run(tmp_path / name)
        try:
            run.adopt(config, data_facts(None, 3))
            torch.manual_seed(config.seed)
            system = system_class(config.system)(config, ranks.device, ranks.wrap)
            judge, describe = cohort.judge(system, ranks.device), cohort.describe(system)
            events = StopAt(run, stop)
            train(config, system, cohort.items, judge, describe, run, ranks, events)
        finally:
            run.close()
        return run.folder, system

    return go


def flat(state):
    """Every tensor of nested states, in order."""
    if isinstance(state, torch.Tensor):
        return [state]
    values = state.values() if isinstance(state, dict) else state
    return [t for v in values if isinstance(v, (dict, list, torch.Tensor)) for t in flat(v)]


@pytest.mark.parametrize("preset", DEBUG)
def test_a_resumed_run_equals_the_unbroken_one_bit_for_bit(image_trainer, preset):
    """Growing networks are stopped in the middle of a fade."""
    stop = 28 if "progan" in preset else 8
    whole, _ = image_trainer("whole", preset, "ema=2")
    parts, system = image_trainer("parts", preset, "ema=2", stop=stop)
    if "progan" in preset:
        assert 1 < float(system.g.level) < 2
    image_trainer("parts", preset, "ema=2")
    states = [load_restricted(run / "checkpoints" / "last.pt") for run in (whole, parts)]
    ours, theirs = (flat(state) for state in states)
    assert len(ours) == len(theirs) > 50
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def exported(folder, tmp_path):
    out = tmp_path / "package"
    export_run(folder, out, "nobody", "", None, "last", True, False, Events())
    return Generator.load(open_package(out), "cpu")


@pytest.mark.parametrize("preset", ["dcgan-slices-debug", "progan-brain-slice-small-debug"])
def test_a_run_of_slices_becomes_a_package(image_trainer, tmp_path, preset):
    folder, _ = image_trainer("run", preset)
    assert (folder / "validation.csv").read_text().startswith("images,mmd,diversity,sharpness,gap")
    generator = exported(folder, tmp_path)
    size = 32 if preset.startswith("dcgan") else 16
    volume = generator.volume(generator.code(0, 0), generator.provenance(0))
    assert volume.shape == (size, size, 1)
    assert volume.axcodes == "PLS"
    assert volume.spacing == pytest.approx((192 / size, 192 / size, 8))


def test_a_run_of_cycles_becomes_a_package(image_trainer, tmp_path):
    folder, system = image_trainer("run", "cine-dcgan-small-debug")
    generator = exported(folder, tmp_path)
    volume = generator.volume(generator.code(0, 0), generator.provenance(0))
    assert volume.shape == (16, 16, 1, 6)
    assert volume.time_step == pytest.approx(0.8 / 6)
    code = torch.from_numpy(generator.code(0, 0))[None]
    with torch.no_grad():
        raw = system.g.eval()(code)[0].numpy()
    assert raw.shape == (6, 16, 16)
    average = load_restricted(folder / "checkpoints" / "last.pt")["average"]["generator"]
    system.g.load_state_dict(average)
    with torch.no_grad():
        raw = system.g(code)[0].numpy()
    low, high = generator.generation.output.reference_range
    expected = low + (np.moveaxis(raw, 0, 2) + 1) * (high - low) / 2
    np.testing.assert_allclose(volume.array[:, :, 0], expected, atol=(high - low) / 200)


def test_the_preview_of_cycles_has_a_cycle_in_each_row(image_trainer):
    folder, _ = image_trainer("run", "cine-dcgan-small-debug")
    picture = sitk.GetArrayFromImage(sitk.ReadImage(str(next((folder / "previews").glob("*.png")))))
    assert picture.shape == (2 + 4 * (16 + 2), 2 + 6 * (16 + 2))


def test_figures_of_a_perfect_generator():
    """One that returns the real images."""
    real = np.random.default_rng(0).uniform(-1, 1, (64, 3, 8, 8)).astype(np.float32)
    judge = ImageJudge(real, 64, torch.device("cpu"))
    judge.codes = torch.eye(64)
    figures = judge.measure({"generator": lambda code: torch.from_numpy(real[code.argmax(1)])})
    assert figures["diversity"] == pytest.approx(1)
    assert figures["sharpness"] == pytest.approx(1)
    assert abs(figures["mmd"]) < 0.1


@pytest.fixture
def listed(tmp_path):
    """`listed(cines)`: a data list of cines, frames by subject."""

    def make(frames):
        cases = []
        for number, count in enumerate(frames):
            cine = heart_phantom(number, side=24, frames=count)["cine"]
            write(cine, tmp_path / f"s{number}.nii.gz", dtype="uint8")
            cases.append({"subject": f"s{number}", "cine": f"s{number}.nii.gz"})
        path = tmp_path / "data.json"
        path.write_text(json.dumps({"modality": {"cine": "cine"}, "training": cases}))
        return path

    return make


def test_too_few_frames_are_said_before_training(listed):
    config = load_config("cine-dcgan-small-debug", ("data.frames=8",))
    with pytest.raises(MedGANSynthError, match="s1: its cine has 7 frames, fewer than the 8 asked"):
        images.CineGeneration(config, listed([8, 7]), Events())


def test_a_list_of_volumes_is_no_list_of_cines(listed, tmp_path):
    path = listed([6, 6])
    write(Volume(np.ones((4, 4, 4), np.float32), np.eye(4)), tmp_path / "s1.nii.gz", overwrite=True)
    with pytest.raises(MedGANSynthError, match=r"s1\.nii\.gz: is one volume, not a cine"):
        images.CineGeneration(load_config("cine-dcgan-small-debug"), path, Events())


def test_a_missing_modality_is_named(listed):
    with pytest.raises(MedGANSynthError, match=r"s0 has no t1; check data\.modality"):
        images.SliceGeneration(load_config("dcgan-slices-debug"), listed([6, 6]), Events())
