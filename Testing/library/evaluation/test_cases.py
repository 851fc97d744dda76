from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.cases import load_mask, match_files, require_same_grid
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.volume import Volume


class Warnings(Events):
    def __init__(self):
        super().__init__()
        self.texts = []

    def emit(self, event, **fields):
        if event == "warning":
            self.texts.append(fields["text"])


def test_folders_are_matched_by_name(files):
    cases = match_files([files / "pred"], [files / "real"], [files / "mask"])
    assert [(c.name, c.subject) for c in cases] == [("sub-01", "sub-01"), ("sub-02", "sub-02")]
    assert all(c.prediction.name == c.target.name == c.mask.name for c in cases)


def test_names_match_across_formats(files):
    (files / "real" / "sub-01.nii.gz").rename(files / "real" / "sub-01.nrrd")
    assert match_files([files / "pred"], [files / "real"], [])[0].target.name == "sub-01.nrrd"


def test_lists_are_matched_by_order():
    paths = [Path(p) for p in ("p1.nii", "p2.nii", "t1.nii", "t2.nii")]
    cases = match_files(paths[:2], paths[2:], [])
    assert [(c.prediction.name, c.target.name, c.mask) for c in cases] == [
        ("p1.nii", "t1.nii", None),
        ("p2.nii", "t2.nii", None),
    ]


def test_subject_is_the_bids_entity():
    names = ["sub-07_ses-1_T2w.nii.gz", "sub-07_ses-2_T2w.nii.gz", "scan9.nrrd"]
    cases = match_files([Path(n) for n in names], [Path("real") / n for n in names], [])
    assert [c.subject for c in cases] == ["sub-07", "sub-07", "scan9"]
    assert cases[0].name == "sub-07_ses-1_T2w"


def test_a_volume_is_not_judged_against_itself(files):
    with pytest.raises(MedGANSynthError, match=r"^sub-01\.nii\.gz: is given both as prediction"):
        match_files([files / "real"], [files / "pred" / ".." / "real"], [])


def test_of_two_people_only_those_are_named():
    volumes = [Path("sub-1_made.nii")], [Path("sub-2_T2.nii")], [Path("masks.nii")]
    with pytest.raises(MedGANSynthError, match=r"^sub-1_made\.nii, sub-2_T2\.nii are of different"):
        match_files(*volumes)


def test_a_dicom_folder_is_one_volume(tmp_path):
    (tmp_path / "slice.dcm").touch()
    cases = match_files([tmp_path], [Path("t.nii")], [])
    assert [c.prediction for c in cases] == [tmp_path]


def test_missing_partners_are_named(files):
    (files / "mask" / "sub-02.nii.gz").unlink()
    with pytest.raises(MedGANSynthError, match=r"sub-02\.nii\.gz: no mask of the same name"):
        match_files([files / "pred"], [files / "real"], [files / "mask"])
    with pytest.raises(MedGANSynthError, match="2 predictions, 1 targets"):
        match_files([Path("a"), Path("b")], [Path("c")], [])
    with pytest.raises(MedGANSynthError, match="nothing to compare"):
        match_files([Path("a")], [], [])


def test_files_of_different_people_are_refused():
    paths = [Path(p) for p in ("sub-1_T2w.nii", "sub-2_T2w.nii")]
    with pytest.raises(MedGANSynthError, match="are of different people"):
        match_files(paths, paths[::-1], [])
    assert match_files(paths, [Path("real1.nii"), Path("real2.nii")], [])[1].subject == "sub-2"


def test_two_files_of_one_name_are_refused(files):
    (files / "real" / "sub-01.nrrd").touch()
    with pytest.raises(MedGANSynthError, match="two targets of that name"):
        match_files([files / "pred"], [files / "real"], [])


def volume(shape=(4, 5, 6), spacing=(1.0, 1.0, 3.0), shift=0.0):
    affine = np.diag([*spacing, 1.0])
    affine[0, 3] = shift
    return Volume(np.arange(np.prod(shape), dtype=float).reshape(shape), affine)


@pytest.mark.parametrize(
    "other",
    [volume(shape=(4, 5, 7)), volume(spacing=(1, 1, 3.1)), volume(shift=0.5)],
    ids=["size", "spacing", "shift"],
)
def test_another_grid_is_refused_with_the_way_out(other):
    require_same_grid(volume(), volume(), "same")
    with pytest.raises(MedGANSynthError, match=r"lies on another grid.*resample it to the target"):
        require_same_grid(other, volume(), "the prediction")


def test_without_a_mask_the_background_is_left_out_and_said(rng):
    events = Warnings()
    target = volume()
    mask = load_mask(None, target, "sub-01", events)
    assert mask.sum() == target.array.size - 1
    assert "background may flatter" in events.texts[0]


def test_an_empty_or_shifted_mask_is_refused(tmp_path):
    target = volume()
    for name, affine in (("empty", target.affine), ("shifted", volume(shift=2.0).affine)):
        nib.save(
            nib.Nifti1Image(np.zeros(target.shape, np.uint8), affine), tmp_path / f"{name}.nii"
        )
    with pytest.raises(MedGANSynthError, match=r"empty\.nii is empty"):
        load_mask(tmp_path / "empty.nii", target, "sub-01", Events())
    with pytest.raises(MedGANSynthError, match="another grid"):
        load_mask(tmp_path / "shifted.nii", target, "sub-01", Events())
