import dataclasses

import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation import regressors
from MedGANSynthLib.evaluation.methods import choose_direction
from MedGANSynthLib.evaluation.paired import evaluate_paired
from MedGANSynthLib.events import Events
from MedGANSynthLib.models.quality import record_quality


def test_direction_by_name_or_modalities(manifest):
    assert choose_direction(manifest, "t2-to-t1", "t1", "t2") == "t2-to-t1"
    assert choose_direction(manifest, None, "t1", "t2") == "t1-to-t2"
    assert choose_direction(manifest, None, "t2", "t1") == "t2-to-t1"
    one = manifest.directions["t1-to-t2"]
    inputs = (one.inputs[0], dataclasses.replace(one.inputs[0], modality="flair"))
    both = dataclasses.replace(one, inputs=inputs)
    several = dataclasses.replace(manifest, directions={"t1-flair-to-t2": both})
    for source in ("t1,flair", "flair,t1", "flair"):
        assert choose_direction(several, None, source, "t2") == "t1-flair-to-t2"
    with pytest.raises(MedGANSynthError, match="does not translate t1,pd to t2; give --direction"):
        choose_direction(several, None, "t1,pd", "t2")
    with pytest.raises(MedGANSynthError, match="no direction 'x'; it has t1-to-t2, t2-to-t1"):
        choose_direction(manifest, "x", "t1", "t2")
    with pytest.raises(MedGANSynthError, match="does not translate t1 to flair; give --direction"):
        choose_direction(manifest, None, "t1", "flair")


def test_a_real_package_is_judged_beside_the_baselines(tiny, listing, few_trees, tmp_path):
    pytest.importorskip("sklearn")
    result = evaluate_paired(
        data=listing,
        model=str(tiny),
        direction="t2-to-t1",
        baselines=True,
        device="cpu",
        out=tmp_path / "result",
        events=Events(),
    )
    assert result["failed"] == 0
    assert list(result["summary"]) == [
        "tiny", *regressors.NAMES, "mean-image", "registered-average",
    ]  # fmt: skip
    assert (result["conditions"]["source"], result["conditions"]["target"]) == ("t2", "t1")
    row = result["cases"][0]
    # The direction's target is the t1, whose ranks are uniform from 0 to 300.
    assert (row["range_low"], row["range_high"]) == pytest.approx((0, 300), abs=25)
    assert np.isfinite(row["rmse_sd_raw"])
    measured = record_quality(
        str(tiny), tmp_path / "result", tmp_path / "measured", False, False, Events()
    )["rows"]
    assert measured[0]["name"] == "RMSE / standard deviation"
    assert measured[0]["value"] == result["summary"]["tiny"]["figures"]["rmse_sd_fit"]["mean"]
    assert measured[0]["conditions"].startswith("t2 to t1, whole input; inside the mask")
    best = min(
        entry["figures"]["rmse_sd_fit"]["mean"]
        for name, entry in result["summary"].items()
        if name != "tiny"
    )
    assert (measured[-1]["value"], measured[-1]["low"]) == (best, None)
