"""One person twice, or a wrong file, in a data list."""

from MedGANSynthLib.data.datalist import Case, DataList
from MedGANSynthLib.data.doubts import TOLD, doubts


def texts(*arguments):
    return [doubt.text for doubt in doubts(*arguments)]


def test_one_file_in_two_splits_is_found_by_content(tmp_path, image):
    one, copy, other = (
        image(tmp_path / name, value)
        for name, value in (("a.nii", 1), ("renamed.nii", 1), ("c.nii", 2))
    )
    made = DataList(
        {"t1": ""},
        training=(Case("a", {"t1": one}),),
        validation=(Case("b", {"t1": copy}), Case("c", {"t1": other})),
    )
    assert doubts(made) == [
        (f"{one} and {copy} are the same file in two splits: one person twice?", False)
    ]


def test_one_file_as_two_modalities_is_grave(tmp_path, image):
    one, other = image(tmp_path / "a.nii", 1), image(tmp_path / "b.nii", 2)
    case = Case("a", {"t1": one, "t2": one})
    made = DataList({"t1": "", "t2": ""}, (case, Case("b", {"t1": other})))
    text = "a: its t1 and its t2 are the same file; check the folders or columns."
    assert doubts(made) == [(text, True)]


def test_one_file_for_two_people_of_a_split(tmp_path, image):
    one, copy = image(tmp_path / "a.nii", 1), image(tmp_path / "b.nii", 1)
    made = DataList({"t1": ""}, (Case("a", {"t1": one}), Case("b", {"t1": copy})))
    ((text, grave),) = doubts(made)
    assert text == (
        f"{one} and {copy} are the same file for a and for b: one person twice, or a wrong file?"
    )
    assert not grave


def test_one_path_twice_is_named_once(tmp_path, image):
    path = image(tmp_path / "a.nii", 1)
    made = DataList(
        {"t1": "", "t2": ""},
        training=(Case("a", {"t1": path}), Case("b", {"t1": path, "t2": path})),
        validation=(Case("c", {"t1": path, "t2": path}),),
    )
    assert texts(made) == [
        "b: its t1 and its t2 are the same file; check the folders or columns.",
        "c: its t1 and its t2 are the same file; check the folders or columns.",
        f"{path} is listed in two splits: one person twice?",
        f"{path} is listed for a and for b: one person twice, or a wrong file?",
    ]


def test_of_many_the_first_few_are_told(tmp_path, image):
    cases = []
    for number in range(TOLD + 3):
        path = image(tmp_path / f"{number}.nii", number)
        cases.append(Case(f"p{number}", {"t1": path, "t2": path}))
    found = doubts(DataList({"t1": "", "t2": ""}, tuple(cases)))
    assert len(found) == TOLD + 1
    assert found[-1] == ("So it is 3 times more.", True)


def test_a_mask_that_many_share_is_nobodys_copy(tmp_path, image):
    mask = image(tmp_path / "mask.nii", 1)
    made = DataList(
        {"mask": ""},
        training=(Case("a", {"mask": mask}), Case("b", {"mask": mask})),
        validation=(Case("c", {"mask": mask}),),
    )
    assert doubts(made, labels=("mask",)) == []
    assert len(doubts(made)) == 2


def test_visits_of_one_person_in_two_splits_are_asked_about(tmp_path, image):
    def cases(*names):
        paths = {
            name: image(tmp_path / f"{name}.nii", len(list(tmp_path.iterdir()))) for name in names
        }
        return tuple(Case(name, {"t1": path}) for name, path in paths.items())

    made = DataList(
        {"t1": ""},
        training=cases("long01_study1", "sub-2", "case3v1", "scan1"),
        validation=cases("long01_study2", "sub-3", "scan2"),
        test=cases("case3v2", "sub-4"),
    )
    first, second = texts(made)
    assert first.startswith("long01_study1 is in training and long01_study2 in validation: two")
    assert second.startswith("case3v1 is in training and case3v2 in test")
