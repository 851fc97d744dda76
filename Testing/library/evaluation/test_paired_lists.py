import json
import sys
import types

import numpy as np
import pytest

from MedGANSynthLib.data.datalist import read_datalist
from MedGANSynthLib.errors import Cancelled, MedGANSynthError
from MedGANSynthLib.evaluation import compare, judging, methods, plan, regressors
from MedGANSynthLib.evaluation.paired import evaluate_paired
from MedGANSynthLib.events import Events


def judge_list(listing, **options):
    return evaluate_paired(data=listing, events=Events(), **options)


@pytest.fixture
def model(monkeypatch):
    """A stand-in package whose one direction, t1-to-t2, is the tent curve itself."""
    seen, loaded = [], []

    def port(modality):
        return types.SimpleNamespace(modality=modality)

    direction = types.SimpleNamespace(inputs=(port("t1"),), output=port("t2"))
    manifest = types.SimpleNamespace(name="tent", directions={"t1-to-t2": direction})
    package = types.SimpleNamespace(manifest=manifest, sha256="0" * 64)

    class Translator:
        @classmethod
        def load(cls, package, direction, device):
            loaded.append((direction, device))
            return cls()

        def translate(self, volumes):
            (volume,) = volumes
            seen.append(volume)
            return volume.with_array(1 - 2 * np.abs(volume.array / 300 - 0.5))

    for name, content in (
        ("MedGANSynthLib.models.package", {"open_package": lambda name: package}),
        ("MedGANSynthLib.inference.translate", {"Translator": Translator}),
    ):
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    return types.SimpleNamespace(seen=seen, loaded=loaded, translator=Translator)


@pytest.mark.parametrize(
    ("masked", "place"),
    [
        (3, "inside the mask"),
        (2, "inside the mask, or above the target's minimum (1 without a mask)"),
        (0, "above the target's minimum"),
    ],
)
def test_which_voxels_of_a_list_count(listing, monkeypatch, masked, place):
    monkeypatch.setattr(plan, "fit_baselines", lambda *_: {})
    content = json.loads(listing.read_text())
    for case in content["validation"][masked:]:
        del case["mask"]
    listing.write_text(json.dumps(content))
    named = {"source": "t1", "target": "t2", "mask": "mask", "label": "labels"}
    named |= {"split": "validation", "model": None, "direction": None, "device": "cpu", "seed": 0}
    made = plan.plan_list(
        read_datalist(listing), "", **named, strip=False, baselines=True, events=Events()
    )
    assert made.place == place


def test_copies_in_two_splits_are_named(listing, few_trees):
    folder = listing.parent
    (folder / "4-t1.nii.gz").write_bytes((folder / "1-t1.nii.gz").read_bytes())
    heard = []
    events = Events()
    events.warning = heard.append
    evaluate_paired(data=listing, model=None, baselines=True, events=events)
    assert any("1-t1.nii.gz and 4-t1.nii.gz have the same content" in text for text in heard)


def test_baselines_leave_out_whom_a_training_leaves_out(listing, few_trees):
    content, heard, events = json.loads(listing.read_text()), [], Events()
    del content["training"][0]["t2"]
    listing.write_text(json.dumps(content))
    events.warning = heard.append
    result = evaluate_paired(data=listing, model=None, baselines=True, events=events)
    left_out = content["training"][0]["subject"]
    assert f"{left_out}: no baseline is fitted on it, it has no t2." in heard
    assert "look-up-table" in result["summary"]


