import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.methods import choose_direction
from MedGANSynthLib.evaluation.paired import evaluate_paired
from MedGANSynthLib.events import Events
from MedGANSynthLib.models.manifest import Manifest
from MedGANSynthLib.schema import from_dict

OPTIONS = {"in_channels": 1, "out_channels": 1, "widths": [4, 8], "norm": "batch"}


@pytest.fixture
def manifest():
    t1 = {"modality": "t1", "reference_range": [0.0, 300.0]}
    t2 = {"modality": "t2", "reference_range": [100.0, 900.0]}
    plain = {
        "format": 1,
        "name": "tiny",
        "title": "A tiny model",
        "version": "1.0",
        "system": "cyclegan",
        "kind": "translate",
        "networks": {"net": {"architecture": "unet-small", "options": OPTIONS}},
        "directions": {
            "t1-to-t2": {"network": "net", "inputs": [t1], "output": t2},
            "t2-to-t1": {"network": "net", "inputs": [t2], "output": t1},
        },
        "grid": {"multiple": [2, 2, 1]},
        "intensity": {},
        "training": {"data": "random numbers", "data_licence": "CC0-1.0"},
        "licence": "Apache-2.0",
        "intended_use": "Tests.",
        "limits": "Untrained.",
        "weights_sha256": "0" * 64,
    }
    return from_dict(Manifest, plain, "model.json")


def test_direction_by_name_or_modalities(manifest):
    assert choose_direction(manifest, "t2-to-t1", "t1", "t2") == "t2-to-t1"
    assert choose_direction(manifest, None, "t1", "t2") == "t1-to-t2"
    assert choose_direction(manifest, None, "t2", "t1") == "t2-to-t1"
    with pytest.raises(MedGANSynthError, match="no direction 'x'; it has t1-to-t2, t2-to-t1"):
        choose_direction(manifest, "x", "t1", "t2")
    with pytest.raises(MedGANSynthError, match="does not translate t1 to flair; give --direction"):
        choose_direction(manifest, None, "t1", "flair")


def test_a_real_package_is_judged_beside_the_baselines(manifest, listing, tmp_path, few_trees):
    torch = pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    from MedGANSynthLib.models.package import write_package
    from MedGANSynthLib.networks.registry import build_network

    torch.manual_seed(0)
    weights = build_network("unet-small", OPTIONS, "net").state_dict()
    write_package(tmp_path / "tiny", manifest, {"net": weights})
    result = evaluate_paired(
        data=listing,
        model=str(tmp_path / "tiny"),
        direction="t2-to-t1",
        baselines=True,
        device="cpu",
        events=Events(),
    )
    assert result["failed"] == 0
    assert list(result["summary"]) == [
        "tiny", "identity", "inverted-matched", "look-up-table", "boosted-trees",
    ]  # fmt: skip
    assert (result["conditions"]["source"], result["conditions"]["target"]) == ("t2", "t1")
    row = result["cases"][0]
    # The direction's target is the t1, whose ranks are uniform from 0 to 300.
    assert (row["range_low"], row["range_high"]) == pytest.approx((0, 300), abs=25)
    assert np.isfinite(row["rmse_sd_raw"])
