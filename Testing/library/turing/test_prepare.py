import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing.study import case_path, read_key, read_study
from MedGANSynthLib.volume.write import write

ROLES = ("scored", "practice", "catch")
TOKENS = ("real", "synthetic", "SECRET", "person", "volumes", "cases.csv", "pytest")


def reader_side(study):
    """Everything a reader's computer gets, file names included, as one text."""
    parts = []
    for path in sorted(study.rglob("*")):
        parts.append(str(path.relative_to(study)))
        if path.is_file() and path.suffix == ".nrrd":
            parts.append(path.read_bytes().partition(b"\n\n")[0].decode())
        elif path.is_file():
            parts.append(path.read_text())
    return "\n".join(parts)


def test_nothing_on_the_readers_side_tells(sealed):
    content, _ = read_study(sealed / "study")
    text = reader_side(sealed / "study")
    practice = {c for t in content.orders["reader-1"] if t.practice for c in t.cases}
    assert len(practice) == 2  # the only trials whose answer the study knows
    found = re.findall(r'"answer": "(\w+)"', text)
    assert sorted(found) == ["real"] * 3 + ["synthetic"] * 3  # three readers
    text = re.sub(r'"answer": "\w+"', "", text)
    assert not [token for token in TOKENS if token in text]


def test_all_cases_are_alike_from_outside(sealed):
    content, _ = read_study(sealed / "study")
    paths = [case_path(sealed / "study", case.id) for case in content.cases]
    images = [sitk.ReadImage(str(path)) for path in paths]
    geometry = {(i.GetSize(), i.GetSpacing(), i.GetOrigin(), i.GetDirection()) for i in images}
    assert len(geometry) == 1
    assert {i.GetPixelID() for i in images} == {sitk.sitkUInt8}
    assert len({path.stat().st_size for path in paths}) == 1
    assert len({i.GetMetaDataKeys() for i in images}) == 1


def test_names_say_nothing_about_the_class(sealed):
    content, _ = read_study(sealed / "study")
    key = read_key(sealed / "study-key.json", content)
    truth = [key.cases[case.id].truth == "synthetic" for case in content.cases]
    assert sum(truth) == 12
    half = sum(truth[:12])
    assert 2 <= half <= 10
    assert truth != sorted(truth)


def test_the_key_knows_all(sealed):
    content, _ = read_study(sealed / "study")
    key = read_key(sealed / "study-key.json", content)
    sources = sorted(case.source for case in key.cases.values())
    assert sources == sorted(
        f"{'synthetic' if n % 2 else 'real'}-SECRET{n:02}.nii" for n in range(24)
    )
    roles = [case.role for case in key.cases.values()]
    assert (roles.count("scored"), roles.count("practice")) == (22, 2)
    assert {case.group for case in key.cases.values()} == {"a", "b"}


def test_the_same_seed_gives_the_same_study(sealed, tmp_path, prepare_blobs):
    prepare_blobs(tmp_path / "again")
    first, second = (read_study(f)[0] for f in (sealed / "study", tmp_path / "again"))
    assert first.orders == second.orders
    assert first.cases == second.cases
    assert first.id != second.id and first.key_commitment != second.key_commitment
    orders = list(first.orders.values())
    assert orders[0][2:] != orders[1][2:]


def test_an_order_cannot_be_computed_without_the_key(tmp_path, prepare_blobs):
    """The drawn seed is nowhere on the reader's side, and no study repeats another's classes."""
    orders = []
    for name in ("one", "two"):
        prepare_blobs(tmp_path / name, seed=None)
        study = read_study(tmp_path / name)[0]
        key = read_key(tmp_path / f"{name}-key.json", study)
        assert key.seed >= 2**32 and str(key.seed) not in reader_side(tmp_path / name)
        trials = study.orders["reader-1"]
        orders.append([key.cases[case].truth for trial in trials for case in trial.cases])
    assert orders[0] != orders[1]


def test_preview_and_result(tmp_path, prepare_blobs):
    result = prepare_blobs(tmp_path / "s", catch=2, repeats=0.0, readers=2, shape=(16, 18, 10))
    assert result["rows"] == [
        {"role": "scored", "real": 11, "synthetic": 11},
        {"role": "practice", "real": 1, "synthetic": 1},
        {"role": "catch", "real": 0, "synthetic": 2},
    ]
    assert all(Path(p).exists() for p in result["outputs"])
    content, _ = read_study(tmp_path / "s")
    assert content.shape == (16, 18, 10)
    assert {len(trials) for trials in content.orders.values()} == {2 + 22 + 2}


