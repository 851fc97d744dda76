"""What is said of the data before a training starts."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import torch

from MedGANSynthLib import machine, tasks
from MedGANSynthLib.data.datalist import Case, DataList
from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.training import room, trial
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.needs import needs_of
from MedGANSynthLib.training.precheck import duration
from MedGANSynthLib.volume.write import write

TINY = ("data.size=[32,32]", "networks.generator.options.levels=5", "objective.pool=0")


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """Three people, each with T1 and T2 of 40 x 40 x 5 voxels."""
    folder = tmp_path_factory.mktemp("heads")
    for person in range(3):
        made = head_phantom(person, (40, 40, 5), (5.0, 5.0, 20.0), modalities=("t1", "t2"))
        for name in ("t1", "t2"):
            write(
                dataclasses.replace(made[name], provenance=None), folder / f"s{person}_{name}.nii"
            )
    return folder


@pytest.fixture
def listed(heads):
    """`listed(training, validation)` writes a data list; a case is "s0" or "s0:t1"."""

    def make(training, validation=()):
        def case(text):
            person, _colon, only = text.partition(":")
            names = [only] if only else ["t1", "t2"]
            return {"subject": person} | {n: f"{person}_{n}.nii" for n in names}

        content = {"modality": {"t1": "T1", "t2": "T2"}}
        content |= {"training": [case(c) for c in training]}
        content |= {"validation": [case(c) for c in validation]}
        (heads / "list.json").write_text(json.dumps(content))
        return heads / "list.json"

    return make


def check(data, *settings, preset="cyclegan-t1-t2-debug", out=None):
    task = tasks.DataCheck(preset=preset, data=data, out=out, set=(*TINY, *settings), device="cpu")
    return tasks.run(task)


def texts(result, stops):
    return [f["text"] for f in result["findings"] if f["stops"] == stops]


def test_a_small_sound_list(listed, tmp_path):
    torch.manual_seed(0)
    result = check(listed(["s0", "s1"], ["s2"]), out=tmp_path / "run")
    assert result["failed"] == 0
    assert result["rows"][:2] == [
        {"split": "training", "people": 2, "cases": 2, "usable": 2, "t1": 2, "t2": 2, "mask": 0},
        {"split": "validation", "people": 1, "cases": 1, "usable": 1, "t1": 1, "t2": 1, "mask": 0},
    ]
    assert [(r["modality"], r["images"], r["voxels"]) for r in result["images"]] == [
        ("t1", 3, "40 x 40 x 5"),
        ("t2", 3, "40 x 40 x 5"),
    ]
    few = "Only 2 people to learn from: expect poor results on anybody else."
    assert texts(result, False) == [few]
    cost = result["cost"]
    assert cost["device"] == "cpu" and cost["memory"] > 10_000_000
    # 32 images in batches of 2, and what is measured besides.
    assert cost["seconds"] > 16 * cost["step_seconds"] > 0


def test_the_disk_a_run_takes_is_foretold(listed, tmp_path):
    data = listed(["s0", "s1"], ["s2"])
    foretold = check(data, out=tmp_path / "run")["cost"]["disk"]
    task = tasks.Train(
        preset="cyclegan-t1-t2-debug", data=data, out=tmp_path / "run", set=TINY, device="cpu"
    )
    tasks.run(task)
    files = [p for p in (tmp_path / "run").rglob("*") if p.is_file()]
    largest = max(p.stat().st_size for p in files if p.suffix == ".pt")
    assert 4 * largest * 0.7 < foretold < 4 * largest * 1.1


def test_a_disk_that_is_too_small_is_told_before(listed, tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "free_disk", lambda folder: 1000)
    result = check(listed(["s0", "s1"], ["s2"]), out=tmp_path / "run")
    (text,) = texts(result, True)
    assert text.endswith(" MB and 1 kB are free; free some space or choose another disk.")


def test_a_folder_that_the_training_would_refuse_is_told_before(listed, tmp_path):
    data, run = listed(["s0", "s1"], ["s2"]), tmp_path / "run"
    settings = ("images=4", "intervals.checkpoint=2")
    tasks.run(
        tasks.Train(
            preset="cyclegan-t1-t2-debug", data=data, out=run, set=(*TINY, *settings), device="cpu"
        )
    )
    assert texts(check(data, *settings, out=run), True) == []
    (text,) = texts(check(data, *settings, "batch=1", out=run), True)
    assert text.startswith(f"{run}: this run was started with other settings (batch: 2 -> 1)")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").touch()
    (text,) = texts(check(data, out=tmp_path / "other"), True)
    assert "holds other files and is no Run" in text


def test_what_cannot_be_read_does_not_count_as_usable(listed, heads):
    (heads / "s9_t1.nii").write_bytes(b"no image")
    shutil.copy(heads / "s2_t2.nii", heads / "s9_t2.nii")
    result = check(listed(["s0", "s9"], ["s2"]), "data.paired=true")
    assert (result["rows"][0]["cases"], result["rows"][0]["usable"]) == (2, 1)
    (text,) = texts(result, True)
    assert "s9_t1.nii" in text


def test_a_person_in_two_splits_stops(listed):
    result = check(listed(["s0", "s1"], ["s1"]))
    assert texts(result, True) == [
        "list.json: s1 is in both training and validation; keep every person in one split."
    ]
    assert result["cost"] is None and result["failed"] == 1


def test_pairs_that_are_none(listed):
    data = listed(["s0", "s1:t1"], ["s2"])
    assert "s1 has no t2; the case is left out." in texts(check(data, "data.paired=true"), False)
    result = check(listed(["s0:t1", "s1:t2"], ["s2"]), "data.paired=true")
    assert texts(result, True) == ["Nobody has t1 and t2 together; train on more people."]


def test_data_that_do_not_fit_the_preset(listed):
    result = check(listed(["s0"], ["s1"]), "data.target=flair")
    stops = texts(result, True)
    assert stops == ["Nobody in the training split has flair; check the names."]


def test_volumes_on_two_grids(listed, heads):
    made = head_phantom(5, (40, 40, 5), (5.0, 5.0, 20.0), modalities=("t1", "t2"))
    affine = made["t2"].affine.copy()
    affine[0, 3] += 3.0
    moved = made["t2"].with_array(made["t2"].array, affine=affine)
    for name, volume in (("t1", made["t1"]), ("t2", moved)):
        write(dataclasses.replace(volume, provenance=None), heads / f"s5_{name}.nii")
    result = check(listed(["s0", "s5"], ["s2"]), "data.paired=true")
    text = "s5: its t2 does not lie on the voxel grid of its t1; resample it."
    assert texts(result, True) == [text]


def test_too_few_people_for_a_generator(listed):
    task = tasks.DataCheck(
        preset="alpha-wgan-brain-small-debug", data=listed(["s0"], ["s1"]), device="cpu"
    )
    result = tasks.run(task)
    (text,) = texts(result, True)
    assert "1 usable t1 scans; at least 2 are needed" in text


def test_a_preset_that_cannot_fit_is_told_before(listed, monkeypatch):
    monkeypatch.setattr(room, "free_memory", lambda device: 1_000_000)
    result = check(listed(["s0", "s1"], ["s2"]))
    (text,) = texts(result, True)
    assert text.startswith("a step of batch=2 does not fit into the 0.0 GiB that are free on cpu; ")
    assert result["cost"] is None


def test_memory_that_runs_out_in_the_trial_stops_the_training(monkeypatch):
    def greedy(*arguments):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(trial, "_time_steps", greedy)
    result = check(None, "data.phantoms=2")
    (text,) = texts(result, stops=True)
    assert text.startswith("A step of batch=") and result["cost"] is None


@pytest.mark.parametrize(
    "preset",
    [
        "alpha-wgan-brain-small-debug",
        "cine-dcgan-small-debug",
        "cine-progan-256-debug",
        "dcgan-labelled-slices-debug",
        "progan-slices-debug",
        "scgan-debug",
    ],
)
def test_every_system_can_be_tried(preset):
    task = tasks.DataCheck(preset=preset, set=("data.phantoms=3",), device="cpu")
    cost = tasks.run(task)["cost"]
    assert cost["seconds"] > 0 and cost["disk"] > 10_000


def test_a_trial_has_somebody_of_every_modality():
    people = [Case(f"s{n}", {"t1": Path("a.nii")}) for n in range(5)]
    people.append(Case("s5", {"t2": Path("b.nii")}))
    listed = DataList({"t1": "T1", "t2": "T2"}, tuple(people))
    few = trial._few(listed, needs_of(load_config("cyclegan-t1-t2").data))
    assert [case.subject for case in few.training] == ["s0", "s5", "s1", "s2"]


def test_steps_are_tried_in_every_quarter():
    config = load_config("cyclegan-t1-t2-debug", ("images=1000", "batch=2"))
    assert list(trial._places(config)) == [124, 124, 374, 624, 874]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(40, "40 s"), (200, "3.3 min"), (3600, "60 min"), (9000, "2.5 h"), (200_000, "2.3 days")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text
