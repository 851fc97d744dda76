import pytest

from MedGANSynthLib.data.discover import (
    in_bids,
    in_csv,
    in_folders,
    parse_pairs,
    parse_subject,
)
from MedGANSynthLib.errors import MedGANSynthError


def names(cases):
    """subject -> modality -> file name."""
    return [(c.subject, {m: p.name for m, p in c.images.items()}) for c in cases]


def test_folders_pair_by_common_name(tmp_path, image):
    for name in ("t1/anna-T1.nii.gz", "t1/bert_t1w.nii", "t2/anna-T2.nrrd", "t2/carl.mha"):
        image(tmp_path / "x.nii")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / "x.nii").rename(tmp_path / name)
    made = in_folders({"t1": tmp_path / "t1", "t2": tmp_path / "t2"})
    assert names(made) == [
        ("anna", {"t1": "anna-T1.nii.gz", "t2": "anna-T2.nrrd"}),
        ("bert", {"t1": "bert_t1w.nii"}),
        ("carl", {"t2": "carl.mha"}),
    ]


def test_folders_pair_by_bids_subject_and_session(tmp_path, image):
    for name in ("t1/sub-1_ses-a_T1w", "t1/sub-1_ses-b_T1w", "t2/sub-1_ses-b_acq-x_T2w"):
        image(tmp_path / f"{name}.nii.gz")
    made = in_folders({"t1": tmp_path / "t1", "t2": tmp_path / "t2"})
    assert [(s, sorted(i)) for s, i in names(made)] == [
        ("sub-1", ["t1"]),
        ("sub-1", ["t1", "t2"]),
    ]


def test_a_pattern_names_the_person_and_the_examination(tmp_path, image):
    for name in ("t1/scanA_HH12_v1_x", "t1/scanB_HH12_v2_x", "t2/scanC_HH12_v1", "t2/scanA_HH9_v1"):
        image(tmp_path / f"{name}.nii.gz")
    folders = {"t1": tmp_path / "t1", "t2": tmp_path / "t2"}
    made = in_folders(folders, parse_subject(r"_(HH\d+)_(v\d)"))
    assert [(s, sorted(i)) for s, i in names(made)] == [
        ("HH12", ["t1", "t2"]),
        ("HH12", ["t1"]),
        ("HH9", ["t2"]),
    ]
    with pytest.raises(MedGANSynthError, match="HH12's t1 already"):
        in_folders(folders, parse_subject(r"_(HH\d+)_"))
    with pytest.raises(MedGANSynthError, match="finds nobody in its name"):
        in_folders({"t2": tmp_path / "t2"}, parse_subject("(HH12)"))


@pytest.mark.parametrize(("text", "told"), [("(a", "no regular expression"), ("a", "in brackets")])
def test_unusable_patterns(text, told):
    with pytest.raises(MedGANSynthError, match=told):
        parse_subject(text)


def test_a_folder_of_dicom_slices_is_one_image(tmp_path):
    (tmp_path / "t1" / "p1").mkdir(parents=True)
    (tmp_path / "t1" / "p1" / "0001.dcm").touch()
    assert names(in_folders({"t1": tmp_path / "t1"})) == [("p1", {"t1": "p1"})]


def test_bids_tree_and_hidden_files(tmp_path, image, warnings):
    for name in (
        "sub-01/anat/sub-01_T1w",
        "sub-01/anat/sub-01_T2w",
        "sub-02/ses-1/anat/sub-02_ses-1_T1w",
        "sub-02/ses-1/anat/sub-02_ses-1_run-2_T1w",
        ".git/annex/sub-03_T1w",
    ):
        image(tmp_path / f"{name}.nii.gz")
    made = in_bids(tmp_path, {"t1": "T1w", "t2": "T2w"}, warnings)
    assert (
        names(made)
        == [
            ("sub-01", {"t1": "sub-01_T1w.nii.gz", "t2": "sub-01_T2w.nii.gz"}),
            ("sub-02", {"t1": "sub-02_ses-1_T1w.nii.gz"}),
        ]
        or len(warnings.texts) == 1
    )


def test_flat_folder_with_long_suffixes(tmp_path, image, warnings):
    for end in ("T1w", "T1w_onT2grid", "T2w", "brainmask"):
        image(tmp_path / f"sub-01_{end}.nii.gz")
    suffixes = {"t1": "T1w_onT2grid", "t2": "T2w", "mask": "brainmask"}
    assert names(in_bids(tmp_path, suffixes, warnings)) == [
        (
            "sub-01",
            {
                "t1": "sub-01_T1w_onT2grid.nii.gz",
                "t2": "sub-01_T2w.nii.gz",
                "mask": "sub-01_brainmask.nii.gz",
            },
        )
    ]
    assert warnings.texts == []


def test_flat_folder_without_bids_names(tmp_path, image, warnings):
    image(tmp_path / "long01_T1w_brain.nii.gz")
    image(tmp_path / "long01_FLAIR_brain.nii.gz")
    made = in_bids(tmp_path, {"t1": "T1w_brain", "flair": "FLAIR_brain"}, warnings)
    assert [(s, sorted(i)) for s, i in names(made)] == [("long01", ["flair", "t1"])]
    assert not warnings.texts
    image(tmp_path / "long02_T1w.nii.gz")
    made = in_bids(tmp_path, {"t1": "T1w"}, warnings)
    assert [subject for subject, _ in names(made)] == ["long02"]
    (said,) = warnings.texts
    assert said.startswith("1 image left out") and said.endswith("such as long01_T1w_brain.nii.gz.")


