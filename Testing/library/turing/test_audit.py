import hashlib
import json

import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib.cli import main
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.files import file_hash
from MedGANSynthLib.turing import audit
from MedGANSynthLib.turing.audited import in_words
from MedGANSynthLib.turing.clearance import read_clearance
from MedGANSynthLib.turing.fingerprints import fingerprints
from MedGANSynthLib.turing.study import case_path, read_study


@pytest.fixture(autouse=True)
def small_forest(monkeypatch):
    monkeypatch.setattr(audit, "_TREES", 12)


def run(study, key, override=""):
    return audit.audit_study(study, key, override, 39, 0, Events())


def cleared(study):
    return read_clearance(study, read_study(study)[1])


def tamper(study, key, change):
    """Change every synthetic case, and make the study believe that it was prepared so."""
    truth = json.loads(key.read_text())["cases"]
    content = json.loads((study / "study.json").read_text())
    for case in content["cases"]:
        path = case_path(study, case["id"])
        if truth[case["id"]]["truth"] == "synthetic":
            change(path)
        case["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (study / "study.json").write_text(json.dumps(content))


def rewrite(path, change):
    image = sitk.ReadImage(str(path))
    array = change(sitk.GetArrayFromImage(image))
    other = sitk.GetImageFromArray(array)
    other.CopyInformation(image)
    sitk.WriteImage(other, str(path), useCompression=False)


def test_cases_made_alike_pass(study, key):
    result = run(study, key)
    assert result["cleared"] and not result["leak"]
    assert result["cases"] == 22
    assert not (result["bookkeeping_auc"] > 0.65 and result["bookkeeping_p"] < 0.05)
    clearance = cleared(study)
    assert (clearance.cleared, clearance.reason) == (True, "")
    assert clearance.audit_sha256 == file_hash(audit.audit_path(key))


def test_the_readers_side_gets_no_figure(study):
    assert set(json.loads((study / "clearance.json").read_text())) == {
        "format",
        "study_sha256",
        "cleared",
        "reason",
        "audit_sha256",
        "seal",
    }


LEAKS = {
    "file size": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "background": lambda path: rewrite(path, lambda a: np.maximum(a, 1)),
    "range": lambda path: rewrite(path, lambda a: np.minimum(a, 254)),
    "comb": lambda path: rewrite(path, lambda a: (a // 4 * 4 + (a > 0) * 3).astype(np.uint8)),
    "type": lambda path: rewrite(path, lambda a: a.astype(np.uint16)),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_each_leak_separates_the_classes(study, key, leak):
    """By one fingerprint alone."""
    tamper(study, key, LEAKS[leak])
    truth = json.loads(key.read_text())["cases"]
    books = {
        label: [
            fingerprints(case_path(study, c))[0] for c, k in truth.items() if k["truth"] == label
        ]
        for label in ("real", "synthetic")
    }
    apart = [
        name
        for name in books["real"][0]
        if max(b[name] for b in books["real"]) < min(b[name] for b in books["synthetic"])
        or min(b[name] for b in books["real"]) > max(b[name] for b in books["synthetic"])
    ]
    assert apart


def test_a_planted_leak_blocks_the_start(study, key):
    tamper(study, key, LEAKS["comb"])
    result = run(study, key)
    assert result["bookkeeping_auc"] > 0.9
    assert result["bookkeeping_p"] == pytest.approx(1 / 40)
    assert result["leak"] and not result["cleared"]
    assert not cleared(study).cleared
    worst = result["bookkeeping"][0]["fingerprint"]
    assert f"by {in_words(worst)} ({worst}, AUC" in result["text"]
    assert worst in ("comb", "gaps")
    assert "so no reading starts: save the originals of both classes with equally" in result["text"]
    assert result["text"].endswith("or run `medgansynth study audit` with --override REASON.")


def test_a_leak_ends_the_command_with_1(study, key, monkeypatch, capsys):
    monkeypatch.setattr(audit, "LIMIT", 0.0)
    monkeypatch.setattr(audit, "ALPHA", 1.1)
    words = ["study", "audit", str(study), "--key", str(key), "--permutations", "39"]
    assert main(words) == 1
    assert "so no reading starts" in capsys.readouterr().out
    assert main([*words, "--override", "   "]) == 1
    assert "--override needs a reason in words" in capsys.readouterr().err
    assert not cleared(study).cleared
    assert main([*words, "--override", "a pilot"]) == 0


def test_every_fingerprint_has_words(study):
    for kind in fingerprints(case_path(study, "case-0001")):
        assert all(in_words(name) != name for name in kind)


def test_an_override_needs_a_reason_and_keeps_it(study, key):
    tamper(study, key, LEAKS["file size"])
    assert run(study, key, "the readers see screenshots only")["cleared"]
    assert cleared(study).reason == "the readers see screenshots only"
    figures = json.loads(audit.audit_path(key).read_text())
    assert figures["override"] == "the readers see screenshots only"


def test_content_is_no_leak(study, key):
    """Blurred cases differ to the eye, and the content AUC says so."""

    def blur(array):
        mask = array > 0
        soft = array.astype(float)
        for axis in range(3):
            soft = (np.roll(soft, 1, axis) + soft + np.roll(soft, -1, axis)) / 3
        spread = (soft - soft[mask].min()) / np.ptp(soft[mask])
        return np.where(mask, 1 + np.rint(spread * 254), 0).astype(np.uint8)

    tamper(study, key, lambda path: rewrite(path, blur))
    assert run(study, key)["content_auc"] > 0.9


def test_a_changed_case_or_key_is_refused(study, key):
    path = case_path(study, "case-0001")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(MedGANSynthError, match="case-0001"):
        run(study, key)
    key.write_text(key.read_text().replace("synthetic-SECRET01", "synthetic-SECRET99"))
    with pytest.raises(MedGANSynthError, match="was changed"):
        run(study, key)


def test_nothing_varies_is_chance():
    labels = np.arange(10) % 2 == 0
    assert audit.forest_auc({"a": np.ones(10)}, labels, 0) == 0.5


def test_seeds_of_any_size_but_none_below_0(study, key, rng):
    labels = np.arange(40) % 2 == 0
    table = {"a": rng.normal(labels, 0.1)}
    assert audit.forest_auc(table, labels, 2**40) > 0.9
    with pytest.raises(MedGANSynthError, match="--seed must lie"):
        audit.audit_study(study, key, "", 39, -1, Events())


def test_comb_and_gaps_of_a_known_histogram(tmp_path, rng):
    def features(array):
        path = tmp_path / "x.nrrd"
        sitk.WriteImage(sitk.GetImageFromArray(array), str(path), useCompression=False)
        return fingerprints(path)[0]

    smooth = rng.integers(1, 256, (40, 40, 40)).astype(np.uint8)
    even = (smooth // 2 * 2).astype(np.uint8)
    assert features(smooth)["gaps"] == 0.0
    assert 0.2 < features(smooth)["comb"] < 2.0  # the median of a squared normal is 0.45
    assert features(even)["gaps"] == 1.0  # every level whose neighbours are filled
    assert features(even)["comb"] > 50
    assert features(smooth)["at_top"] == pytest.approx(1 / 255, rel=0.2)
