import dataclasses
import inspect
import json
from types import SimpleNamespace

import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.lesion import evaluate_lesion
from MedGANSynthLib.evaluation.lesion_ball import expected_sign, insert_lesion, judge_lesion
from MedGANSynthLib.events import Events

SPACING = (1.0, 1.0, 2.0)


@pytest.fixture
def brain(rng):
    """A random output of standard deviation 1, a mask, and a lesion of 6 mm radius."""
    mask = np.zeros((44, 44, 24), bool)
    mask[3:-3, 3:-3, 1:-1] = True
    before = rng.normal(size=mask.shape)
    before /= before[mask].std()
    return before, mask, insert_lesion(mask, SPACING, 6.0, rng)


def test_the_task_has_exactly_these_arguments():
    fields = {f.name for f in dataclasses.fields(tasks.EvaluateLesion)}
    assert set(inspect.signature(evaluate_lesion).parameters) == fields | {"events"}


def test_a_lesion_is_a_ball_in_millimetres_inside_the_mask(brain):
    _, mask, place = brain
    assert place.profile[place.centre] == 1
    volume = (place.profile >= 0.5).sum() * np.prod(SPACING)
    assert volume == pytest.approx(4 / 3 * np.pi * 6**3, rel=0.1)
    assert not (place.profile[~mask] > 0).any()
    with pytest.raises(MedGANSynthError, match="no room for a lesion of 40 mm"):
        insert_lesion(mask, SPACING, 40.0, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("gain", "outcome"),
    [(1.0, "kept"), (0.3, "weakened"), (0.05, "lost"), (-0.05, "lost"), (-0.8, "inverted")],
)
def test_what_the_output_makes_of_it(brain, gain, outcome):
    """A dark lesion that should be bright, as in T1 to T2."""
    before, mask, place = brain
    after = before + 2 * gain * place.profile
    found = judge_lesion(before, after, mask, SPACING, place, 6.0, -2.0, 1)
    assert found["outcome"] == outcome
    assert found["response"] == pytest.approx(gain * place.profile[place.profile >= 0.5].mean())
    assert found["overlap"] > 0.9
    assert found["far_volume_ml"] == 0 and not found["invents"]


def test_the_real_pair_says_how_a_lesion_should_look(brain):
    before, mask, _ = brain
    assert expected_sign(before, 100 - 3 * before, mask, -2.0) == 1  # dark in, bright out
    assert expected_sign(before, 100 + 3 * before, mask, -2.0) == -1
    assert expected_sign(before, 100 - 3 * before, mask, 2.0) == -1
    outside = np.where(mask, before, -50 * (before + 1))
    assert expected_sign(before, outside, mask, 2.0) == 1


def test_tissue_that_changes_elsewhere_is_invented(brain, rng):
    before, mask, place = brain
    other = next(
        p
        for p in iter(lambda: insert_lesion(mask, SPACING, 6.0, rng), None)
        if not ((p.profile > 0) & (place.profile > 0)).any()
        and np.linalg.norm((np.array(p.centre) - place.centre) * SPACING) > 26
    )
    found = judge_lesion(before, before + 2 * other.profile, mask, SPACING, place, 6.0, -2.0, 1)
    assert found["outcome"] == "lost" and found["invents"]
    assert found["far_blob_ml"] == pytest.approx(4 / 3 * np.pi * 0.6**3, rel=0.15)


def test_a_package_on_a_data_list(tiny, listing, tmp_path):
    options = {"model": str(tiny), "data": listing, "radius": (3.0,), "count": 2, "device": "cpu"}
    result = evaluate_lesion(**options, out=tmp_path / "result", events=Events())
    assert result["failed"] == 0
    assert [lesion["subject"] for lesion in result["lesions"]] == ["d", "d", "e", "e", "e", "e"]
    (row,) = result["rows"]
    counts = [row[name] for name in ("kept", "weakened", "lost", "inverted")]
    assert sum(counts) == row["lesions"] == 6
    responses = [lesion["response"] for lesion in result["lesions"]]
    assert row["response"] == pytest.approx((np.mean(responses[:2]) + np.mean(responses[2:])) / 2)
    flipped = {"bright": "dark", "dark": "bright"}[result["lesions"][0]["expected"]]
    other = evaluate_lesion(**options, expect=flipped, events=Events())["lesions"]
    assert other[0]["response"] == pytest.approx(-responses[0])
    quality = json.loads((tmp_path / "result" / "quality.json").read_text())
    assert quality["measurements"][0]["value"] == row["lost"] / 6
    text = (tmp_path / "result" / "report.html").read_text()
    assert text.count("data:image/png;base64,") == 4 * 6
    assert evaluate_lesion(**options, events=Events())["lesions"] == result["lesions"]


def test_a_lesion_that_several_inputs_show(listing, manifest, monkeypatch):
    """The model's output is t2 - t1: a lesion dark in one and bright in the other adds up."""
    one = manifest.directions["t1-to-t2"]
    both = tuple(dataclasses.replace(one.inputs[0], modality=name) for name in ("t1", "t2"))
    directions = {"both": dataclasses.replace(one, inputs=both)}
    package = SimpleNamespace(
        manifest=dataclasses.replace(manifest, directions=directions), sha256="ab" * 32
    )

    def translate(volumes):
        t1, t2 = (v.array.astype(np.float64) for v in volumes)
        return volumes[0].with_array(t2 - t1)

    monkeypatch.setattr("MedGANSynthLib.models.package.open_package", lambda name: package)
    monkeypatch.setattr(
        "MedGANSynthLib.inference.translate.Translator.load",
        lambda *arguments: SimpleNamespace(translate=translate),
    )

    def responses(insert, *contrast):
        found = evaluate_lesion(
            model="both",
            data=listing,
            source="t1,t2",
            insert=insert,
            contrast=contrast,
            radius=(3.0,),
            count=1,
            expect="bright",
            events=Events(),
        )
        return np.array([lesion["response"] for lesion in found["lesions"]]), found["conditions"]

    first, _ = responses("t1", -1.0)
    second, _ = responses("t2", 2.0)
    together, conditions = responses("t1,t2", -1.0, 2.0)
    # Each is over its own contrast; together they are over the larger one, that of the t2.
    assert together == pytest.approx(first / 2 + second, rel=1e-5) and (first > 0).all()
    assert conditions["lesion"] == "-1 in t1, +2 in t2 (standard deviations inside the mask)"
    alike, _ = responses("t1,t2", 2.0)
    assert alike == pytest.approx(second - first, rel=1e-5)


def test_where_no_case_can_be_judged_nothing_is_written(tiny, listing, tmp_path):
    out = tmp_path / "result"
    with pytest.raises(MedGANSynthError, match="no room for a lesion of 90 mm"):
        evaluate_lesion(model=str(tiny), data=listing, radius=(90.0,), out=out, events=Events())
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"split": "val"}, "--split must be one of"),
        ({"radius": (0.0,)}, "must be positive"),
        ({"contrast": (0.0,)}, "must be positive, and --contrast not 0"),
        ({"contrast": (-2.0, 2.0)}, "--contrast: 2 numbers for 1 modality in --insert; give one"),
        ({"insert": "flair"}, "--insert flair: the model takes t1"),
        ({"insert": "t1,flair"}, "--insert flair: the model takes t1"),
        ({"expect": "grey"}, "--expect must be bright or dark"),
        ({"split": "test"}, "the test split is empty"),
    ],
)
def test_refused_requests(tiny, listing, options, problem):
    with pytest.raises(MedGANSynthError, match=problem):
        evaluate_lesion(**({"model": str(tiny), "data": listing} | options), events=Events())
