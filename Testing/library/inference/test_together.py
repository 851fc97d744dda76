"""Several inputs: whose they are, and on which grid."""

from pathlib import Path

import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference import cohort
from MedGANSynthLib.inference.together import refuse_same_file, refuse_several_people
from MedGANSynthLib.inference.translate import translate_volume
from MedGANSynthLib.volume.geometry import same_grid
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write


class Listener(Events):
    def __init__(self):
        super().__init__()
        self.warnings = []

    def emit(self, event, **fields):
        if event == "warning":
            self.warnings.append(fields["text"])


@pytest.mark.parametrize(
    ("t1", "flair"),
    [
        ("sub-01_T1w.nii.gz", "sub-02_FLAIR.nii.gz"),
        ("sub-01_ses-1_T1w.nii", "sub-01_ses-2_FLAIR.nii"),
        ("sub-A1_T1w.nii", "sub-B1_FLAIR.nii"),
        ("patient07_T1w.nii.gz", "patient19_FLAIR.nii.gz"),
        ("T1_patient07.nii.gz", "FLAIR_patient19.nii.gz"),
        ("long04_study1_T1w_brain.nii", "long03_study2_FLAIR_brain.nii"),
        ("case1_t1_brain.mha", "case2_flair_brain.mha"),
        ("p01 t1.nrrd", "p02 flair.nrrd"),
    ],
)
def test_names_of_different_people_or_sessions_are_refused(t1, flair):
    with pytest.raises(MedGANSynthError, match=f"{t1} and {flair} are of different people"):
        refuse_several_people({"t1": Path(t1), "flair": Path(flair)})


@pytest.mark.parametrize(
    ("t1", "flair"),
    [
        ("sub-01_T1w.nii.gz", "sub-01_FLAIR.nii.gz"),
        ("patient07-t1.nrrd", "patient07_FLAIR.nii"),
        ("series3.nii", "series4.nii"),
        ("case1_t1.nii", "case1_reg_flair.nii"),
        ("case1_t1.nii", "rcase1_flair.nii"),
        ("case01_t1.nii", "case1_flair_2.nii"),
        ("3_ax_T1.nii", "7_ax_FLAIR.nii"),
        ("brain_T1.nii", "resampled_FLAIR.nii"),
        ("T1_1mm.nii", "T2_3mm.nii"),
        ("t1.nii", "patient07_flair.nii"),
    ],
)
def test_names_that_agree_or_say_nothing_pass(t1, flair):
    refuse_several_people({"t1": Path(t1), "flair": Path(flair)})


def test_one_image_as_two_modalities_is_refused(tmp_path):
    t1, copy, other = tmp_path / "a.nii", tmp_path / "b.nii", tmp_path / "c.nii"
    for path, content in ((t1, b"one"), (copy, b"one"), (other, b"two")):
        path.write_bytes(content)
    refuse_same_file({"t1": t1, "t2": other})
    refuse_same_file({"t1": t1, "t2": tmp_path / "missing.nii"})
    for same in (t1, copy):
        with pytest.raises(MedGANSynthError, match=r"t1 \(a.nii\) and t2 .* are the same image"):
            refuse_same_file({"t1": t1, "t2": same})


@pytest.fixture
def package(make_package, monkeypatch):
    """Answers with its second input, pd."""
    made = make_package(lambda x: x[:, 1:], inputs=("t1", "pd"))
    monkeypatch.setattr(cohort, "open_package", lambda name: made)
    return made


def finer(volume):
    """The same image with voxels of half the side."""
    affine = volume.affine @ np.diag([0.5, 0.5, 0.5, 1.0])
    affine[:3, 3] -= volume.affine[:3, :3] @ np.full(3, 0.25)
    return Volume(volume.array.repeat(2, 0).repeat(2, 1).repeat(2, 2), affine)


def test_another_grid_is_resampled_to_the_first_with_a_notice(package, head, tmp_path):
    t1, pd = head(), head(seed=1)
    write(t1, tmp_path / "a.nii", dtype="int16")
    write(finer(pd), tmp_path / "b.nii", dtype="int16")
    listener, out = Listener(), tmp_path / "out.nii.gz"
    given = (f"pd={tmp_path / 'b.nii'}", f"t1={tmp_path / 'a.nii'}")
    task = tasks.Translate(model="formula", out=out, input=given, device="cpu")
    tasks.run(task, listener)
    assert listener.warnings == ["pd: resampled to the grid of t1."]
    made = read(out)
    assert same_grid(made, t1)
    # The network hands pd through: what comes out rises and falls as pd itself does.
    inner = (slice(3, -3),) * 3
    correlation = np.corrcoef(made.array[inner].ravel(), pd.array[inner].ravel())[0, 1]
    assert correlation > 0.9  # of white noise, smoothed to the coarser grid


def test_python_users_are_told_too(package, head):
    listener = Listener()
    made = translate_volume([head(), finer(head(seed=1))], package, device="cpu", events=listener)
    assert made.shape == head().shape
    assert listener.warnings == ["pd: resampled to the grid of t1."]


def test_inputs_of_different_places_are_refused(package, head):
    far = head(seed=1).affine.copy()
    far[:3, 3] = 500
    with pytest.raises(MedGANSynthError, match="pd and t1 share no place in the patient"):
        translate_volume([head(), Volume(head(seed=1).array, far)], package, device="cpu")


def test_a_missing_and_an_unknown_modality_are_named(package, head_file, tmp_path):
    t1, pd = head_file("a.nii"), head_file("b.nii", seed=1)
    for given, sentence in (
        ((f"t1={t1}",), "--input: pd missing; the model wants t1, pd"),
        ((f"t1={t1}", f"fa={pd}"), "--input fa: the model takes no fa, but t1, pd"),
        ((f"t1={t1}", f"t1={pd}"), "t1 is given twice"),
    ):
        task = tasks.Translate(model="formula", out=tmp_path / "o.nii", input=given)
        with pytest.raises(MedGANSynthError, match=sentence):
            tasks.run(task)
