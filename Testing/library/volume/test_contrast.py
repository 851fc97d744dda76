import pytest

from MedGANSynthLib.volume.contrast import contrast_in


@pytest.mark.parametrize(
    ("name", "contrast"),
    [
        ("head_T1.nrrd", "t1"),
        ("sub-01_T1w_onT2grid.nii.gz", "t1"),
        ("patient19_T2w", "t2"),
        ("patient21_T1w", "t1"),
        ("patient19_MNI_FLAIR", "flair"),
        ("T2 FLAIR sag", "flair"),
        ("3: sT1W_3D_TFE", "t1"),
        ("axT2", "t2"),
        ("MPRAGE", "t1"),
        ("x (synthetic T2)", "t2"),
        ("T1 (synthetic T2)", "t2"),
        ("patient2", None),
        ("subject1", None),
        ("test2", None),
        ("T12 vertebra", None),
        ("T1rho", None),
        ("T2* map", None),
        ("T1 and T2", None),
        ("updated", None),
        ("act", None),
    ],
)
def test_the_contrast_of_a_name(name, contrast):
    assert contrast_in(name) == contrast


@pytest.mark.parametrize(
    ("direction", "made"),
    [("t1-to-t2", "t2"), ("t1+t2-to-flair", "flair"), ("up", None), ("a-to-b", None), (None, None)],
)
def test_what_a_direction_makes(direction, made):
    from MedGANSynthLib.volume.contrast import contrast_made

    assert contrast_made(direction) == made
