import csv
import dataclasses
import inspect
import json
import re
import sys
import types
import xml.etree.ElementTree as ElementTree

import nibabel as nib
import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.cli import main
from MedGANSynthLib.data.datalist import read_datalist
from MedGANSynthLib.errors import Cancelled, MedGANSynthError
from MedGANSynthLib.evaluation import compare, judging, methods, paired, plan, regressors
from MedGANSynthLib.evaluation.paired import evaluate_paired
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.read import read


def judge_files(files, **options):
    return evaluate_paired(
        predictions=[files / "pred"],
        targets=[files / "real"],
        masks=[files / "mask"],
        events=Events(),
        **options,
    )


def save(path, array):
    path.parent.mkdir(exist_ok=True)
    nib.save(nib.Nifti1Image(array, np.diag([1.5, 1.5, 5.0, 1.0])), path)


def rewrite(path, change):
    image = nib.load(path)
    array, affine = change(image.get_fdata(), image.affine)
    nib.save(nib.Nifti1Image(array.astype(np.float32), affine), path)


def test_the_task_has_exactly_these_arguments():
    fields = {f.name for f in dataclasses.fields(tasks.EvaluatePaired)}
    assert set(inspect.signature(evaluate_paired).parameters) == fields | {"events"}


def test_files(files):
    result = judge_files(files)
    assert result["failed"] == 0
    assert [row["case"] for row in result["cases"]] == ["sub-01", "sub-02"]
    for row in result["cases"]:
        assert row["fit_slope"] == pytest.approx(0.5, rel=0.05)
        assert row["rmse_sd_raw"] > 1 > 0.2 > row["rmse_sd_fit"]
        assert row["mask_voxels"] == 20 * 18 * 4
    figure = result["summary"]["prediction"]["figures"]["rmse_sd_fit"]
    values = [row["rmse_sd_fit"] for row in result["cases"]]
    assert figure["mean"] == pytest.approx(np.mean(values))
    assert (figure["least"], figure["most"]) == pytest.approx((min(values), max(values)))
    assert (figure["low"], figure["high"]) == (None, None)
    assert result["text"] == (
        "2 cases of 2 people; inside the mask; _fit: after one affine fit; mean (least to most of "
        "the people: fewer than 5 give no interval)."
    )
    assert " to " in result["rows"][0]["psnr_fit"]
    assert result["rows"][0]["cases"] == 2
    ranges = [row["range_high"] - row["range_low"] for row in result["cases"]]
    errors = [row["rmse_fit"] / r for row, r in zip(result["cases"], ranges, strict=True)]
    pooled = result["summary"]["prediction"]["figures"]["psnr_pooled_fit"]["mean"]
    assert pooled == pytest.approx(-10 * np.log10(np.mean(np.square(errors))))
    json.dumps(result, allow_nan=False)


def test_what_counts_without_a_mask_and_one_case_are_said(files):
    names = {"predictions": "pred", "targets": "real"}
    result = evaluate_paired(
        **{field: [files / name / "sub-01.nii.gz"] for field, name in names.items()},
        events=Events(),
    )
    assert result["text"].startswith("1 case of 1 person; above the target's minimum; _fit: ")
    (row,) = result["cases"]
    assert row["mask_voxels"] > 20 * 18 * 4


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


def test_no_zero_is_below_zero():
    shown = paired._shown({"mean": -1e-5, "low": -0.2, "high": -1e-4})
    assert shown == "0.000 [-0.200, 0.000]"


def test_written_whole_and_never_over_another_result(files):
    out = files / "result"
    result = judge_files(files, out=out)
    names = ("cases.csv", "differences.csv", "histogram.csv", "report.html", "summary.json")
    assert result["outputs"] == [str(out / name) for name in names]
    rows = list(csv.DictReader((out / "cases.csv").open()))
    assert float(rows[0]["rmse_sd_fit"]) == result["cases"][0]["rmse_sd_fit"]
    summary = json.loads((out / "summary.json").read_text())
    assert summary["summary"] == result["summary"]
    assert "0.5 to 99.5 percentiles" in summary["definitions"]["data range"]
    assert summary["conditions"]["mask"] == "mask files"
    with pytest.raises(MedGANSynthError, match="exists already"):
        judge_files(files, out=out)
    judge_files(files, out=out, overwrite=True)


def test_same_seed_same_file(files):
    for name in ("one", "two"):
        judge_files(files, out=files / name, seed=5)
    for file in ("cases.csv", "differences.csv", "summary.json", "report.html"):
        assert (files / "one" / file).read_bytes() == (files / "two" / file).read_bytes()


def test_the_only_case_failing_is_one_sentence(files):
    rewrite(files / "pred" / "sub-02.nii.gz", lambda a, m: (0 * a, m))
    paths = {f"{kind}s": [files / kind[:4] / "sub-02.nii.gz"] for kind in ("prediction", "mask")}
    paths["targets"] = [files / "real" / "sub-02.nii.gz"]
    with pytest.raises(MedGANSynthError, match="constant"):
        evaluate_paired(**paths, out=files / "result", events=Events())
    assert not (files / "result").exists()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda a, m: (np.where(a == a.max(), np.nan, a), m), "not finite"),
        (lambda a, m: (0 * a, m), "constant"),
        (lambda a, m: (a[:, :, :-1], m), "another grid"),
        (lambda a, m: (a, m + np.eye(4, k=3) * 2), "another grid"),
    ],
    ids=["nan", "constant", "shape", "shift"],
)
def test_a_failed_case_is_a_row_and_counted(files, change, problem):
    rewrite(files / "pred" / "sub-02.nii.gz", change)
    result = judge_files(files, out=files / "result")
    assert result["failed"] == 1
    assert problem in result["cases"][1]["error"]
    assert "sub-02" in result["text"]
    only = result["cases"][0]["rmse_sd_fit"]
    assert result["summary"]["prediction"]["figures"]["rmse_sd_fit"]["mean"] == only
    assert result["summary"]["prediction"]["failed"] == 1
    rows = list(csv.DictReader((files / "result" / "cases.csv").open()))
    assert problem in rows[1]["error"]
    assert rows[1]["rmse_sd_fit"] == ""