def test_without_scikit_learn_the_other_baselines_are_judged(listing, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    result = judge_list(listing, baselines=True)
    assert "boosted-trees" not in result["summary"] and "tissue-linear" in result["summary"]


def test_baselines_on_a_data_list(listing, few_trees):
    pytest.importorskip("sklearn")
    result = judge_list(listing, baselines=True)
    means = {
        row: entry["figures"]["rmse_sd_fit"]["mean"] for row, entry in result["summary"].items()
    }
    assert list(means) == [*regressors.NAMES, "mean-image", "registered-average"]
    assert min(means["mean-image"], means["registered-average"]) > 0.9  # nothing is shared here
    # The target is a tent over the source: no monotone map helps, the table does.
    assert min(means["identity"], means["inverted-matched"]) > 0.8
    assert means["look-up-table"] < 0.4
    assert means["boosted-trees"] < 0.5
    assert [r["case"] for r in result["cases"][::7]] == ["d", "e (1)", "e (2)"]
    assert result["summary"]["identity"]["figures"]["rmse_sd_fit"]["subjects"] == 2
    assert result["conditions"]["split"] == "validation"


def test_model_on_a_data_list(listing, model):
    result = judge_list(listing, model="tent", device="cpu")
    assert result["failed"] == 0
    assert list(result["summary"]) == ["tent"]
    assert result["summary"]["tent"]["figures"]["rmse_sd_fit"]["mean"] < 0.3
    assert model.loaded == [("t1-to-t2", "cpu")]
    assert result["conditions"]["model_sha256"] == "0" * 64


def test_strip_blanks_the_source_and_both_images_outside(listing, model, monkeypatch):
    blank = []

    def spy(prediction, target, mask, axis, blank_outside, compat):
        blank.append(blank_outside)
        return compare.compare(prediction, target, mask, axis, blank_outside, compat)

    monkeypatch.setattr(judging, "compare", spy)
    judge_list(listing, model="tent")
    whole = model.seen[0].array
    model.seen.clear()
    judge_list(listing, model="tent", strip=True)
    stripped = model.seen[0].array
    mask = np.zeros(whole.shape, bool)
    mask[4:-4, 4:-4, 1:-1] = True
    assert (stripped[mask] == whole[mask]).all()
    assert (stripped[~mask] == whole.min()).all()
    assert blank == [False] * 3 + [True] * 3


def test_a_failed_translation_is_an_error_row_but_cancel_is_obeyed(listing, model, monkeypatch):
    def fail(*args, **kwargs):
        raise MedGANSynthError("out of memory; use --device cpu.")

    monkeypatch.setattr(model.translator, "translate", fail)
    result = judge_list(listing, model="tent")
    assert result["failed"] == 3
    assert all(row["error"].startswith("out of memory") for row in result["cases"])

    def cancel(*args, **kwargs):
        raise Cancelled("cancelled.")

    monkeypatch.setattr(model.translator, "translate", cancel)
    with pytest.raises(Cancelled):
        judge_list(listing, model="tent")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "nothing to judge"),
        ({"baselines": True, "split": "training"}, "fitted on the training people"),
        ({"baselines": True, "split": "test"}, "the test split is empty"),
        ({"baselines": True, "split": "val"}, "--split must be one of"),
        ({"baselines": True, "source": "flair"}, "no training person has flair and t2"),
        ({"model": "tent", "direction": "t2-to-t1"}, "no direction 't2-to-t1'; it has t1-to-t2"),
        ({"model": "tent", "source": "t2", "target": "t1"}, "does not translate t2 to t1"),
        ({"model": "tent", "predictions": ["a.nii"]}, "either prediction files or --data"),
    ],
)
def test_refused_requests(listing, model, options, problem):
    with pytest.raises(MedGANSynthError, match=problem):
        judge_list(listing, **options)


def test_training_voxels_are_bounded(listing, few_trees, monkeypatch):
    pytest.importorskip("sklearn")
    counts = []

    def spy(pairs, seed, voxels_per_case):
        counts.append(voxels_per_case)
        return draw(pairs, seed, voxels_per_case)

    draw = methods.draw_samples
    monkeypatch.setattr(methods, "draw_samples", spy)
    monkeypatch.setattr(methods, "MAX_TRAINING_VOXELS", 3000)
    judge_list(listing, baselines=True)
    assert counts == [1000]
