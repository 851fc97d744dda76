import json
from pathlib import Path

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.turing.cases import (
    Source,
    from_bids,
    from_folders,
    from_table,
    warn_of_contrasts,
    without,
)

GOOD = "path,label\na.nii,real\nb.nii,synthetic\n"


@pytest.fixture
def folder(tmp_path):
    for name in ("a.nii", "b.nii", "with space.nii", "größe.nii"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def read(folder, text, name="cases.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return from_table(path)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        '"path","label"\n"a.nii","real"\n"b.nii","synthetic"\n',
        "Label, Path \nreal, a.nii\nsynthetic,b.nii\n\n",
    ],
)
def test_spellings_of_one_table(folder, text):
    assert [(s.path.name, s.label) for s in read(folder, text)] == [
        ("a.nii", "real"),
        ("b.nii", "synthetic"),
    ]


def test_all_columns(folder):
    (case,) = read(
        folder,
        "path,label,role,group,subject,model,seed,plane,notes\n"
        '"größe.nii",synthetic,catch,3T,p1,gan,7,axial,"odd, but fine"\n',
    )
    assert (case.role, case.group, case.subject, case.model) == ("catch", "3T", "p1", "gan")
    assert (case.seed, case.plane, case.notes) == ("7", "axial", "odd, but fine")


def test_json(folder):
    content = {"cases": [{"path": "a.nii", "label": "real", "group": "g"}]}
    (case,) = read(folder, json.dumps(content), "cases.json")
    assert (case.path.name, case.label, case.group) == ("a.nii", "real", "g")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: lacks the column path"),
        ("path\na.nii\n", "line 1: lacks the column label"),
        ("path,label,colour\n", "unknown column 'colour'"),
        ("path,label,label\n", "has one twice"),
        ("path,label\n", "holds no case"),
        ("path,label\na.nii,fake\n", 'line 2: label must be one of "real", "synthetic"'),
        ("path,label,role\na.nii,real,catch\n", "line 2: a.nii is a catch case, an obvious fake"),
        ("path,label\na.nii\n", "line 2: has 1 columns instead of 2"),
        ("path,label\n\n,real\n", "line 3: the key path is missing"),
        ("path,label\n../a.nii,real\n", "line 2: column path"),
        ("path,label\n/etc/passwd,real\n", "line 2: column path"),
        ("path,label\nC:\\a.nii,real\n", "line 2: column path"),
        ("path,label\nnone.nii,real\n", "line 2: column path"),
        ('path,label\n"a.nii,real\n', "line 2"),
        (b"path,label\n\xff\xfe,real\n", "UTF-8"),
    ],
)
def test_what_is_wrong_is_named(folder, text, message):
    with pytest.raises(MedGANSynthError) as error:
        read(folder, text)
    assert message in str(error.value)


def test_a_link_out_of_the_folder_is_refused(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.nii"
    outside.write_bytes(b"x")
    (folder / "link.nii").symlink_to(outside)
    with pytest.raises(MedGANSynthError, match="a link that leaves"):
        read(folder, "path,label\nlink.nii,real\n")


def test_two_folders(tmp_path):
    for name in (
        "real/a.nii.gz",
        "real/b.mha",
        "synthetic/c.nrrd",
        "real/.hidden.nii",
        "real/x.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    found = from_folders(tmp_path / "real", tmp_path / "synthetic")
    assert [(s.path.name, s.label) for s in found] == [
        ("a.nii.gz", "real"),
        ("b.mha", "real"),
        ("c.nrrd", "synthetic"),
    ]
    with pytest.raises(MedGANSynthError, match="--synthetic"):
        from_folders(tmp_path / "real", tmp_path / "nowhere")


def test_bids(tmp_path):
    folder = tmp_path / "sub-01" / "anat"
    folder.mkdir(parents=True)
    for name in ("sub-01_T2w.nii.gz", "sub-01_desc-synthetic_T2w.nii.gz", "sub-01_acq-b_T2w.nii"):
        (folder / name).write_bytes(b"x")
    (folder / "sub-01_acq-b_T2w.json").write_text('{"Synthetic": true}')
    found = {s.path.name: (s.label, s.subject) for s in from_bids(tmp_path)}
    assert found == {
        "sub-01_T2w.nii.gz": ("real", "sub-01"),
        "sub-01_desc-synthetic_T2w.nii.gz": ("synthetic", "sub-01"),
        "sub-01_acq-b_T2w.nii": ("synthetic", "sub-01"),
    }


@pytest.fixture
def told():
    """A listener and its warnings."""

    class Listener(Events):
        def __init__(self):
            super().__init__()
            self.warnings = []

        def warning(self, text):
            self.warnings.append(text)

    return Listener()


def test_label_maps_of_a_bids_tree_are_no_cases_and_groups_are_read(tmp_path, told):
    for name in ("T1w", "desc-brain_mask", "desc-a_dseg", "label-GM_probseg", "brainmask"):
        for ending in (".nii", ".nii.gz"):
            (tmp_path / f"sub-01_{name}{ending}").write_bytes(b"x")
    text = "participant_id\tage\tgroup\nsub-01\t40\tcontrol\n"
    (tmp_path / "participants.tsv").write_text(text)
    found = [(s.path.name, s.group) for s in without(from_bids(tmp_path), (), (), False, told)]
    assert found == [("sub-01_T1w.nii", "control"), ("sub-01_T1w.nii.gz", "control")]
    (text,) = told.warnings
    assert text.startswith("8 of 10 volumes left out, label maps by their names: sub-01_")
    assert text.endswith(" and others.")


def sources(*names, label="real"):
    return [Source(Path(name), label) for name in names]


def test_what_is_left_out_by_pattern_is_told(told):
    given = sources("a_T1w.nii.gz", "a_T2w.nii.gz", "b_T1w.nii.gz", "c_T1w.nii", "a_mask.nii")
    kept = without(given, ("*_T1w.*",), ("b_*",), False, told)
    assert [s.path.name for s in kept] == ["a_T1w.nii.gz", "c_T1w.nii"]
    assert told.warnings == [
        "3 of 5 volumes left out, by --include or --exclude: a_T2w.nii.gz, b_T1w.nii.gz, "
        "a_mask.nii."
    ]


def test_a_table_says_itself_what_is_a_case(told):
    assert len(without(sources("a_mask.nii", "b.nii"), (), (), True, told)) == 2
    assert told.warnings == []


def test_a_class_that_is_left_out_as_a_whole_is_refused(told):
    given = sources("a.nii") + sources("b.nii", label="synthetic")
    with pytest.raises(MedGANSynthError, match="every synthetic volume was left out"):
        without(given, ("a*",), (), False, told)


def test_people_with_several_contrasts_are_told(told):
    same = sources("sub-01_T1w.nii", "sub-02_T1w.nii", "sub-01_desc-synthetic_T1w.nii", "x_T2w.nii")
    warn_of_contrasts(same, told)
    assert told.warnings == []
    warn_of_contrasts([*same, *sources("sub-02_T2w.nii.gz", label="synthetic")], told)
    assert told.warnings == [
        "1 person with different contrasts (sub-02: T1w, T2w): readers compare contrasts then; "
        "keep one with --include '*_T1w.*'."
    ]


def test_a_link_out_of_a_bids_tree_is_refused(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tmp_path / "secret.nii").write_bytes(b"x")
    (tree / "sub-01_T1w.nii").symlink_to(tmp_path / "secret.nii")
    with pytest.raises(MedGANSynthError, match="a link that leaves"):
        from_bids(tree)
