import json

import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.data.datalist import read_datalist
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write


@pytest.fixture
def tree(tmp_path, image):
    for i in range(1, 6):
        image(tmp_path / "bids" / f"sub-{i:02}_T1w.nii.gz", i)
        image(tmp_path / "bids" / f"sub-{i:02}_T2w.nii.gz", 10 + i)
    return tmp_path / "bids"


def test_bids_with_shares(tree):
    out = tree / "list.json"
    result = tasks.run(tasks.MakeDatalist(out=out, bids=tree, validation=0.2, test=0.2))
    assert result["outputs"] == [str(out)]
    assert result["rows"] == [
        {"split": "training", "people": 3, "cases": 3, "t1": 3, "t2": 3},
        {"split": "validation", "people": 1, "cases": 1, "t1": 1, "t2": 1},
        {"split": "test", "people": 1, "cases": 1, "t1": 1, "t2": 1},
    ]
    content = json.loads(out.read_text())
    assert content["modality"] == {"t1": "T1-weighted", "t2": "T2-weighted"}
    assert "root" not in content
    assert len(read_datalist(out).training) == 3


def test_a_list_away_from_its_data_names_the_root(tree, tmp_path):
    out = tmp_path / "lists" / "list.json"
    tasks.run(tasks.MakeDatalist(out=out, bids=tree))
    assert json.loads(out.read_text())["root"] == str(tree.resolve())
    assert read_datalist(out).training[0].images["t1"].is_file()


def test_split_file_and_left_out_people(tree, tmp_path, warnings):
    split = tmp_path / "split.json"
    split.write_text('{"training": ["sub-01", "sub-02"], "validation": ["sub-04"]}')
    out = tree / "list.json"
    tasks.run(tasks.MakeDatalist(out=out, bids=tree, split=split), warnings)
    made = read_datalist(out)
    assert [c.subject for c in made.training] == ["sub-01", "sub-02"]
    assert [c.subject for c in made.validation] == ["sub-04"]
    assert warnings.texts == ["left out, being in no split: sub-03, sub-05."]


def test_the_same_file_in_two_splits_is_warned_of(tree, warnings):
    (tree / "sub-02_T1w.nii.gz").write_bytes((tree / "sub-01_T1w.nii.gz").read_bytes())
    (tree / "split.json").write_text('{"training": ["sub-01"], "test": ["sub-02"]}')
    task = tasks.MakeDatalist(out=tree / "list.json", bids=tree, split=tree / "split.json")
    tasks.run(task, warnings)
    assert any("are the same file in two splits" in text for text in warnings.texts)


def test_csv_with_its_own_splits(tree):
    (tree / "c.csv").write_text(
        "subject,t1,split\na,sub-01_T1w.nii.gz,training\nb,sub-02_T1w.nii.gz,test\n"
    )
    tasks.run(tasks.MakeDatalist(out=tree / "list.json", csv=tree / "c.csv"))
    made = read_datalist(tree / "list.json")
    assert ([c.subject for c in made.training], [c.subject for c in made.test]) == (["a"], ["b"])


def test_csv_of_data_in_another_folder(tree, tmp_path):
    (tmp_path / "c.csv").write_text("subject,t1\na,sub-01_T1w.nii.gz\nb,sub-02_T1w.nii.gz\n")
    task = tasks.MakeDatalist(out=tmp_path / "l" / "list.json", csv=tmp_path / "c.csv", root=tree)
    tasks.run(task)
    assert len(read_datalist(task.out).training) == 1


def test_a_csv_of_absolute_paths_is_told_of_root(tree):
    (tree / "c.csv").write_text(f"subject,t1\na,{tree / 'sub-01_T1w.nii.gz'}\n")
    told = rf"line 2: column t1 names .*; write paths relative to {tree}, .*; --root names another"
    with pytest.raises(MedGANSynthError, match=told):
        tasks.run(tasks.MakeDatalist(out=tree / "list.json", csv=tree / "c.csv"))


