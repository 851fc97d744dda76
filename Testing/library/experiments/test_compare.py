"""The comparison of networks and losses, tiny: a table beside the real images."""

import csv
import functools

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.errors import Cancelled, MedGANSynthError
from MedGANSynthLib.evaluation.realism import fit_eigenspace, real_ranges
from MedGANSynthLib.events import Events
from MedGANSynthLib.experiments import trained as trained_module
from MedGANSynthLib.experiments.compare import COLLAPSED, _figures, _row, compare
from MedGANSynthLib.experiments.trained import Outcome, trained
from MedGANSynthLib.training import images
from MedGANSynthLib.training.config import load_config

_phantom = functools.cache(head_phantom)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(images, "head_phantom", _phantom)

    def go(**changes):
        options = {
            "data": None,
            "out": tmp_path / "out",
            "networks": ("dcgan-slices", "progan-slices"),
            "loss": ("gan", "wgan-gp"),
            "images": 24,
            "size": 16,
            "width": 2,
            "batch": 4,
            "set": ("data.phantoms=6", "data.blank=0.05"),
            "device": "cpu",
        }
        return compare(**options | changes, events=Events())

    return go


def test_every_pair_is_trained_and_stands_beside_the_real_images(run, tmp_path):
    result = run()
    pairs = [row["pair"] for row in result["rows"]]
    assert pairs == [
        "real, training",
        "real, kept out",
        *(f"{p}-slices {n}" for p in ("dcgan", "progan") for n in ("gan", "wgan-gp")),
    ]
    real = result["rows"][1]
    assert real["variety"] == pytest.approx(1)
    assert real["sharpness"] == pytest.approx(1)
    assert all(row["state"] in ("stable", "collapsed", "noise") for row in result["rows"][2:])
    with open(tmp_path / "out" / "compare.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert float(table[1]["rho"]) == pytest.approx(real["rho"])
    picture = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / "compare.png")))
    assert picture.shape == (2 + 5 * 18, 2 + 10 * 18)


def test_what_is_trained_is_found_again(run, tmp_path, monkeypatch):
    first = run(networks=("dcgan-slices",))
    monkeypatch.setattr(trained_module, "train", None)  # would fail if it were called
    again = run(networks=("dcgan-slices",))
    assert again["rows"] == first["rows"]


def test_a_divergence_is_an_outcome(run, tmp_path, monkeypatch):
    def explode(*arguments):
        raise MedGANSynthError("training diverged: the loss generator is nan at image 4; ...")

    monkeypatch.setattr(trained_module, "train", explode)
    row = run(networks=("dcgan-slices",), loss=("lsgan",))["rows"][-1]
    assert row["state"] == "diverged"
    assert (tmp_path / "out" / "dcgan-slices-lsgan" / "outcome.json").is_file()


def test_a_stopped_experiment_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(trained_module, "train", lambda *a: {"stopped": True})
    with pytest.raises(Cancelled, match="the same command goes on"):
        trained(load_config("dcgan-slices-debug"), None, tmp_path, "cpu", Events())


def test_a_collapse_is_told_from_variety():
    real = np.random.default_rng(0).uniform(-1, 1, (40, 1, 8, 8)).astype(np.float32)
    space = fit_eigenspace(real)
    ranges = real_ranges(real, space, 20)
    few = np.repeat(real[:5], 8, axis=0)
    outcome = Outcome({}, 1.0)
    assert _row(outcome, few, real, space, ranges)["state"] == "collapsed"
    assert _row(outcome, few, real, space, ranges)["variety"] == 0 < COLLAPSED
    assert _row(outcome, real[::-1], real, space, ranges)["state"] == "stable"
    assert _figures(real, real, space, ranges)["variety"] == 1


def test_noise_is_told_from_fine_detail():
    rng = np.random.default_rng(0)
    noise = rng.uniform(-1, 1, (40, 1, 16, 16)).astype(np.float32)
    real = ndimage.gaussian_filter(noise, (0, 0, 3, 3))
    space = fit_eigenspace(real)
    ranges = real_ranges(real, space, 20)
    assert _row(Outcome({}, 1.0), noise, real, space, ranges)["state"] == "noise"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"networks": ("cyclegan-t1-t2",)}, "trains cyclegan; name presets of slices"),
        ({"loss": ("l1",)}, "loss must be one of"),
        ({"size": 24}, "power of two"),
        (
            {"networks": ("dcgan-slices", "srresnet-slices")},
            "--networks srresnet-slices: .*least 32",
        ),
        ({"networks": ("dcgan-slices", "progan-brain-slice-small")}, "takes other images than"),
        ({"set": ("data.phantoms=2", "data.span=[0.5,0.6]")}, "real images are kept out"),
    ],
)
def test_wrong_requests_are_refused_before_any_training(run, tmp_path, changes, sentence):
    with pytest.raises(MedGANSynthError, match=sentence):
        run(**changes)
    assert not (tmp_path / "out").exists()
