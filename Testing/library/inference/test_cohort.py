import errno
import json
import math

import nibabel as nib
import numpy as np
import pytest

from MedGANSynthLib import cli, tasks
from MedGANSynthLib.errors import Cancelled, MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.files import file_hash
from MedGANSynthLib.inference import cohort
from MedGANSynthLib.volume.grid import Intensity
from MedGANSynthLib.volume.intensity import intensity_range
from MedGANSynthLib.volume.read import read


class Listener(Events):
    def __init__(self):
        super().__init__()
        self.warnings, self.fractions = [], []

    def emit(self, event, **fields):
        if event == "warning":
            self.warnings.append(fields["text"])
        if event == "progress":
            self.fractions.append(fields["fraction"])


@pytest.fixture
def package(make_package, monkeypatch):
    made = make_package(lambda x: -x, back=lambda x: -x)
    monkeypatch.setattr(cohort, "open_package", lambda name: made)
    return made


def translate(*inputs, out, listener=None, device="cpu", **options):
    task = tasks.Translate(inputs=inputs, model="formula", out=out, device=device, **options)
    return tasks.run(task, listener)


def refused(*inputs, out, match, **options):
    with pytest.raises(MedGANSynthError, match=match) as caught:
        translate(*inputs, out=out, **options)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["t2.nii.gz", "t2.nii", "t2.nrrd", "deeper/t2.mha"])
def test_one_volume(package, head_file, tmp_path, name):
    source = head_file()
    before = source.read_bytes()
    result = translate(source, out=tmp_path / name)
    made = read(tmp_path / name)
    assert made.shape == (14, 15, 9) and made.array.max() <= 1100
    assert made.provenance.inputs[0].sha256 == file_hash(source)
    assert result["failed"] == 0 and result["outputs"] == [str(tmp_path / name)]
    assert source.read_bytes() == before


def test_a_cohort_with_bad_cases(package, head_file, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(3):
        head_file(f"in/p{n}_T1w.nii.gz", seed=n)
    (folder / "p1_T1w.nii.gz").write_bytes((folder / "p1_T1w.nii.gz").read_bytes()[:300])
    nib.Nifti1Image(np.zeros((4, 4, 4, 2), np.int16), np.eye(4)).to_filename(folder / "p3.nii")
    (folder / "notes.txt").write_text("x")
    (folder / "gone.nii").symlink_to("nowhere")
    listener = Listener()
    result = translate(folder, out=tmp_path / "out", listener=listener)
    assert listener.warnings.count(f"{folder}: left out: 1 link that leads nowhere.") == 1
    statuses = {row["case"]: row["status"] for row in result["rows"]}
    assert statuses == {
        "p0_T1w.nii.gz": "translated",
        "p1_T1w.nii.gz": "failed",
        "p2_T1w.nii.gz": "translated",
        "p3.nii": "failed",
    }
    assert result["failed"] == 2 and result["text"] == "2 translated, 2 failed."
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "p0_T1w_synthetic-t2.nii.gz",
        "p0_T1w_synthetic-t2.nii.gz.synthetic.json",
        "p2_T1w_synthetic-t2.nii.gz",
        "p2_T1w_synthetic-t2.nii.gz.synthetic.json",
    ]
    assert sum("cut short" in text for text in listener.warnings) == 1
    assert listener.fractions == sorted(listener.fractions) and listener.fractions[-1] == 1


def test_finished_outputs_are_skipped_and_others_are_in_the_way(package, head_file, tmp_path):
    source, out = head_file(), tmp_path / "t2.nii.gz"
    translate(source, out=out)
    stamp = out.stat().st_mtime_ns
    assert "finished before" in translate(source, out=out)["text"]
    assert out.stat().st_mtime_ns == stamp
    refused(head_file("other.nii", seed=1), out=out, match="something else")
    refused(source, out=out, match="something else", match_range=head_file("r.nii", seed=5))
    translate(tmp_path / "other.nii", out=out, overwrite=True)
    assert out.stat().st_mtime_ns != stamp


def test_uncertainty_is_added_to_a_finished_output(package, head_file, tmp_path):
    source, out = head_file(), tmp_path / "t2.nii.gz"
    translate(source, out=out)
    translate(source, out=out, uncertainty=True)
    for name in ("t2_spread.nii.gz", "t2_cycle-error.nii.gz"):
        made = read(tmp_path / name)
        assert made.provenance is not None and np.abs(made.array).max() < 1e-3
    assert "finished before" in translate(source, out=out, uncertainty=True)["text"]
    (tmp_path / "t2_spread.nii.gz").write_text("mine")
    refused(source, out=out, uncertainty=True, match="something else")
    assert (tmp_path / "t2_spread.nii.gz").read_text() == "mine"