def test_pairs(tmp_path, prepare_blobs):
    prepare_blobs(tmp_path / "s", display="pair", readers=2, catch=4)
    content, _ = read_study(tmp_path / "s")
    key = read_key(tmp_path / "s-key.json", content)
    for trials in content.orders.values():
        assert len(trials) == 12
        for trial in trials:
            assert {key.cases[c].truth for c in trial.cases} == {"real", "synthetic"}
        left = [key.cases[t.cases[0]].truth for t in trials]
        assert 3 <= left.count("synthetic") <= 9


def test_cases_on_different_grids_come_to_one(tmp_path, blobs, save_blob, prepare_blobs):
    for n in range(10):
        label = "synthetic" if n % 2 else "real"
        shape, spacing = ((20, 22, 14), (2, 2, 3)) if n % 3 else ((30, 30, 10), (1.5, 1.5, 4))
        save_blob(blobs(n, shape), tmp_path / label / f"{n}.nii", spacing)
    prepare_blobs(
        tmp_path / "s",
        cases=None,
        real=tmp_path / "real",
        synthetic=tmp_path / "synthetic",
        practice=0,
        readers=1,
    )
    content, _ = read_study(tmp_path / "s")
    assert content.spacing == (2.0, 2.0, 4.0)
    images = [sitk.ReadImage(str(case_path(tmp_path / "s", c.id))) for c in content.cases]
    assert {(i.GetSize(), i.GetSpacing(), i.GetOrigin()) for i in images} == {
        (content.shape, content.spacing, images[0].GetOrigin())
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"repeats": 0.9}, "--repeats"),
        ({"readers": 0}, "--readers"),
        ({"prevalence": "mostly"}, "--prevalence"),
        ({"display": "hologram"}, "display must be one of"),
        ({"endpoint": "p"}, "endpoint must be one of"),
        ({"exposure": -1.0}, "^--exposure must lie between 0.05 and 600 seconds"),
        ({"practice": 1, "display": "pair"}, "not 0 real and 1 synthetic; give an even --practice"),
        ({"spacing": (1.0,)}, "--spacing"),
        ({"practice": 20}, "2 real cases besides practice"),
        ({"cases": None}, "give one of --cases"),
        ({"bids": "x"}, "give one of --cases"),
        ({"repeats": 0.5}, "--repeats 0"),
        ({"seed": -1}, "^--seed must lie"),
        ({"name": "x" * 201}, "^--name has at most"),
    ],
)
def test_options_that_cannot_be(tmp_path, prepare_blobs, options, message):
    with pytest.raises(MedGANSynthError, match=message):
        prepare_blobs(tmp_path / "s", **options)
    assert list(tmp_path.iterdir()) == []


def test_the_key_never_lies_in_the_study(tmp_path, prepare_blobs):
    with pytest.raises(MedGANSynthError, match="outside the study"):
        prepare_blobs(tmp_path / "s", key=tmp_path / "s" / "key.json")


def test_an_existing_study_stays(study, prepare_blobs):
    before = (study / "study.json").read_bytes()
    with pytest.raises(MedGANSynthError, match="exists already"):
        prepare_blobs(study)
    assert (study / "study.json").read_bytes() == before


@pytest.fixture
def listed(tmp_path, blobs, save_blob):
    """A table of 10 good blobs, and a function that adds lines."""
    lines = ["path,label"]
    for n in range(10):
        label = "synthetic" if n % 2 else "real"
        save_blob(blobs(n), tmp_path / f"{n}.nii")
        lines.append(f"{n}.nii,{label}")

    def table(*more):
        path = tmp_path / "cases.csv"
        path.write_text("\n".join([*lines, *more]) + "\n")
        return path

    return table


def test_a_case_under_two_names_is_refused(tmp_path, listed, prepare_blobs):
    (tmp_path / "copy.nii").write_bytes((tmp_path / "3.nii").read_bytes())
    with pytest.raises(MedGANSynthError, match=r"/copy\.nii: has the same content as .*/3\.nii"):
        prepare_blobs(tmp_path / "s", cases=listed("copy.nii,real"))


def test_one_folder_for_both_classes_is_refused_before_anything_is_read(tmp_path, prepare_blobs):
    real = tmp_path / "real"
    real.mkdir()
    (real / "broken.nii").write_bytes(b"no volume")
    (tmp_path / "link").symlink_to(real)
    for again in (real, real / ".." / "real", tmp_path / "link"):
        with pytest.raises(MedGANSynthError, match="real: is given both as --real and as --synthe"):
            prepare_blobs(tmp_path / "s", cases=None, real=real, synthetic=again)


