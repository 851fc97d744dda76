import dataclasses

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from MedGANSynthLib.inference.suitability import doubts

GRID = {"spacing": [[0.8, 1.6], [0.8, 1.6], None]}


@pytest.fixture
def judge(make_package):
    def run(volume, name="scan.nii", **changes):
        package = make_package(lambda x: x, slices=3, grid=GRID, **changes)
        return doubts(package.manifest, package.manifest.directions["t1-to-t2"], [volume], [name])

    return run


def test_a_fitting_input_raises_none(judge, head):
    assert judge(head(), "sub-01_T1w.nii.gz") == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sub-01_T2w.nii.gz", "t2"),
        ("FLAIR.nii", "flair"),
        ("head_ct.nrrd", "ct"),
        ("sub-01_T1w_onT2grid.nii.gz", None),
        ("subject.nii", None),
        ("MPRAGE_contact.nii", None),
    ],
)
def test_the_name_names_another_contrast(judge, head, name, said):
    found = judge(head(), name)
    assert found == ([] if said is None else [
        f"{name}: its name says {said}, but the model takes t1."
    ])  # fmt: skip


def test_known_modality(judge, head):
    volume = head().with_array(head().array, modality="flair")
    assert "is flair, but the model takes t1" in judge(volume)[0]


def test_coarse_voxels_along_the_models_axes(judge, head):
    found = judge(head(spacing=(1.0, 4.0, 5.0)))
    assert len(found) == 1 and "4 mm along front-back" in found[0]
    assert judge(head(spacing=(2.3, 2.3, 5.0))) == []
    (found,) = judge(head(spacing=(4.0, 4.0, 5.0)))
    assert "4 mm along front-back" in found and "4 mm along left-right" in found


def test_slices_far_apart(judge, head):
    volume = head(spacing=(1, 1, 12))
    assert "slices lie 12 mm apart" in judge(volume)[0]
    assert judge(volume.with_array(volume.array[:, :, 5:6])) == []


@pytest.mark.parametrize(("degrees", "warned"), [(10, False), (30, True)])
def test_turned_heads(judge, head, degrees, warned):
    volume = head()
    affine = volume.affine.copy()
    turn = Rotation.from_euler("x", degrees, degrees=True).as_matrix()
    affine[:3, :3] = turn @ affine[:3, :3]
    found = judge(volume.with_array(volume.array, affine=affine))
    assert [f"turned by {degrees} degrees" in text for text in found] == [True] * warned


def test_range_counts_only_where_units_do(make_package, head):
    volume = head()
    volume = volume.with_array(volume.array.astype(np.float32) * 100)
    package = make_package(lambda x: x)
    direction = package.manifest.directions["t1-to-t2"]
    assert doubts(package.manifest, direction, [volume], ["a"]) == []
    port = dataclasses.replace(direction.inputs[0], unit="HU")
    direction = dataclasses.replace(direction, inputs=(port,))
    assert "0 to 800 HU" in doubts(package.manifest, direction, [volume], ["a"])[0]
