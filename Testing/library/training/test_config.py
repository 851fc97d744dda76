"""Configurations: presets, overrides, refusals."""

import pytest

from MedGANSynthLib import schema
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.training.command import train
from MedGANSynthLib.training.config import (
    PRESETS,
    differences,
    list_presets,
    load_config,
    show_preset,
)


@pytest.mark.parametrize("preset", sorted(p.stem for p in PRESETS.glob("*.toml")))
def test_every_preset_resolves_and_survives_a_round_trip(preset):
    config = load_config(preset)
    from MedGANSynthLib.training.config import resolve

    assert resolve(schema.to_dict(config), (), "round trip") == config


def test_the_published_preset_has_the_published_numbers():
    config = load_config("cyclegan-t1-t2")
    assert (config.objective.cycle, config.objective.identity) == (10.0, 5.0)
    assert config.objective.adversarial == "vanilla"
    assert (config.optimizer["generator"].lr, config.optimizer["generator"].beta1) == (2e-4, 0.5)
    assert config.data.size == (256, 256)
    assert round(256 * config.data.augmentation.jitter) == 286


def test_a_debug_preset_differs_from_its_base_in_size_alone():
    base, debug = (schema.to_dict(load_config(f"cyclegan-t1-t2{s}")) for s in ("", "-debug"))
    changed = {line.split(":")[0] for line in differences(base, debug)}
    assert not any(key.startswith(("optimizer", "data.augmentation")) for key in changed)
    assert "objective.cycle" not in changed


def test_overrides_are_typed():
    config = load_config(
        "cyclegan-t1-t2", ("optimizer.generator.lr=1e-3", "objective.adversarial=least-squares")
    )
    assert config.optimizer["generator"].lr == 1e-3
    assert config.objective.adversarial == "least-squares"


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("objective.cycel=1.0", r'unknown key "cycel"'),
        ("objective.cycle=ten", r"objective.*: cycle must be a number"),
        ("batch=0", r"batch must lie between 1 and 4096, not 0"),
        ("batch=1.5", r"batch must be a whole number"),
        ("data.slices=2", r"slices must be odd"),
        ("system=stylegan", r"unknown system 'stylegan'; known: .*cyclegan"),
        ("batch", r"write it as key=value"),
        ("batch.size=2", r"batch is not a table"),
    ],
)
def test_wrong_overrides_get_one_sentence(override, sentence):
    with pytest.raises(MedGANSynthError, match=sentence) as caught:
        load_config("cyclegan-t1-t2", (override,))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"--set {override}")


def test_the_wrong_one_of_several_overrides_is_named():
    with pytest.raises(MedGANSynthError, match=r'^--set nosuch=1: unknown key "nosuch"'):
        load_config("cyclegan-t1-t2", ("batch=2", "nosuch=1", "images=8"))


def test_a_preset_that_is_wrong_itself_is_named(tmp_path):
    preset = tmp_path / "mine.toml"
    preset.write_text('base = "cyclegan-t1-t2"\nbatch = 0\n')
    with pytest.raises(MedGANSynthError, match=r"^mine\.toml: batch must lie between"):
        load_config(str(preset), ("images=8",))


def test_unknown_presets_and_circles_are_refused(tmp_path):
    with pytest.raises(MedGANSynthError, match=r"no such preset; known: .*cyclegan-t1-t2"):
        load_config("../../etc/passwd")
    circle = tmp_path / "circle.toml"
    circle.write_text('base = 5\nsystem = "cyclegan"\n')
    with pytest.raises(MedGANSynthError, match="base must name another preset"):
        load_config(str(circle))


def test_list_and_show():
    names = [row["preset"] for row in list_presets(Events())["rows"]]
    assert {"cyclegan-t1-t2", "cyclegan-t1-t2-small"} <= set(names)
    text = show_preset("cyclegan-t1-t2-debug", Events())["text"]
    assert text.endswith("# builds on cyclegan-t1-t2: medgansynth presets show cyclegan-t1-t2")


def test_dry_run_counts_parameters_without_memory():
    result = train("cyclegan-t1-t2", None, None, (), False, "auto", True, Events())
    assert result["parameters"] == {
        "source_to_target": 54_408_833,
        "target_to_source": 54_408_833,
        "discriminator_target": 2_763_521,
        "discriminator_source": 2_763_521,
    }
    assert "source_to_target: 54,408,833 parameters" in result["text"]
    result = train("scgan", None, None, (), True, "auto", True, Events())
    assert result["parameters"] == {"generator": 132_875_877, "discriminator": 21_675_715}
    assert result["config"]["data"]["strict"] is True