def test_phantoms_are_written_marked_and_listed(tmp_path):
    out = tmp_path / "list.json"
    tasks.run(tasks.MakeDatalist(out=out, phantom=2, validation=0.5, seed=3))
    made = read_datalist(out)
    (case,) = made.training
    assert sorted(case.images) == ["mask", "t1", "t2"]
    volume = read(case.images["t1"])
    assert volume.shape == (128, 128, 30)
    assert volume.provenance.model == "head-phantom"
    (told,) = tasks.run(tasks.ShowProvenance(file=case.images["t1"]))["rows"]
    assert told["weights"] == "none"
    assert set(np.unique(read(case.images["mask"]).array)) == {0, 1}
    with pytest.raises(MedGANSynthError, match="exists already"):
        tasks.run(tasks.MakeDatalist(out=out, phantom=2))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "exactly one of --folder, --bids, --csv, --phantom and --simulate"),
        ({"phantom": 1, "bids": "here"}, "exactly one of"),
        ({"phantom": -1}, "--phantom must lie between 1 and 10000"),
        ({"modality": ("t1=T1w",), "phantom": 1}, "give --bids too"),
        ({"root": "x", "phantom": 1}, "give --csv too"),
        ({"spacing": 2.0, "phantom": 1}, "give --simulate too"),
        ({"subject": "(a)", "phantom": 1}, "--subject reads the names of --folder and --bids"),
        ({"bids": "empty"}, "no file is named like sub-01_T1w"),
        ({"bids": "bids", "validation": 2.0}, "--validation must be"),
    ],
)
def test_bad_requests_are_refused_and_nothing_is_written(tmp_path, tree, fields, sentence):
    (tmp_path / "empty").mkdir()
    if "bids" in fields:
        fields = fields | {"bids": tmp_path / fields["bids"]}
    with pytest.raises(MedGANSynthError, match=sentence):
        tasks.run(tasks.MakeDatalist(out=tmp_path / "out" / "list.json", **fields))
    assert not (tmp_path / "out").exists()


def test_simulations_of_label_maps(tmp_path):
    """Two cubes of white matter in CSF: two people with all modalities, and a mask."""
    for number in (1, 2):
        labels = np.full((24, 24, 24), 24, np.uint8)
        labels[6:18, 6:18, 6:18] = 2
        write(
            Volume(labels, np.diag([2.0, 2.0, 2.0, 1.0])), tmp_path / "maps" / f"seg_{number}.nii"
        )
    out = tmp_path / "list.json"
    fields = {"simulate": tmp_path / "maps", "validation": 0.5}
    result = tasks.run(tasks.MakeDatalist(out=out, **fields))
    counts = dict.fromkeys(("t1", "t2", "flair", "fa", "md", "pet", "mask"), 1)
    assert result["rows"][0] == {"split": "training", "people": 1, "cases": 1, **counts}
    made = read_datalist(out)
    assert {made.training[0].subject, made.validation[0].subject} == {"sub-seg1", "sub-seg2"}
    fa = read(made.training[0].images["fa"])
    assert fa.provenance.model == "label-simulation"


@pytest.mark.parametrize(
    ("maps", "sentence"),
    [
        ("none", "none: does not exist"),
        ("file", "file: is a file"),
        ("empty", "empty: holds no label map"),
        ("alike", "a-1.nii and a1.nii would both become sub-a1; rename one"),
        ("one", "1 person is too few for 1 in validation"),
    ],
)
def test_what_cannot_be_simulated_leaves_nothing_behind(tmp_path, maps, sentence):
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for folder, names in (("alike", ("a-1.nii", "a1.nii")), ("one", ("a.nii",))):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_bytes(b"")
    with pytest.raises(MedGANSynthError, match=sentence):
        tasks.run(tasks.MakeDatalist(out=tmp_path / "out" / "x.json", simulate=tmp_path / maps))
    assert not (tmp_path / "out").exists()


def test_phantoms_that_cannot_be_split_are_not_written(tmp_path):
    with pytest.raises(MedGANSynthError, match="1 person is too few"):
        tasks.run(tasks.MakeDatalist(out=tmp_path / "out" / "x.json", phantom=1, validation=0.5))
    assert not (tmp_path / "out").exists()
