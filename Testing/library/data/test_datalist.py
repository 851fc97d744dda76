import json

import pytest

from MedGANSynthLib.data.datalist import (
    Case,
    read_datalist,
    write_datalist,
)
from MedGANSynthLib.errors import MedGANSynthError


def write_json(path, **content):
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def two(tmp_path, image):
    """A list of two people, as a dictionary."""
    for name in ("a_t1", "a_t2", "b_t1"):
        image(tmp_path / "scans" / f"{name}.nii.gz")
    return {
        "modality": {"t1": "T1-weighted", "t2": "T2-weighted"},
        "training": [
            {"subject": "a", "t1": "scans/a_t1.nii.gz", "t2": "scans/a_t2.nii.gz"},
        ],
        "validation": [{"subject": "b", "t1": "scans/b_t1.nii.gz"}],
    }


def test_reads_paths_relative_to_the_list(tmp_path, two):
    made = read_datalist(write_json(tmp_path / "list.json", **two))
    scans = tmp_path.resolve() / "scans"
    assert made.training == (Case("a", {"t1": scans / "a_t1.nii.gz", "t2": scans / "a_t2.nii.gz"}),)
    assert made.validation == (Case("b", {"t1": scans / "b_t1.nii.gz"}),)
    assert made.test == ()


def test_write_then_read_gives_the_same(tmp_path, two):
    made = read_datalist(write_json(tmp_path / "list.json", **two))
    write_datalist(made, tmp_path / "again.json")
    assert read_datalist(tmp_path / "again.json") == made
    assert "root" not in json.loads((tmp_path / "again.json").read_text())


def test_root_lets_a_list_lie_elsewhere(tmp_path, two):
    made = read_datalist(write_json(tmp_path / "list.json", **two))
    elsewhere = tmp_path / "lists" / "list.json"
    write_datalist(made, elsewhere, root=tmp_path / "scans")
    assert read_datalist(elsewhere) == made
    with pytest.raises(MedGANSynthError, match="lies outside"):
        write_datalist(made, elsewhere)


def test_monai_reads_the_list(tmp_path, two):
    from monai.data import load_decathlon_datalist

    path = write_json(tmp_path / "list.json", **two)
    cases = load_decathlon_datalist(path, False, "validation", tmp_path)
    assert [case["subject"] for case in cases] == ["b"]


@pytest.mark.parametrize(
    "path",
    ["../secret.nii.gz", "scans/../../secret.nii.gz", "/etc/hostname", "C:\\x.nii", "\\\\a\\b"],
)
def test_a_path_that_leaves_the_folder_is_refused(tmp_path, two, image, path):
    image(tmp_path.parent / "secret.nii.gz")
    two["training"].append({"subject": "c", "t1": path})
    with pytest.raises(MedGANSynthError, match=r"list\.json: training\[1\]\.t1 names"):
        read_datalist(write_json(tmp_path / "list.json", **two))


def test_a_link_that_leaves_the_folder_is_refused(tmp_path, two, image):
    secret = image(tmp_path.parent / "other" / "secret.nii.gz")
    (tmp_path / "scans" / "c.nii.gz").symlink_to(secret)
    two["training"].append({"subject": "c", "t1": "scans/c.nii.gz"})
    with pytest.raises(MedGANSynthError, match="a link that leaves"):
        read_datalist(write_json(tmp_path / "list.json", **two))


def test_a_link_within_the_folder_is_followed(tmp_path, two):
    (tmp_path / "c.nii.gz").symlink_to(tmp_path / "scans" / "b_t1.nii.gz")
    two["validation"].append({"subject": "c", "t1": "c.nii.gz"})
    made = read_datalist(write_json(tmp_path / "list.json", **two))
    assert made.validation[1].images["t1"].name == "b_t1.nii.gz"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tests": []}, 'unknown key "tests"'),
        ({"modality": {}}, "modality must have 1 to 100 items"),
        ({"training": [{"subject": "c", "flair": "x"}]}, r"training\[0\]: unknown key 'flair'"),
        ({"training": [{"t1": "scans/a_t1.nii.gz"}]}, r"training\[0\]: the key subject is missing"),
        ({"training": [{"subject": "c"}]}, "c has no image"),
        ({"training": [{"subject": "c", "t1": "no.nii"}]}, "'no.nii', which is not in"),
        ({"training": [{"subject": "c", "t1": 3}]}, r"training\[0\].t1 must be a text"),
        ({"training": [{"subject": "b", "t1": "scans/b_t1.nii.gz"}]}, "both training and valid"),
        ({"root": "scans"}, "its root scans is no folder here; put the images back"),
    ],
)
def test_a_bad_list_is_refused_in_one_sentence(tmp_path, two, change, sentence):
    path = write_json(tmp_path / "list.json", **(two | change))
    with pytest.raises(MedGANSynthError, match=sentence) as refused:
        read_datalist(path)
    assert "\n" not in str(refused.value)
