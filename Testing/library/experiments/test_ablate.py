"""The ablation of SC-GAN, tiny: every variant trains, and the table reads as it should."""

import csv
import functools

import numpy as np
import pytest

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.experiments import ablate as module
from MedGANSynthLib.experiments.ablate import VARIANTS, _config, _reading, _row, ablate
from MedGANSynthLib.training import synthesis

_phantom = functools.cache(head_phantom)
PRESET = "scgan-simulated-debug"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(synthesis, "head_phantom", _phantom)

    def go(**changes):
        options = {
            "data": None,
            "out": tmp_path / "out",
            "preset": PRESET,
            "variant": (),
            "seeds": 1,
            "images": 1,
            "set": ("data.phantoms=3",),
            "device": "cpu",
        }
        return ablate(**options | changes, events=Events())

    return go


def test_variants_are_trained_once_and_judged_beside_the_look_up_table(run, tmp_path, monkeypatch):
    chosen = ("3D U-Net, L1", "2D conditional GAN")
    smaller = ("data.size=[32,32,16]", "networks.generator.options.levels=4")
    options = {"variant": chosen, "set": ("data.phantoms=3", *smaller)}
    result = run(**options)
    assert [row["variant"] for row in result["rows"]] == [*chosen, "look-up-table"]
    assert all(row["seeds"] == 1 for row in result["rows"])
    for row in result["rows"]:
        # Of one person PSNR and NRMSE say the same: 10 log10(4 / (2 nrmse)^2).
        assert row["psnr"] == pytest.approx(-20 * np.log10(row["nrmse"]), rel=1e-6)
    with open(tmp_path / "out" / "ablate.csv", newline="") as file:
        assert float(next(csv.DictReader(file))["nrmse"]) == pytest.approx(
            result["rows"][0]["nrmse"]
        )
    assert result["rows"][2]["nrmse"] < result["rows"][0]["nrmse"]  # one image teaches nothing

    def refuse(*arguments):
        raise AssertionError("trained again")

    monkeypatch.setattr("MedGANSynthLib.experiments.trained.train", refuse)
    assert run(**options)["rows"] == result["rows"]


def test_each_variant_leaves_out_what_its_name_says():
    configs = {name: _config(PRESET, name, 0, ()) for name in VARIANTS}

    def parts(config):
        generator, discriminator = (
            config.networks[role].options for role in ("generator", "discriminator")
        )
        assert generator.get("attention") == discriminator.get("attention")
        return (
            generator.get("attention", True),
            generator.get("spectral", True),
            config.objective.features > 0,
            config.objective.brain > 0,
            config.objective.adversarial > 0,
        )

    yes, no = True, False
    assert {name: parts(config) for name, config in configs.items()} == {
        "sc-gan": (yes, yes, yes, yes, yes),
        "no attention": (no, yes, yes, yes, yes),
        "no spectral norm": (yes, no, yes, yes, yes),
        "no feature matching": (yes, yes, no, yes, yes),
        "no brain error": (yes, yes, yes, no, yes),
        "no adversary": (yes, yes, no, yes, no),
        "3D conditional GAN": (no, no, no, no, yes),
        "2D conditional GAN": (no, no, no, no, yes),
        "3D U-Net, L1": (no, no, no, no, no),
    }
    assert configs["2D conditional GAN"].data.size == (32, 32)
    assert configs["2D conditional GAN"].batch == 32
    assert configs["2D conditional GAN"].images == 32 * configs["sc-gan"].images


@pytest.mark.parametrize(
    ("adversary", "attention", "spectral", "word"),
    [(0.3, 0.25, 0.22, "was seen"), (0.3, 0.21, 0.22, "was not"), (0.3, 0.3, 0.1, "was not")],
)
def test_the_published_order(adversary, attention, spectral, word):
    rows = [
        _row("sc-gan", [{"nrmse": 0.2, "psnr": 1.0, "ssim": 0.5}]),
        _row("no adversary", [{"nrmse": adversary, "psnr": 1.0, "ssim": 0.5}]),
        _row("no attention", [{"nrmse": attention, "psnr": 1.0, "ssim": 0.5}]),
        _row("no spectral norm", [{"nrmse": spectral, "psnr": 1.0, "ssim": 0.5}]),
    ]
    assert word in _reading(rows)


def test_means_and_deviations_over_seeds():
    figures = [{"nrmse": n, "psnr": 10.0, "ssim": 0.5} for n in (0.1, 0.3)]
    row = _row("sc-gan", figures)
    assert (row["seeds"], row["nrmse"]) == (2, pytest.approx(0.2))
    assert row["nrmse_sd"] == pytest.approx(0.2 / 2**0.5)
    assert _row("no attention", [])["nrmse"] is None  # it diverged with every seed


def test_refusals_come_before_any_training(run, monkeypatch):
    monkeypatch.setattr(module, "trained", lambda *arguments: pytest.fail("trained"))
    for changes, sentence in (
        ({"variant": ("no luck",)}, "'no luck': unknown; known: sc-gan; no attention"),
        ({"seeds": 0}, "--seeds 0"),
        ({"preset": "cyclegan-t1-t2-debug"}, "must be one of SC-GAN in 3D"),
        ({"preset": "scgan-2d-debug"}, "must be one of SC-GAN in 3D"),
    ):
        with pytest.raises(MedGANSynthError, match=sentence):
            run(**changes)
