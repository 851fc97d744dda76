import dataclasses
import json

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.people import DataFacts
from MedGANSynthLib.training.refusals import refuse_early
from MedGANSynthLib.training.run import Run


@pytest.fixture
def begun(tmp_path):
    """A Run folder that was begun on a data list of 3 + 1 cases; its config."""
    config = load_config("cyclegan-t1-t2-small-debug")
    run = Run(tmp_path / "run")
    run.adopt(config, facts(3))
    run.close()
    return run.folder, config


def facts(training, sha256="a" * 64):
    return DataFacts(sha256, "data.json", {"training": training, "validation": 1, "test": 0})


def test_the_same_settings_resume(begun):
    folder, config = begun
    refuse_early(folder, dataclasses.replace(config, images=7, workers=2), facts(3))


@pytest.mark.parametrize(
    ("changes", "data", "told"),
    [
        ({"batch": 3}, facts(3), "(batch: 2 -> 3)"),
        ({}, facts(5, "b" * 64), "(number of cases in data.json: training: 3 -> 5)"),
        ({}, facts(3, "b" * 64), "(data.json lists other cases or other files than at the start)"),
        ({}, DataFacts("b", "", {}), "(data list: data.json -> phantoms)"),
        (
            {"batch": 3, "ema": 1, "precision": "bf16", "seed": 9, "best": "ssim"},
            facts(3),
            "(batch: 2 -> 3; best: rmse_sd -> ssim; ema: 8 -> 1; and 2 more)",
        ),
    ],
)
def test_other_settings_are_named_in_a_short_sentence(begun, changes, data, told):
    folder, config = begun
    with pytest.raises(MedGANSynthError) as caught:
        refuse_early(folder, dataclasses.replace(config, **changes), data)
    assert str(caught.value) == (
        f"{folder}: this run was started with other settings {told}; use the old ones or another "
        "--out folder."
    )


def test_a_run_of_an_earlier_version_knows_the_hash_alone(begun):
    folder, config = begun
    path = folder / "config.json"
    old = json.loads(path.read_text())
    del old["data_list"]
    path.write_text(json.dumps(old))
    refuse_early(folder, config, facts(3))
    with pytest.raises(MedGANSynthError, match=r"data.json lists other cases or other files"):
        refuse_early(folder, config, facts(5, "b" * 64))
    path.write_text("[]")
    with pytest.raises(MedGANSynthError, match="is no configuration"):
        refuse_early(folder, config, facts(3))
