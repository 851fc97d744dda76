"""Semi-synthetic cycles: the two real frames are in them, and the ventricle beats once."""

import json

import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib.data.beating import Frame, semi_synthetic_cycle
from MedGANSynthLib.data.cine_phantom import heart_phantom
from MedGANSynthLib.data.datalist import read_datalist
from MedGANSynthLib.data.semi_synthetic import make_cycles
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.cine import read_cine

SIDE = 48


def two_frames(seed=0):
    made = heart_phantom(seed, side=SIDE, spacing=2.5)
    image, mask = (made[name].array[:, :, 0] for name in ("cine", "mask"))
    es = int(mask.sum((0, 1)).argmin())
    return [Frame(image[..., t], mask[..., t] > 0) for t in (0, es)]


def test_the_real_frames_are_in_it_and_the_area_lies_between():
    ed, es = two_frames()
    cycle, mask = semi_synthetic_cycle(ed, es, 20)
    np.testing.assert_allclose(cycle[..., 0], ed.image, atol=1e-4)
    assert np.array_equal(mask[..., 0] > 0, ed.endo)
    area = mask.sum((0, 1)).astype(int)
    smallest = int(area.argmin())
    assert 6 <= smallest <= 8
    assert abs(area[smallest] - es.endo.sum()) <= 0.03 * es.endo.sum()
    assert (np.diff(area[: smallest + 1]) <= 2).all()  # pixels
    assert (np.diff([*area[smallest + 1 :], area[0]]) >= -2).all()


def test_the_contour_moves_rather_than_fades():
    """Half way in, the wall of the blood pool is as steep as in the real frames."""
    ed, es = two_frames(1)
    cycle, mask = semi_synthetic_cycle(ed, es, 20)
    middle = int(np.abs(mask.sum((0, 1)) - (ed.endo.sum() + es.endo.sum()) / 2).argmin())

    def steepest(image):
        return np.percentile(np.hypot(*np.gradient(np.asarray(image, float))), 98)

    blend = (np.asarray(ed.image, float) + es.image) / 2
    assert steepest(cycle[..., middle]) > 0.85 * steepest(es.image)
    assert steepest(cycle[..., middle]) > 1.1 * steepest(blend)


@pytest.fixture
def folders(tmp_path):
    """PNG frames and masks of two people: ED is phase 19 of slice 2 (number 60), ES number 48."""
    for seed, person in enumerate(("SC-A-01", "SC-B-02")):
        ed, es = two_frames(seed)
        for number, frame in ((60, ed), (48, es), (81, ed)):
            name = f"{person}-IM-0001-{number:04d}.dcm.png"
            for kind, array in (("images", frame.image), ("masks", frame.endo * np.uint8(255))):
                (tmp_path / kind).mkdir(exist_ok=True)
                image = sitk.GetImageFromArray(np.ascontiguousarray(array.T))
                sitk.WriteImage(image, str(tmp_path / kind / name))
    return tmp_path


def warp(folders, **changes):
    options = {
        "images": folders / "images",
        "masks": folders / "masks",
        "outer": None,
        "out": folders / "out",
        "frames": 6,
        "side": 32,
        "validation": 0.5,
        "split": None,
        "seed": 0,
        "overwrite": False,
    }
    return make_cycles(**options | changes, events=Events())


def test_cycles_of_a_folder_are_named_marked_and_listed(folders):
    assert warp(folders)["cycles"] == 2
    listed = read_datalist(folders / "out" / "data.json")
    (case,) = listed.training
    assert len(listed.validation) == 1
    assert case.images["cine"].name == f"{case.subject}_slice02_cine.nii.gz"
    cine, mask = (read_cine(case.images[kind]) for kind in ("cine", "mask"))
    assert cine.shape == mask.shape == (32, 32, 1, 6)
    assert cine.provenance.model == "semi-synthetic-cycles"
    assert len(cine.provenance.inputs) == 4  # frames and masks
    area = mask.array.sum((0, 1, 2))
    assert area[0] == area.max() > 1.2 * area.min()


def test_an_interrupted_warp_goes_on(folders, monkeypatch):
    warp(folders)
    kept, other = sorted((folders / "out").glob("*_cine.nii.gz"))
    before = kept.stat().st_mtime_ns
    other.unlink()
    (folders / "out" / "data.json").unlink()
    assert warp(folders)["cycles"] == 2
    assert other.exists() and kept.stat().st_mtime_ns == before
    with pytest.raises(MedGANSynthError, match="exists already and is something else"):
        warp(folders, side=30)


def test_a_split_file_is_followed(folders):
    split = folders / "split.json"
    split.write_text(json.dumps({"training": ["SC-B-02"], "test": ["SC-A-01"]}))
    assert warp(folders, split=split)["cycles"] == 2
    listed = read_datalist(folders / "out" / "data.json")
    assert [case.subject for case in listed.training] == ["SC-B-02"]
    assert [case.subject for case in listed.test] == ["SC-A-01"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"frames": 1}, "--frames 1"),
        ({"side": 4}, "--side 4"),
        ({"side": 500}, r"--side 500: SC-A-01\S* has \d+ x \d+ pixels; take fewer"),
        ({"masks": "nowhere"}, "check --masks"),
        ({"images": "out"}, "check --images"),
    ],
)
def test_wrong_requests_get_one_sentence(folders, changes, sentence):
    changes = {k: folders / v if isinstance(v, str) else v for k, v in changes.items()}
    with pytest.raises(MedGANSynthError, match=sentence):
        warp(folders, **changes)


def test_a_folder_without_pairs_is_said(folders):
    for path in (folders / "masks").glob("*0048*"):
        path.unlink()
    with pytest.raises(MedGANSynthError, match="no slice has two frames with masks"):
        warp(folders)


def test_real_frames_of_a_slice_belong_together(real_data):
    """Sunnybrook's numbers begin at 1: number 60 is the last phase of slice 2, not slice 3's first.

    Away from the heart, frames of one slice agree far better than those of neighbouring slices.
    """
    folder = real_data / "cardiac_ed_es" / "images"
    frames = {}
    for number in (20, 27, 40, 47):
        image = sitk.ReadImage(str(folder / f"SC-HF-I-04-IM-0001-{number:04d}.dcm.png"))
        frames[number] = sitk.GetArrayFromImage(image).astype(float)
        frames[number][80:176, 80:176] = 0

    def agreement(a, b):
        return np.corrcoef(frames[a].ravel(), frames[b].ravel())[0, 1]

    assert agreement(40, 27) > 0.95 > 0.9 > agreement(20, 27)
    assert agreement(40, 27) > agreement(40, 47)