def test_a_copied_folder_is_named(tmp_path, blobs, save_blob, prepare_blobs):
    for folder in ("real", "synthetic"):
        save_blob(blobs(1), tmp_path / folder / "a.nii")
    with pytest.raises(
        MedGANSynthError, match=r"^synthetic/a\.nii: has the same content as real/a\.nii; list"
    ):
        prepare_blobs(
            tmp_path / "s", cases=None, real=tmp_path / "real", synthetic=tmp_path / "synthetic"
        )


def test_one_class_only_is_refused(tmp_path, blobs, save_blob, prepare_blobs):
    for n in range(5):
        save_blob(blobs(n), tmp_path / f"{n}.nii")
    table = tmp_path / "cases.csv"
    table.write_text("path,label\n" + "".join(f"{n}.nii,real\n" for n in range(5)))
    with pytest.raises(MedGANSynthError, match="0 synthetic cases"):
        prepare_blobs(tmp_path / "s", cases=table, practice=0)


def test_an_unreadable_case_is_named_and_nothing_is_left(tmp_path, listed, prepare_blobs):
    whole = (tmp_path / "3.nii").read_bytes()
    (tmp_path / "torn.nii").write_bytes(whole[: len(whole) // 2])
    before = {path.name for path in tmp_path.iterdir()} | {"cases.csv"}
    with pytest.raises(MedGANSynthError, match=r"torn\.nii"):
        prepare_blobs(tmp_path / "s", cases=listed("torn.nii,real"))
    assert {path.name for path in tmp_path.iterdir()} == before


def test_an_empty_case_is_named(tmp_path, listed, save_blob, prepare_blobs):
    save_blob(np.full((8, 8, 8), 5, np.int16), tmp_path / "flat.nii")
    with pytest.raises(MedGANSynthError, match=r"flat\.nii: every voxel has the same value"):
        prepare_blobs(tmp_path / "s", cases=listed("flat.nii,real"), practice=0)


def test_a_label_map_is_no_case_whatever_its_name(
    tmp_path, listed, blobs, save_blob, prepare_blobs
):
    save_blob((blobs(30) > 300).astype(np.uint8), tmp_path / "x_tissue.nii")
    message = (
        r"x_tissue\.nii: is a label map .* leave such files out with --exclude '\*_tissue\.nii'"
    )
    with pytest.raises(MedGANSynthError, match=message):
        prepare_blobs(tmp_path / "s", cases=listed("x_tissue.nii,real"), practice=0)
    prepare_blobs(
        tmp_path / "s", cases=listed("x_tissue.nii,real"), practice=0, exclude=("*_tissue.nii",)
    )
    assert len(read_study(tmp_path / "s")[0].cases) == 10


def test_a_marked_case_is_not_real(tmp_path, listed, blobs, save_blob, prepare_blobs):
    phantom = head_phantom(1, (16, 16, 8), (12, 12, 20), ("t1",))["t1"]
    write(phantom, tmp_path / "phantom.nii")
    save_blob(blobs(20), tmp_path / "0b.nii")
    with pytest.raises(MedGANSynthError, match="marked synthetic"):
        prepare_blobs(
            tmp_path / "s", cases=listed("phantom.nii,real"), practice=0, prevalence="drawn"
        )


@pytest.fixture
def listener():
    """Takes warnings, and nothing else."""

    class Listener:
        def __init__(self):
            self.warnings = []

        def scaled(self, *args):
            return lambda fraction: None

        def progress(self, *args):
            pass

        def warning(self, text):
            self.warnings.append(text)

    return Listener()


def test_people_of_the_training_are_told(tmp_path, listed, prepare_blobs, listener):
    data = tmp_path / "data.json"
    data.write_text(
        json.dumps({"modality": {"t1": ""}, "training": [{"subject": "x", "t1": "4.nii"}]})
    )
    prepare_blobs(
        tmp_path / "s", cases=listed(), practice=0, readers=1, training=data, events=listener
    )
    (text,) = listener.warnings
    assert text.startswith("1 case of people the model was trained on (4.nii)")


def test_who_is_left_out_is_named(tmp_path, listed, blobs, save_blob, prepare_blobs, listener):
    save_blob(blobs(20), tmp_path / "0b.nii")
    prepare_blobs(
        tmp_path / "s", cases=listed("0b.nii,real"), practice=0, readers=1, events=listener
    )
    content, _ = read_study(tmp_path / "s")
    key = read_key(tmp_path / "s-key.json", content)
    reals = {f"{n}.nii" for n in range(0, 10, 2)} | {"0b.nii"}
    (out,) = reals - {case.source for case in key.cases.values()}
    assert listener.warnings == [
        "1 case of 11 left out, to keep real and synthetic cases in balance: "
        f"{tmp_path.name}/{out}."
    ]


def test_obvious_fakes_have_no_scored_twin(tmp_path, prepare_blobs, listener):
    prepare_blobs(tmp_path / "a", catch=3, events=listener)
    assert listener.warnings == []
    key = read_key(tmp_path / "a-key.json", read_study(tmp_path / "a")[0])
    sources = {role: [c.sha256 for c in key.cases.values() if c.role == role] for role in ROLES}
    assert [len(sources[role]) for role in ROLES] == [22, 2, 3]
    assert set(sources["catch"]) <= set(sources["practice"]) - set(sources["scored"])
    prepare_blobs(tmp_path / "b", catch=2, practice=0, events=listener)
    key = read_key(tmp_path / "b-key.json", read_study(tmp_path / "b")[0])
    sources = {role: [c.sha256 for c in key.cases.values() if c.role == role] for role in ROLES}
    assert [len(sources[role]) for role in ROLES] == [22, 0, 2]
    assert not set(sources["catch"]) & set(sources["scored"])
    left, ruined = listener.warnings
    assert left.startswith("1 case of 24 left out, to keep real and synthetic cases in balance: ")
    assert ruined.startswith("1 synthetic case shown as obvious fakes alone and not scored: ")


def test_an_odd_case_and_what_it_forces_are_named(
    tmp_path, listed, blobs, save_blob, prepare_blobs, listener
):
    save_blob(blobs(20, (20, 11, 7)), tmp_path / "odd.nii", (2.0, 4.0, 6.0))
    said = prepare_blobs(
        tmp_path / "s",
        cases=listed("odd.nii,real"),
        practice=0,
        readers=1,
        prevalence="drawn",
        seed=3,
        events=listener,
    )
    key = read_key(tmp_path / "s-key.json", read_study(tmp_path / "s")[0])
    assert "odd.nii" in {case.source for case in key.cases.values()}
    assert "voxels of 2 x 4 x 6 mm (as coarse as odd.nii), 1 reader" in said["text"]
    assert [text for text in listener.warnings if "voxels" in text] == [
        f"1 case of {len(key.cases)} with voxels far from the usual 2 x 2 x 3 mm, and so with "
        "another sharpness: odd.nii (2 x 4 x 6 mm); leave such cases out."
    ]


def test_a_single_slice_is_no_volume(tmp_path, listed, blobs, save_blob, prepare_blobs):
    save_blob(blobs(20)[:, :, 7:8], tmp_path / "thin.nii")
    message = (
        r"thin\.nii: is one slice thick \(20 x 22 x 1 voxels\), so it cannot be shown in three "
        r"planes; leave such files out with --exclude 'thin\.nii'\."
    )
    with pytest.raises(MedGANSynthError, match=message):
        prepare_blobs(tmp_path / "s", cases=listed("thin.nii,real"), practice=0)


def test_what_a_shape_cuts_off_is_said(tmp_path, prepare_blobs, listener):
    prepare_blobs(tmp_path / "s", shape=(4, 26, 18), readers=1, events=listener)
    (text,) = listener.warnings
    assert text.startswith("--shape 4 26 18 cuts off part of 24 cases of 24, of ")
    assert text.endswith("foreground; with voxels of 2 x 2 x 3 mm give a larger one, or none.")
    # An ellipsoid of radius r loses 1 - 1.5 x + 0.5 x^3 outside the slab of half width x r.
    share = float(re.search(r" (\d+) % of the", text)[1]) / 100
    assert share == pytest.approx(1 - 1.5 * (2 / 7.4) + 0.5 * (2 / 7.4) ** 3, abs=0.06)


def test_as_many_repeats_as_fit_where_none_are_asked_for(tmp_path, prepare_blobs):
    said = prepare_blobs(tmp_path / "s", repeats=None, readers=2)
    twice = int(re.search(r"(\d+) of them repeats", said["text"])[1])
    trials = read_study(tmp_path / "s")[0].orders["reader-2"]
    assert 0 < twice <= 3 and len(trials) == 2 + 22 + twice
    with pytest.raises(MedGANSynthError, match=r"^11 pairs with 2 repeats .* no side comes more"):
        prepare_blobs(tmp_path / "p", repeats=0.15, display="pair")
    said = prepare_blobs(tmp_path / "p", repeats=None, display="pair", readers=1)
    assert "12 trials each, 0 of them repeats (15 %, or as many as can be ordered)" in said["text"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_the_owner_reads_the_key(tmp_path, prepare_blobs):
    prepare_blobs(tmp_path / "s", readers=1)
    assert (tmp_path / "s-key.json").stat().st_mode & 0o777 == 0o600
