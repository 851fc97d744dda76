import hashlib
import json

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing.study import (
    case_path,
    missing_and_changed,
    read_key,
    read_study,
    write_json,
)


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_round_trip(paper):
    folder = paper(readers=2)
    study, sha256 = read_study(folder)
    assert list(study.orders) == ["reader-1", "reader-2"]
    assert read_key(folder.with_name("study-key.json"), study).study == study.id
    write_json(study, folder / "study.json")
    assert read_study(folder) == (study, sha256)


def test_another_folder_is_no_study(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(MedGANSynthError) as refused:
            read_study(folder)
        said = f"{folder}: is no study; choose the folder that `study prepare` wrote."
        assert str(refused.value) == said


def test_an_unknown_version_is_refused(paper):
    folder = paper()
    edit(folder / "study.json", format=2)
    with pytest.raises(MedGANSynthError, match="study version 2"):
        read_study(folder)


@pytest.mark.parametrize("changes", [{"extra": 1}, {"cases": []}, {"orders": {}}, {"name": 3}])
def test_the_schema_is_closed(paper, changes):
    folder = paper()
    edit(folder / "study.json", **changes)
    with pytest.raises(MedGANSynthError, match=r"study\.json"):
        read_study(folder)


def test_an_order_shows_known_cases_only(paper):
    folder = paper()
    edit(folder / "study.json", orders={"reader-1": [{"cases": ["case-9999"]}]})
    with pytest.raises(MedGANSynthError, match="unknown case case-9999"):
        read_study(folder)


@pytest.mark.parametrize("case", ["../../secret", "/etc/passwd", "a/b", "a\\b"])
def test_a_case_name_leads_nowhere_else(paper, case):
    folder = paper()
    content = json.loads((folder / "study.json").read_text())
    content["cases"][0]["id"] = case
    (folder / "study.json").write_text(json.dumps(content))
    with pytest.raises(MedGANSynthError, match=r"cases\[0\]"):
        read_study(folder)


def test_another_studys_key_is_refused(paper):
    folder = paper()
    key = folder.with_name("study-key.json")
    edit(key, study="f" * 32)
    with pytest.raises(MedGANSynthError, match="another study"):
        read_key(key, read_study(folder)[0])


def test_a_key_from_before_a_field_existed_is_still_the_key(paper):
    folder = paper()
    path = folder.with_name("study-key.json")
    content = json.loads(path.read_text())
    for case in content["cases"].values():
        del case["model_sha256"]
    path.write_text(json.dumps(content, indent=3))
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    edit(folder / "study.json", key_commitment=hashlib.sha256(text.encode()).hexdigest())
    key = read_key(path, read_study(folder)[0])
    assert {case.model_sha256 for case in key.cases.values()} == {""}


def test_a_truth_changed_after_the_reading_is_found(paper):
    folder = paper()
    key = folder.with_name("study-key.json")
    content = json.loads(key.read_text())
    content["cases"]["case-0001"]["truth"] = (
        "real" if content["cases"]["case-0001"]["truth"] == "synthetic" else "synthetic"
    )
    key.write_text(json.dumps(content))
    with pytest.raises(MedGANSynthError, match="was changed"):
        read_key(key, read_study(folder)[0])


def test_damaged_and_missing_cases_are_named(paper):
    folder = paper()
    study, _ = read_study(folder)
    assert missing_and_changed(folder, study) == ([], [])
    case_path(folder, "case-0003").unlink()
    case_path(folder, "case-0005").write_bytes(b"NRRD")
    assert missing_and_changed(folder, study) == (["case-0003"], ["case-0005"])


@pytest.mark.parametrize("other", ["study.json", "clearance.json"])
def test_another_file_is_no_key(paper, other):
    folder = paper()
    with pytest.raises(MedGANSynthError, match=rf"{other}: is no key file; give the one"):
        read_key(folder / other, read_study(folder)[0])
