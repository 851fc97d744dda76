"""The baselines on real pairs: the floor that a model has to pass."""

import json

import pytest

from MedGANSynthLib.evaluation import methods
from MedGANSynthLib.evaluation.paired import evaluate_paired
from MedGANSynthLib.events import Events


@pytest.fixture(scope="module")
def listing(real_data, tmp_path_factory):
    split = json.loads((real_data / "splits.json").read_text())["brain_t1_t2"]
    files = {"t1": "T1w_onT2grid", "t2": "T2w", "mask": "brainmask"}

    def cases(people):
        return [
            {"subject": s} | {name: f"{s}_{text}.nii.gz" for name, text in files.items()}
            for s in people
        ]

    content = {
        "root": str((real_data / "brain_t1_t2").resolve()),
        "modality": dict.fromkeys(files, ""),
        "training": cases(split["train"][:3]),
        "validation": cases(split["val"][:1]),
    }
    path = tmp_path_factory.mktemp("real") / "list.json"
    path.write_text(json.dumps(content))
    return path


def test_order_of_the_baselines_on_an_unseen_person(listing, few_trees, monkeypatch):
    pytest.importorskip("sklearn")
    monkeypatch.setattr(methods, "MAX_TRAINING_VOXELS", 45_000)
    result = evaluate_paired(data=listing, baselines=True, events=Events())
    assert result["failed"] == 0
    figures = {name: entry["figures"] for name, entry in result["summary"].items()}
    error = {name: entry["rmse_sd_fit"]["mean"] for name, entry in figures.items()}
    # Identity after the fit is sqrt(1 - r^2); r = -0.346.
    assert error["identity"] == pytest.approx(0.9382, abs=0.001)
    assert error["boosted-trees"] < 0.8 < 0.9 < error["look-up-table"] < 1
    similar = {name: entry["ssim_in_plane_fit"]["mean"] for name, entry in figures.items()}
    assert similar["identity"] < similar["look-up-table"] < similar["boosted-trees"] - 0.1