def test_shards_part_the_cohort(package, head_file, tmp_path):
    files = [head_file(f"s{n}.nii") for n in range(5)]
    done = []
    for part in ("1/2", "2/2"):
        result = translate(*files, out=tmp_path / part.replace("/", "-"), shard=part)
        done.append([row["case"] for row in result["rows"]])
    assert done == [["s0.nii", "s2.nii", "s4.nii"], ["s1.nii", "s3.nii"]]
    for bad in ("0/2", "3/2", "2", "a/b", "1/0"):
        refused(*files, out=tmp_path / "x", shard=bad, match="must be I/N")


def test_match_range(package, head_file, tmp_path):
    like = head_file("like.nii", seed=3)
    translate(head_file(), out=tmp_path / "t2.nii", match_range=like)
    wanted = intensity_range(read(like).array, Intensity())
    made = intensity_range(read(tmp_path / "t2.nii").array, Intensity())
    assert made == pytest.approx(wanted, abs=0.02 * wanted[1])


def test_named_inputs(make_package, monkeypatch, head_file, tmp_path):
    made = make_package(lambda x: x[:, 1:], inputs=("t1", "pd"))
    monkeypatch.setattr(cohort, "open_package", lambda name: made)
    t1, pd = head_file("a.nii"), head_file("b.nii", seed=1)
    out = tmp_path / "t2.nii"
    translate(out=out, input=(f"pd={pd}", f"t1={t1}"))
    assert [s.modality for s in read(out).provenance.inputs] == ["t1", "pd"]
    assert [s.sha256 for s in read(out).provenance.inputs] == [file_hash(t1), file_hash(pd)]
    refused(t1, out=out, match="--input t1=FILE pd=FILE")
    refused(out=out, input=(f"t1={t1}",), match="pd missing; the model wants t1, pd")
    refused(out=out, input=(f"t1={t1}", f"t1={pd}"), match="given twice")
    refused(out=out, input=("t1",), match="NAME=VALUE")
    refused(t1, out=out, input=(f"t1={t1}",), match="not both")


def test_refusals_of_the_whole_command(package, head_file, tmp_path):
    a = head_file("a.nii")
    (tmp_path / "other").mkdir()
    b = a.rename(tmp_path / "other" / "a.nii")
    a = head_file("a.nii")
    refused(out=tmp_path / "x", match="no volume")
    for name in ("x.jpg", "x.mhd", "x.gz"):
        refused(a, out=tmp_path / name, match=f"{name}: a volume is written as .nii.gz")
    (tmp_path / "x.d").mkdir()
    assert translate(a, out=tmp_path / "x.d")["failed"] == 0
    refused(a, b, out=tmp_path / "x", match="would both become")
    refused(a, b, out=tmp_path / "x.nii", match="is one file")
    refused(a, out=a, overwrite=True, match="is an input")
    refused(tmp_path / "none.nii", out=tmp_path / "x.nii", match="does not exist")
    refused(a, out=tmp_path / "x.nii", device="cuda:7", match="no such device")
    refused(a, out=tmp_path / "x.nii", batch=-1, match="--batch")
    refused(a, out=tmp_path / "x.nii", direction="up", match="no direction")
    assert not (tmp_path / "x").exists() and not (tmp_path / "x.nii").exists()


@pytest.mark.parametrize(
    ("array", "word"),
    [
        (np.full((6, 6, 6), 4, np.int16), "same value"),
        (np.pad(np.ones((4, 4, 4), np.uint8), 2), "label map"),
        (np.full((6, 6, 6), np.nan, np.float32), "not finite"),
    ],
)
def test_unfit_images(package, tmp_path, array, word):
    path = tmp_path / "a.nii"
    nib.Nifti1Image(array, np.eye(4)).to_filename(path)
    refused(path, out=tmp_path / "b.nii", match=word)
    assert [p.name for p in tmp_path.iterdir()] == ["a.nii"]


def test_filled_voxels_are_recorded(package, head, tmp_path):
    array = head().array.astype(np.float32)
    array[5, 5, 5] = np.nan
    nib.Nifti1Image(array, head().affine).to_filename(tmp_path / "a.nii")
    listener = Listener()
    translate(tmp_path / "a.nii", out=tmp_path / "b.nii", fill_nonfinite=0.0, listener=listener)
    assert read(tmp_path / "b.nii").provenance.settings["fill_nonfinite"] == 0.0
    assert any("1 non-finite" in text for text in listener.warnings)


