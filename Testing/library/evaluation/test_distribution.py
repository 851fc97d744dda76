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
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation import set_diversity
from MedGANSynthLib.evaluation.distribution import evaluate_distribution
from MedGANSynthLib.evaluation.set_loading import choose, load_cohorts
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write as write_volume


class Heard(Events):
    """Keeps the warnings."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def warning(self, text):
        self.texts.append(text)


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch):
    monkeypatch.setattr(set_diversity.random_pairs, "__defaults__", (60,))


def write(folder, volumes, spacing=3.0):
    folder.mkdir(parents=True)
    for number, volume in enumerate(volumes):
        thick = np.repeat(500 * (volume + 1), 3, axis=2).astype(np.float32)
        image = nib.Nifti1Image(thick, np.diag([spacing] * 3 + [1.0]))
        nib.save(image, folder / f"sub-{number:02d}.nii.gz")
    return folder


@pytest.fixture
def folders(tmp_path, brains):
    sets = (("real", 2), ("training", 1), ("synthetic", 3))
    return {name: [write(tmp_path / name, brains(14, seed))] for name, seed in sets}


def test_the_task_has_exactly_these_arguments():
    fields = {f.name for f in dataclasses.fields(tasks.EvaluateDistribution)}
    assert set(inspect.signature(evaluate_distribution).parameters) == fields | {"events"}


def test_report_of_three_sets(folders, tmp_path):
    out = tmp_path / "result"
    result = evaluate_distribution(**folders, out=out, baselines=True, events=Events())
    assert result["text"].startswith("14 synthetic, 14 real, 14 training volumes of 32x32x3 voxels")
    assert [row["set"] for row in result["rows"]][:3] == ["synthetic", "copies", "noisy-copies"]
    verdicts = {row["set"]: row["real_like"] for row in result["rows"]}
    assert verdicts["synthetic"] == "cannot be judged"  # 14 are too few
    assert "pass" not in verdicts.values()
    assert "No useless generator passes." in result["text"]
    names = ("report.html", "figures.csv", "gate.csv", "summary.json")
    assert result["outputs"] == [str(out / name) for name in names]
    rows = list(csv.DictReader((out / "gate.csv").open()))
    copied = {r["set"]: r["value"] for r in rows if r["criterion"].startswith("copies")}
    assert copied["synthetic"] == "" or float(copied["synthetic"]) <= 2
    summary = json.loads((out / "summary.json").read_text())
    assert set(summary["sets"]) == set(verdicts)
    text = (out / "report.html").read_text()
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert text.count("data:image/png;base64,") == 2
    for chart in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(chart)
    again = evaluate_distribution(**folders, events=Events())
    assert again["sets"]["synthetic"] == result["sets"]["synthetic"]


def test_other_grids_are_resampled_with_notice(folders, tmp_path, brains):
    folders["real"] = [write(tmp_path / "fine", brains(14, 2, side=48), spacing=2.0)]
    events = Heard()
    result = evaluate_distribution(**folders, events=events)
    assert result["conditions"]["grid"] == "32x32x3"
    assert any(text.startswith("14 volumes were resampled") for text in events.texts)


def test_one_scale_for_all_sees_a_wrong_brightness(folders, tmp_path):
    def volumes(scale):
        paths = {"real": folders["real"], "synthetic": [tmp_path / "dark"]}
        return load_cohorts(choose(paths), None, scale, 2, Events())

    darker = tmp_path / "dark"
    darker.mkdir()
    for path in folders["real"][0].iterdir():
        image = nib.load(path)
        nib.save(nib.Nifti1Image(0.8 * image.get_fdata(), image.affine), darker / path.name)
    each, common = volumes("each"), volumes("common")
    assert np.abs(each["real"].volumes - each["synthetic"].volumes).max() < 1e-4
    shares = [(common[name].volumes + 1).mean() for name in ("synthetic", "real")]
    assert shares[0] / shares[1] == pytest.approx(0.8, abs=0.05)


def test_people_in_two_sets_are_named(folders):
    real, training = folders["real"][0], folders["training"][0]
    (real / "sub-99.nii.gz").write_bytes((training / "sub-03.nii.gz").read_bytes())
    events = Heard()
    evaluate_distribution(**folders, events=events)
    assert any("1 real volumes are training volumes, too (sub-99)" in t for t in events.texts)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"scale": "none"}, "--scale none: must be each or common"),
        ({"size": (4, 4)}, "--size: give three positive numbers"),
        ({"spacing": (1.0, 0.0, 1.0)}, "--spacing: give three positive numbers"),
        ({"synthetic": []}, "no synthetic volumes"),
    ],
)
def test_refused_requests(folders, options, problem):
    with pytest.raises(MedGANSynthError, match=problem):
        evaluate_distribution(**(folders | options), events=Events())


def test_too_few_and_constant_volumes_are_refused(folders, tmp_path, brains):
    few = write(tmp_path / "few", brains(3, 2))
    with pytest.raises(MedGANSynthError, match="real set has 3 volumes; at least 4 are needed"):
        evaluate_distribution(**(folders | {"real": [few]}), events=Events())
    path = folders["synthetic"][0] / "sub-05.nii.gz"
    nib.save(nib.Nifti1Image(np.full((32, 32, 3), 7.0), np.eye(4)), path)
    with pytest.raises(MedGANSynthError, match=r"sub-05.*every voxel has the same value"):
        evaluate_distribution(**folders, events=Events())


def test_masks_among_the_volumes_are_named_and_left_out(folders, brains):
    real = folders["real"][0]
    mask = (brains(1, 5)[0] > -1).astype(np.uint8).repeat(3, axis=2)
    for number in range(3):
        image = nib.Nifti1Image(mask, np.diag([3.0, 3.0, 3.0, 1.0]))
        nib.save(image, real / f"sub-{number:02d}_mask.nii.gz")
    with pytest.raises(MedGANSynthError, match=r"sub-00_mask.*label map.*'\*_mask.nii.gz'"):
        evaluate_distribution(**folders, events=Events())
    chosen = choose(folders, ("*_mask.nii.gz",))
    assert {name: len(files) for name, files in chosen.items()} == dict.fromkeys(folders, 14)


def test_synthetic_volumes_among_the_real_ones_are_counted(tmp_path, brains):
    provenance = Provenance("some-model", "0" * 64)
    for name in ("real", "synthetic"):
        for number, array in enumerate(brains(3, 2)):
            volume = Volume(500 * (array + 1), np.eye(4), provenance=provenance)
            write_volume(volume, tmp_path / name / f"{number}.nii.gz")
    events = Heard()
    load_cohorts(
        choose({n: [tmp_path / n] for n in ("real", "synthetic")}), None, "each", 2, events
    )
    assert events.texts == ["3 of 3 volumes in the real set are synthetic."]