def test_a_small_region_is_measured_and_what_is_left_empty_is_said(files):
    lesion = np.zeros((28, 26, 6), np.uint8)
    lesion[12:16, 10:14, 2:4] = 1
    edge = np.zeros((28, 26, 6), np.uint8)
    edge[:4, :4, 2] = 1
    save(files / "mask" / "sub-01.nii.gz", lesion)
    save(files / "mask" / "sub-02.nii.gz", edge)
    heard = []
    events = Events()
    events.emit = lambda kind, **told: kind == "warning" and heard.append(told["text"])
    result = evaluate_paired(
        predictions=[files / "pred"],
        targets=[files / "real"],
        masks=[files / "mask"],
        out=files / "result",
        events=events,
    )
    assert result["failed"] == 0
    assert heard == [
        "sub-01: the mask is too thin to measure texture; that is left empty.",
        "sub-02: the mask is too thin to measure texture; that is left empty.",
        "sub-02: the mask is too near the volume's border for SSIM; left empty.",
    ]
    first, second = result["cases"]
    assert (first["mask_voxels"], second["mask_voxels"]) == (32, 16)
    assert first["texture_ratio"] is None and 0 < first["ssim_in_plane_fit"] <= 1
    assert second["ssim_in_plane_fit"] is None and second["mae_raw"] > 0
    assert result["rows"][0]["texture_ratio"] == ""


def test_identical_images_are_reported_as_infinite_psnr(files):
    rewrite(files / "pred" / "sub-01.nii.gz", lambda a, m: (a, m))
    (files / "pred" / "sub-01.nii.gz").write_bytes((files / "real" / "sub-01.nii.gz").read_bytes())
    result = judge_files(files)
    assert result["cases"][0]["psnr_raw"] == "inf"
    figure = result["summary"]["prediction"]["figures"]["psnr_raw"]
    assert (figure["infinite"], figure["mean"]) == (1, result["cases"][1]["psnr_raw"])


def test_tissues_and_error_maps(files):
    halves = np.ones((28, 26, 6), np.uint8)
    halves[14:] = 2
    for name in ("sub-01", "sub-02"):
        save(files / "labels" / f"{name}.nii.gz", halves)
    result = judge_files(
        files, labels=[files / "labels"], out=files / "result", error_maps=True, compat=True
    )
    assert result["failed"] == 0
    rows = list(csv.DictReader((files / "result" / "tissues.csv").open()))
    assert [(r["case"], r["label"], r["voxels"]) for r in rows[:2]] == [
        ("sub-01", "1", str(10 * 18 * 4)), ("sub-01", "2", str(10 * 18 * 4)),
    ]  # fmt: skip
    # The fit leaves no error on average over the mask, so the halves' errors cancel.
    assert float(rows[0]["bias"]) == pytest.approx(-float(rows[1]["bias"]), abs=1e-6)
    assert result["cases"][0]["scgan_nrmse_raw"] > 0
    path = files / "result" / "error-maps" / "sub-01-prediction-error.nii.gz"
    volume = read(path)
    assert volume.provenance.settings["map"] == "error"
    inside = np.zeros(volume.shape, bool)
    inside[4:-4, 4:-4, 1:-1] = True
    assert (volume.array[~inside] == 0).all()
    error = np.sqrt(np.mean(volume.array[inside].astype(float) ** 2))
    assert error == pytest.approx(result["cases"][0]["rmse_fit"], rel=1e-5)


def test_error_maps_need_a_folder(files):
    with pytest.raises(MedGANSynthError, match="--error-maps are written into the folder"):
        judge_files(files, error_maps=True)


def test_the_report_is_one_offline_page(files):
    rewrite(files / "pred" / "sub-02.nii.gz", lambda a, m: (0 * a, m))
    judge_files(files, out=files / "result")
    text = (files / "result" / "report.html").read_text()
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert text.count("data:image/png;base64,") == 3 + 1  # real, synthetic, difference; real alone
    assert "1 failed and enter no mean" in text and "constant" in text
    for chart in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(chart)


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


def test_command_line_and_formula_names(files, capsys):
    for folder in ("pred", "real", "mask"):
        (files / folder / "sub-01.nii.gz").rename(files / folder / "=cmd().nii.gz")
    arguments = ["evaluate", "paired", str(files / "pred"), "--targets", str(files / "real")]
    arguments += ["--masks", str(files / "mask"), "-o", str(files / "out"), "--progress", "none"]
    assert main(arguments) == 0
    assert "rmse_sd_fit" in capsys.readouterr().out
    assert "\n'=cmd()," in (files / "out" / "cases.csv").read_text()
    rewrite(files / "pred" / "sub-02.nii.gz", lambda a, m: (0 * a, m))
    assert main([*arguments, "--overwrite", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["failed"] == 1


def judge_list(listing, **options):
    return evaluate_paired(data=listing, events=Events(), **options)


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


@pytest.mark.parametrize("options", [{"model": "m"}, {"baselines": True}, {"strip": True}])
def test_options_that_need_a_data_list(files, options):
    with pytest.raises(MedGANSynthError, match="need --data LIST"):
        judge_files(files, **options)


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