def test_missing_modalities_and_folders_are_named(tmp_path, image, warnings):
    image(tmp_path / "sub-01_T1w.nii.gz")
    with pytest.raises(MedGANSynthError, match=r"named like \*_T2w\.nii\.gz"):
        in_bids(tmp_path, {"t1": "T1w", "t2": "T2w"}, warnings)
    with pytest.raises(MedGANSynthError, match="nowhere: is not a folder"):
        in_bids(tmp_path / "nowhere", {"t1": "T1w"}, warnings)
    (tmp_path / "empty").mkdir()
    with pytest.raises(MedGANSynthError, match="empty: holds no image"):
        in_folders({"t1": tmp_path / "empty"})


def test_one_name_twice_is_refused(tmp_path, image):
    image(tmp_path / "t1" / "a" / "p.nii")
    image(tmp_path / "t1" / "b" / "p.nii")
    with pytest.raises(MedGANSynthError, match="is p's t1 already"):
        in_folders({"t1": tmp_path / "t1"})


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        ("t1", "write it as NAME=VALUE"),
        ("t1=", "write it as NAME=VALUE"),
        ("a b=x", "cannot name a modality"),
        ("subject=x", "cannot name a modality"),
    ],
)
def test_bad_pairs_are_refused(pair, sentence):
    with pytest.raises(MedGANSynthError, match=sentence):
        parse_pairs((pair,), "--folder")
    with pytest.raises(MedGANSynthError, match="given twice"):
        parse_pairs(("t1=x", "t1=y"), "--folder")


GOOD = [
    "subject,t1,t2\na,a.nii,b.nii\nb,b.nii,\n",
    "\ufeffsubject,t1,t2\r\na,a.nii,b.nii\r\nb,b.nii,\r\n",
    "Subject;T1;T2\na;a.nii;b.nii\nb;b.nii;\n",
    "t1\tsubject\tt2\na.nii\ta\tb.nii\nb.nii\tb\t",
    '"subject","t1","t2"\n"a","a.nii","b.nii"\n\n b , b.nii ,""\n',
]


@pytest.mark.parametrize("text", GOOD)
def test_csv_dialects(tmp_path, image, text):
    image(tmp_path / "a.nii")
    image(tmp_path / "b.nii")
    (tmp_path / "cases.csv").write_bytes(text.encode())
    cases, splits = in_csv(tmp_path / "cases.csv", tmp_path)
    assert names(cases) == [("a", {"t1": "a.nii", "t2": "b.nii"}), ("b", {"t1": "b.nii"})]
    assert splits == {}


def test_csv_with_splits_and_names_beyond_ascii(tmp_path, image):
    image(tmp_path / "größe é.nii")
    (tmp_path / "cases.csv").write_text("subject,t1,split\nä,größe é.nii,test\n", encoding="utf-8")
    cases, splits = in_csv(tmp_path / "cases.csv", tmp_path)
    assert names(cases) == [("ä", {"t1": "größe é.nii"})]
    assert splits == {"ä": "test"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: must name the columns subject"),
        ("subject\na\n", "line 1: must name the columns subject"),
        ("name,t1\na,a.nii\n", "line 1: must name the columns subject"),
        ("subject,t1,t1\na,a.nii,a.nii\n", "line 1: a column's name occurs twice"),
        ("subject,=cmd()\na,a.nii\n", "line 1: '=cmd\\(\\)' cannot name a modality"),
        ("subject,t1\n", "holds no case"),
        ("subject,t1\na,a.nii\nb,a.nii,x\n", "line 3: has 3 columns instead of 2"),
        ("subject,t1\n,a.nii\n", "line 2: needs a subject"),
        ("subject,t1\na,\n", "line 2: needs a subject and at least one image"),
        ("subject,t1\na,../a.nii\n", "line 2: column t1 names"),
        ("subject,t1\na,/etc/hostname\n", "line 2: column t1 names"),
        ("subject,t1\na,=1+1\n", "line 2: column t1 names '=1\\+1', which is not in"),
        ("subject,t1\na,a.nii\na,a.nii\n", "line 3: repeats line 2"),
        ("subject,t1,split\na,a.nii,val\n", "line 2: split must be one of training"),
        ('subject,t1\n"a,a.nii\n', "line 2: unexpected end of data"),
    ],
)
def test_csv_errors_name_the_line(tmp_path, image, text, sentence):
    image(tmp_path / "a.nii")
    (tmp_path / "cases.csv").write_text(text)
    with pytest.raises(MedGANSynthError, match=rf"cases\.csv.*{sentence}"):
        in_csv(tmp_path / "cases.csv", tmp_path)


def test_csv_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "cases.csv").write_bytes(b"\xff\xfes\x00u\x00")
    with pytest.raises(MedGANSynthError, match="not a UTF-8 text file"):
        in_csv(tmp_path / "cases.csv", tmp_path)


def test_a_folder_of_png_frames_is_one_image_but_previews_are_none(tmp_path):
    for person in ("a", "b"):
        (tmp_path / "cine" / person).mkdir(parents=True)
        (tmp_path / "cine" / person / "frame1.png").touch()
    (tmp_path / "cine" / "c.nii.gz").touch()
    (tmp_path / "cine" / "previews").mkdir()
    for name in ("c.png", "c.json"):
        (tmp_path / "cine" / "previews" / name).touch()
    assert [c.subject for c in in_folders({"cine": tmp_path / "cine"})] == ["a", "b", "c"]