@pytest.mark.parametrize("fill", [math.nan, math.inf])
def test_voxels_are_not_filled_with_what_is_no_number(head_file, tmp_path, fill):
    with pytest.raises(MedGANSynthError, match="--fill-nonfinite: give a finite number"):
        translate(head_file(), out=tmp_path / "b.nii", fill_nonfinite=fill)


def test_full_disk(package, head_file, tmp_path, monkeypatch):
    source = head_file()

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("MedGANSynthLib.volume.write.nib.save", full)
    refused(source, out=tmp_path / "b.nii", match="disk is full")
    assert [p.name for p in tmp_path.iterdir()] == [source.name]


def test_cancel_ends_the_cohort(package, head_file, tmp_path, monkeypatch):
    def cancel(*arguments, **options):
        raise Cancelled("cancelled.")

    monkeypatch.setattr(cohort, "write", cancel)
    with pytest.raises(Cancelled):
        translate(head_file("a.nii"), head_file("b.nii"), out=tmp_path / "out")


def test_outputs_beside_their_inputs_are_not_translated_again(package, head_file, tmp_path):
    head_file("a.nii")
    for _ in range(2):
        result = translate(tmp_path, out=tmp_path)
        assert result["failed"] == 0 and len(result["outputs"]) == 1


def test_exit_codes_and_json(package, head_file, tmp_path, capsys):
    good, bad = head_file("good.nii"), tmp_path / "bad.nii"
    bad.write_text("junk")
    command = ["translate", str(good), str(bad), "-m", "formula", "-o", str(tmp_path / "out")]
    assert cli.main([*command, "--device", "cpu", "--json"]) == 1
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert [row["status"] for row in result["rows"]] == ["translated", "failed"]
    assert "Traceback" not in printed.err
    assert cli.main([*command[:2], *command[3:], "--device", "cpu"]) == 0
    single = ["translate", str(bad), "-m", "formula", "-o", str(tmp_path / "b.nii")]
    assert cli.main(single) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_input_resampled_first(package, head_file, tmp_path):
    source, out = head_file(), tmp_path / "t2.nii.gz"
    translate(source, out=out, spacing=(1.0, 1.0, 2.5))
    made = read(out)
    assert made.shape == (14, 15, 18)
    assert made.spacing == pytest.approx((1, 1, 2.5))
    assert made.provenance.settings["spacing"] == "1x1x2.5"
    for wrong in ((1.0, 1.0), (1.0, 1.0, 0.0)):
        refused(source, out=tmp_path / "x.nii", spacing=wrong, match="three numbers between")


def test_a_label_map_is_no_intensity_scale(package, head_file, tmp_path):
    labels = tmp_path / "labels.nii"
    array = np.pad(np.ones((4, 4, 4), np.uint8), 2)
    nib.Nifti1Image(array, np.eye(4)).to_filename(labels)
    out = tmp_path / "t2.nii"
    refused(head_file(), out=out, match_range=labels, match="labels.nii: is a label map.*--match")
    assert not out.exists()


@pytest.mark.parametrize("uncertainty", [False, True])
def test_a_folder_that_cannot_be_written_is_told_before_any_work(
    package, head_file, tmp_path, uncertainty
):
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "deeper" / "t2.nii"
    refused(head_file(), out=out, uncertainty=uncertainty, match="t2.nii: cannot be written")
    assert package.networks["there"].seen == 0


@pytest.mark.parametrize("mark", ["in the file", "beside it", "of other voxels"])
def test_a_synthetic_input_of_another_contrast(package, head_file, tmp_path, mark):
    """Its own provenance counts, not the name that somebody gave it."""
    made = tmp_path / "scan.nii"
    translate(head_file(), out=made)
    if mark != "in the file":
        volume = read(made)
        array = volume.array if mark == "beside it" else volume.array + 1
        nib.Nifti1Image(array, volume.affine).to_filename(made)
    listener = Listener()
    translate(made, out=tmp_path / "again.nii", listener=listener)
    found = [text for text in listener.warnings if "synthetic" in text]
    expected = [
        "scan.nii: is itself synthetic, made with formula.",
        "scan.nii: is a synthetic t2, but the model takes t1.",
    ]
    assert found == ([] if mark == "of other voxels" else expected)
    back = Listener()
    translate(made, out=tmp_path / "back.nii", direction="t2-to-t1", listener=back)
    assert not any("but the model takes" in text for text in back.warnings)
