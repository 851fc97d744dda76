"""Training generators: exact resume, from Run to package to volumes, data that cannot be used."""

import json

import numpy as np
import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference.generator import Generator
from MedGANSynthLib.models.making import export_run
from MedGANSynthLib.models.package import open_package
from MedGANSynthLib.models.restricted import load_restricted
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.generation import Generation
from MedGANSynthLib.training.generation_judge import GenerationJudge
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

PRESET = "alpha-wgan-sigmarat2-debug"
QUICK = ("intervals.preview=0", "intervals.metrics=4")


def flat(state):
    """Every tensor of nested states, in order."""
    if isinstance(state, torch.Tensor):
        return [state]
    values = state.values() if isinstance(state, dict) else state
    return [t for v in values if isinstance(v, (dict, list, torch.Tensor)) for t in flat(v)]


@pytest.mark.parametrize("preset", [PRESET, "alpha-wgan-sigmarat1-debug"])
def test_a_resumed_run_equals_the_unbroken_one_bit_for_bit(generation_trainer, preset):
    whole, _ = generation_trainer("whole", preset, "images=8", *QUICK, "ema=2")
    generation_trainer("parts", preset, "images=4", *QUICK, "ema=2")
    parts, _ = generation_trainer("parts", preset, "images=8", *QUICK, "ema=2")
    states = [load_restricted(run / "checkpoints" / "last.pt") for run in (whole, parts)]
    ours, theirs = (flat(state) for state in states)
    assert len(ours) == len(theirs) > 50
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_a_run_becomes_a_package_that_generates(generation_trainer, tmp_path):
    folder, system = generation_trainer("run", PRESET, "images=4", *QUICK)
    figures = (folder / "validation.csv").read_text().splitlines()
    assert figures[0] == "images,mmd,diversity,sharpness,gap,reconstruction"
    assert list((folder / "previews").glob("*.png"))
    out = tmp_path / "package"
    export_run(folder, out, "nobody", "", None, "last", False, False, Events())
    package = open_package(out)
    generator = Generator.load(package, "cpu")
    volume = generator.volume(generator.code(0, 0), generator.provenance(0))
    assert volume.shape == (32, 32, 32)
    assert volume.spacing == pytest.approx((6, 6, 6))
    with torch.no_grad():
        raw = system.g.eval()(torch.from_numpy(generator.code(0, 0))[None])[0, 0]
    low, high = package.manifest.generation.output.reference_range
    assert high > low + 100  # the phantom's units
    np.testing.assert_allclose(
        volume.array, low + (raw.numpy() + 1) * (high - low) / 2, rtol=1e-3, atol=(high - low) / 1e3
    )


@pytest.fixture
def listed(tmp_path):
    """`listed(spacings)`: a data list of small random scans with these slice thicknesses."""

    def make(*spacings, name="t1"):
        rng, cases = np.random.default_rng(0), []
        for number, spacing in enumerate(spacings):
            file = f"s{number}.nii.gz"
            array = rng.uniform(0, 1000, (16, 16, 10)).astype(np.float32)
            write(Volume(array, np.diag([2.0, 2.0, spacing, 1.0])), tmp_path / file)
            cases.append({"subject": f"s{number}", name: file})
        path = tmp_path / "data.json"
        path.write_text(
            json.dumps({"modality": {name: name}, "training": cases, "validation": [], "test": []})
        )
        return path

    return make


def cohort(path, *overrides):
    config = load_config(PRESET, ("data.size=[16,16,16]", *overrides))
    return Generation(config, path, Events())


def test_the_padding_is_not_part_of_what_is_generated(listed):
    """As 64x64x40 rat scans in a cube of 64."""
    people = cohort(listed(4.0, 4.0, 4.0))

    class System:
        latent, exported = 8, ("generator",)
        specs = {"generator": ("alpha-generator", {})}

    described = people.describe(System)
    assert described["generation"]["crop"] == [16, 16, 10]
    assert described["grid"]["spacing"] == [[2.0, 2.0], [2.0, 2.0], [4.0, 4.0]]
    assert described["training"]["people"] == 3


@pytest.mark.parametrize(
    ("spacings", "options", "sentence"),
    [
        ((4.0, 5.0), (), r"voxel sizes differ \(s0 2 x 2 x 4 mm, s1 2 x 2 x 5 mm\); set"),
        ((4.0,), (), "has 1 usable t1 scans; at least 2"),
        ((4.0, 4.0), ('data.modality="t2"',), "s0 has no t2"),
    ],
)
def test_unsuitable_data_get_one_sentence(listed, spacings, options, sentence):
    with pytest.raises(MedGANSynthError, match=sentence):
        cohort(listed(*spacings), *options)


def test_other_spacings_can_be_brought_to_one(listed):
    people = cohort(listed(4.0, 5.0), "data.spacing=[2.0,2.0,4.0]")
    assert people.spacing == pytest.approx((2, 2, 4))


def test_an_unreadable_scan_is_named(listed, tmp_path):
    path = listed(4.0, 4.0)
    data = (tmp_path / "s1.nii.gz").read_bytes()
    (tmp_path / "s1.nii.gz").write_bytes(data[: len(data) // 2])
    with pytest.raises(MedGANSynthError, match=r"s1\.nii\.gz"):
        cohort(path)


def test_a_size_that_cannot_be_halved_is_refused():
    with pytest.raises(MedGANSynthError, match="multiple of 16"):
        load_config(PRESET, ("data.size=[64,64,40]",))


def test_figures_of_perfect_networks():
    """A generator that returns the real scans, an encoder that returns the code."""
    real = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 8)).astype(np.float32)
    judge = GenerationJudge(real, real, np.eye(4), 8, torch.device("cpu"))
    judge.codes = torch.eye(8)

    def generate(code):
        return torch.from_numpy(real[int(code.argmax())])[None, None]

    def encode(x):
        return torch.eye(8)[[int(np.abs(real - x.numpy()[0]).sum((1, 2, 3)).argmin())]]

    figures = judge.measure({"generator": generate, "encoder": encode})
    assert figures["reconstruction"] == 0
    assert figures["diversity"] == pytest.approx(1)
    assert figures["sharpness"] == pytest.approx(1)
