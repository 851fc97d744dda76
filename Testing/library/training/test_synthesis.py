"""Training on several inputs: exact resume, from Run to package, cases that cannot be used."""

import json

import numpy as np
import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference.forward import run_network
from MedGANSynthLib.inference.translate import translate_volume
from MedGANSynthLib.models.making import export_run
from MedGANSynthLib.models.package import open_package
from MedGANSynthLib.models.restricted import load_restricted
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.synthesis import Synthesis
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

PRESET = "scgan-debug"
QUICK = ("intervals.preview=0", "intervals.validate=0", "intervals.metrics=2")


def flat(state):
    """Every tensor of nested states, in order."""
    if isinstance(state, torch.Tensor):
        return [state]
    values = state.values() if isinstance(state, dict) else state
    return [t for v in values if isinstance(v, (dict, list, torch.Tensor)) for t in flat(v)]


@pytest.mark.parametrize("preset", [PRESET, "scgan-t1-t2-flair-small-debug"])
def test_a_resumed_run_equals_the_unbroken_one_bit_for_bit(synthesis_trainer, preset):
    constant = ("optimizer.generator.decay=1.0", "optimizer.discriminator.decay=1.0")
    options = (preset, "ema=2", *constant, *QUICK)
    whole, _ = synthesis_trainer("whole", *options, "images=4")
    synthesis_trainer("parts", *options, "images=2")
    parts, _ = synthesis_trainer("parts", *options, "images=4")
    states = [load_restricted(run / "checkpoints" / "last.pt") for run in (whole, parts)]
    ours, theirs = (flat(state) for state in states)
    assert len(ours) == len(theirs) > 50
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


FORMS = {
    "whole": (),
    "patches": ("data.whole=false", "data.size=[32,32,32]"),
    "mirrored": ("data.whole=false", "data.size=[32,32,32]", "data.mirrored=true"),
    "slices": ("data.whole=false", "data.size=[32,32]"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_run_becomes_a_package_that_takes_all_inputs(synthesis_trainer, tmp_path, form):
    folder, cohort = synthesis_trainer("run", PRESET, "images=1", *QUICK, *FORMS[form])
    export_run(folder, tmp_path / "package", "small", "", None, "last", False, False, Events())
    package = open_package(tmp_path / "package")
    direction = package.manifest.directions["t1-t2-to-flair"]
    assert [port.modality for port in direction.inputs] == ["t1", "t2"]
    assert direction.output.modality == "flair"
    assert (direction.slices, direction.patch) == {
        "whole": (0, (32, 32, 32)),
        "patches": (0, (32, 32, 32)),
        "mirrored": (0, (32, 32, 32)),
        "slices": (1, None),
    }[form]
    assert direction.mirror == (0 if form == "mirrored" else None)
    # The package gives what the judge measured: the same arrays through the same network.
    case = cohort.validation[0]
    affine = np.diag([*case.spacing, 1.0])
    volumes = [
        Volume(image + 1, affine, m) for image, m in zip(case.inputs, ("t1", "t2"), strict=True)
    ]
    made = translate_volume(volumes, package, device="cpu")
    assert made.shape == volumes[0].shape
    assert made.modality == "flair"
    assert np.isfinite(made.array).all()
    if form != "slices":
        network = package.load_network("generator")
        raw = run_network(network, direction, case.inputs, case.spacing)
        assert raw.shape == case.target.shape


def test_whole_volume_packages_translate_what_lies_outside_of_the_box(synthesis_trainer, tmp_path):
    folder, _ = synthesis_trainer("run", PRESET, "images=1", *QUICK)
    export_run(folder, tmp_path / "package", "small", "", None, "last", False, False, Events())
    network = open_package(tmp_path / "package")
    array = np.random.default_rng(0).uniform(1, 1000, (48, 32, 20)).astype(np.float32)
    affine = np.diag([*(r[0] for r in network.manifest.grid.spacing), 1.0])
    volumes = [Volume(array + n, affine, name) for n, name in enumerate(("t1", "t2"))]
    made = translate_volume(volumes, network, device="cpu")
    assert all(made.array[i].std() > 0 for i in range(48))


@pytest.fixture
def listed(tmp_path):
    """`listed(**missing)`: a data list of three cases without the named modalities."""

    def make(empty=(), **missing):
        rng, affine = np.random.default_rng(0), np.diag([2.0, 2.0, 2.0, 1.0])
        entries = []
        for number in range(3):
            entry = {"subject": f"s{number}"}
            for name in ("t1", "t2", "flair", "mask"):
                if name in missing.get(f"s{number}", ()):
                    continue
                array = rng.uniform(0, 1000, (20, 20, 20)).astype(np.float32)
                if name == "mask":
                    array = np.full((20, 20, 20), f"s{number}" not in empty, np.uint8)
                entry[name] = f"s{number}_{name}.nii.gz"
                write(Volume(array, affine), tmp_path / entry[name], True, array.dtype.name)
            entries.append(entry)
        modality = {name: name for name in ("t1", "t2", "flair", "mask")}
        path = tmp_path / "data.json"
        path.write_text(
            json.dumps({"modality": modality, "training": entries[:2], "validation": entries[2:]})
        )
        return path

    return make


class Recorder(Events):
    def __init__(self):
        super().__init__()
        self.warnings = []

    def emit(self, event, **fields):
        if event == "warning":
            self.warnings.append(fields["text"])


def cohort(path, *overrides):
    events = Recorder()
    config = load_config(PRESET, ("data.size=[32,32,32]", *overrides))
    return Synthesis(config, path, events), events.warnings


def test_a_case_without_its_target_is_named_and_left_out(listed):
    made, warnings = cohort(listed(s1=("flair",)))
    assert [person.subject for person in made.training] == ["s0"]
    assert warnings == ["s1: left out, has no flair."]


def test_strict_refuses_it(listed):
    with pytest.raises(MedGANSynthError, match="s1 has no flair; add it, or train"):
        cohort(listed(s1=("flair",)), "data.strict=true")


def test_nobody_left_is_refused(listed):
    with pytest.raises(MedGANSynthError, match="no case of the training split can be used"):
        cohort(listed(s0=("t2",), s1=("flair",)))


def test_an_empty_mask_is_refused_by_name(listed):
    with pytest.raises(MedGANSynthError, match="s0: its mask is empty"):
        cohort(listed(empty=("s0",)))


def test_modalities_that_the_phantom_lacks_need_a_data_list():
    with pytest.raises(MedGANSynthError, match="phantom has no fa; give a data list"):
        Synthesis(load_config(PRESET, ('data.target="fa"',)), None, Events())


def test_super_resolution_is_judged_beside_interpolation(synthesis_trainer):
    folder, _ = synthesis_trainer(
        "run", "scgan-super-resolution-debug", "images=2", *QUICK, "batch=2"
    )
    heads, row = (line.split(",") for line in (folder / "validation.csv").read_text().splitlines())
    figures = dict(zip(heads, map(float, row), strict=True))
    assert set(figures) == {
        "images",
        *(f"{n}{of}" for n in ("rmse_sd", "ssim") for of in ("", "_cubic", "_linear")),
    }
    # Slices three times as thick keep most of the picture, not all, whatever the interpolation.
    assert figures["rmse_sd_cubic"] != figures["rmse_sd_linear"]
    assert all(0.3 < figures[f"rmse_sd_{name}"] < 0.8 for name in ("cubic", "linear"))
