import csv
import dataclasses
import inspect
import json
import re
import xml.etree.ElementTree as ElementTree

import nibabel as nib
import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.cli import main
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation import paired
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


@pytest.mark.parametrize("options", [{"model": "m"}, {"baselines": True}, {"strip": True}])
def test_options_that_need_a_data_list(files, options):
    with pytest.raises(MedGANSynthError, match="need --data LIST"):
        judge_files(files, **options)
