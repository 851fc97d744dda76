"""Generated slices and cycles: files, films, and the training image nearest to each."""

import dataclasses
import json

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
import torch
from PIL import Image

from MedGANSynthLib import schema
from MedGANSynthLib.data.cine_phantom import heart_phantom
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference.codes import draw_code
from MedGANSynthLib.inference.generate import generate
from MedGANSynthLib.inference.shown import film, shown
from MedGANSynthLib.models.manifest import Manifest
from MedGANSynthLib.tasks import Generate
from MedGANSynthLib.volume.cine import read_cine
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.verify import show_provenance
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

FORMS = {
    "slice": ("dcgan-generator", {"channels": 1}, {"form": "slice"}),
    "cine": (
        "cine-dcgan-generator",
        {"channels": 5},
        {"form": "cine", "frames": 5, "time_step": 0.04},
    ),
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory, untrained):
    def brighten(states):  # else nearly all grey
        for key, tensor in states["generator"].items():
            if key.startswith("last") and key.endswith("weight"):
                tensor *= 100

    made = {}
    for form, (architecture, options, generation) in FORMS.items():
        options = options | {"latent": 4, "size": 16, "width": 2}
        modality = "t1" if form == "slice" else "cine"
        made[form] = untrained(
            tmp_path_factory.mktemp(form) / "package",
            {"generator": (architecture, options)},
            brighten,
            name=f"nobodys-{form}",
            title="Nobody's",
            system=f"{form}-gan",
            kind="generate",
            generation={
                "generator": "generator",
                "latent": 4,
                "output": {"modality": modality, "reference_range": [100.0, 900.0]},
                "crop": [16, 16, 1],
                **generation,
            },
            grid={"spacing": [[2.0, 2.0], [2.0, 2.0], [8.0, 8.0]], "size": [16, 16, 1]},
            intensity={"lower": 0.0, "upper": 100.0},
        )
    return made


@pytest.fixture
def run(packages, tmp_path):
    """`run(form, option=value, ...)` in `tmp_path / "out"`."""

    def go(form, **options):
        model = str(packages[form].folder)
        task = Generate(model=model, out=tmp_path / "out", device="cpu", **options)
        fields = {f.name: getattr(task, f.name) for f in dataclasses.fields(task)}
        return generate(**fields, events=Events())

    return go


def raw(package, seed, index):
    code = torch.from_numpy(draw_code(package.sha256, seed, index, 4))[None]
    with torch.no_grad():
        return package.load_network("generator")(code)[0].numpy()


def test_a_slice_is_a_volume_one_slice_thick(run, packages):
    result = run("slice", seed=7, count=2)
    volume = read(result["rows"][1]["file"])
    assert volume.shape == (16, 16, 1)
    assert volume.axcodes == "PLS"
    assert volume.spacing == pytest.approx((2, 2, 8))
    np.testing.assert_allclose(volume.corners().mean(axis=0), 0, atol=1e-4)
    expected = 100 + (raw(packages["slice"], 7, 1)[0] + 1) * 400
    np.testing.assert_allclose(volume.array[:, :, 0], expected, rtol=1e-5)
    picture = sitk.GetArrayFromImage(sitk.ReadImage(result["preview"]))
    assert picture.shape == (2 + 18, 2 + 2 * 18)
    assert not [name for name in result["outputs"] if name.endswith(".gif")]


def test_a_cine_is_a_marked_4d_file_with_a_film(run, packages):
    result = run("cine", seed=7, count=2)
    path = result["rows"][1]["file"]
    assert nib.load(path).shape == (16, 16, 1, 5)
    cine = read_cine(path)
    assert cine.time_step == pytest.approx(0.04)
    expected = 100 + (np.moveaxis(raw(packages["cine"], 7, 1), 0, 2) + 1) * 400
    np.testing.assert_allclose(cine.array[:, :, 0], expected, rtol=1e-5)
    shown = show_provenance(path, Events())
    assert (shown["mark"], shown["rows"][0]["seed"]) == ("file and sidecar", 7)
    with Image.open(result["outputs"][-1]) as film:
        assert film.n_frames == 5
        assert film.size == (16 + 2 + 16, 16)
        assert film.info["duration"] == 40
    again = run("cine", seed=7, count=2)
    assert {row["status"] for row in again["rows"]} == {"finished before"}


def test_a_walk_of_slices_is_a_strip_and_a_film(run):
    result = run("slice", seed=1, to_seed=2, count=4, interpolation="lerp")
    picture = sitk.GetArrayFromImage(sitk.ReadImage(result["preview"]))
    assert picture.shape == (2 + 18, 2 + 4 * 18)
    with Image.open(result["outputs"][-1]) as film:
        assert film.n_frames == 4


def listed(tmp_path, name, volumes):
    cases = []
    for number, volume in enumerate(volumes):
        write(volume, tmp_path / f"{name}{number}.nii.gz")
        cases.append({"subject": f"s{number}", name: f"{name}{number}.nii.gz"})
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"modality": {name: name}, "training": cases}))
    return path


def test_a_copied_slice_is_found(run, packages, tmp_path):
    """The generated slice is the second of the second person's three."""
    own = raw(packages["slice"], 3, 0)[0]
    own = 2 * (own - own.min()) / (own.max() - own.min()) - 1  # as `prepare` scales it
    rng = np.random.default_rng(0)
    affine = np.array([[0, -2.0, 0, 0], [-2.0, 0, 0, 0], [0, 0, 8.0, 0], [0, 0, 0, 1]])
    arrays = rng.uniform(-1, 1, (2, 16, 16, 3)).astype(np.float32)
    arrays[1, :, :, 1] = own
    data = listed(tmp_path, "t1", [Volume(array, affine) for array in arrays])
    result = run("slice", seed=3, count=1, neighbours=data)
    picture = sitk.GetArrayFromImage(sitk.ReadImage(result["preview"]))
    assert picture.shape == (2 + 2 * 18, 2 + 18)
    below = picture[20:36, 2:18].astype(float)
    assert np.corrcoef(below.ravel(), own.ravel())[0, 1] > 0.99
    other = [np.sqrt(np.mean((own - a) ** 2)) for a in np.moveaxis(arrays[0], 2, 0)]
    assert result["rows"][0]["nearest"] < min(other)


def test_cines_have_neighbours_too(run, tmp_path):
    hearts = [heart_phantom(seed, side=32, frames=6)["cine"] for seed in (0, 1)]
    data = listed(tmp_path, "cine", hearts)
    result = run("cine", count=1, neighbours=data)
    picture = sitk.GetArrayFromImage(sitk.ReadImage(result["preview"]))
    assert picture.shape == (2 + 10 * 18, 2 + 18)  # five frames, and five of the neighbour
    assert result["rows"][0]["nearest"] > 0


def test_wrong_requests_get_one_sentence(run, tmp_path):
    data = listed(tmp_path, "pet", [Volume(np.ones((4, 4, 4), np.float32), np.eye(4))])
    with pytest.raises(MedGANSynthError, match="its training split has no t1"):
        run("slice", neighbours=data)
    with pytest.raises(MedGANSynthError, match="--reconstruct and --neighbours"):
        run("slice", reconstruct=(data,), neighbours=data)
    scan = tmp_path / "scan.nii.gz"
    rng = np.random.default_rng(0)
    write(Volume(rng.uniform(0, 1, (8, 8, 8)).astype(np.float32), np.eye(4)), scan)
    with pytest.raises(MedGANSynthError, match="has no encoder"):
        run("slice", reconstruct=(scan,))


@pytest.mark.parametrize(
    "change",
    [{"frames": 3}, {"time_step": 0.1}, {"form": "cine"}, {"form": "cine", "frames": 3}],
)
def test_manifests_that_make_no_sense_are_refused(packages, change):
    plain = schema.to_dict(packages["slice"].manifest)
    plain["generation"] |= change
    with pytest.raises(MedGANSynthError, match="a cine, and nothing else"):
        schema.from_dict(Manifest, plain, "model.json")


def test_a_thick_slice_is_refused(packages):
    plain = schema.to_dict(packages["slice"].manifest)
    plain["grid"]["size"] = [16, 16, 2]
    with pytest.raises(MedGANSynthError, match="one slice thick"):
        schema.from_dict(Manifest, plain, "model.json")


def test_what_is_shown():
    cine = Volume(np.arange(2 * 3 * 12).reshape(2, 3, 1, 12), np.eye(4), time_step=0.1)
    assert [int(image[0, 0]) for image in shown(cine)] == [0, 2, 4, 6, 8, 10]
    frames, seconds = film([cine, cine], walk=False)
    assert (len(frames), frames[0].shape, seconds) == (12, (2, 8), 0.1)
    volume = Volume(np.zeros((4, 5, 6)), np.eye(4))
    assert [image.shape for image in shown(volume)] == [(5, 4), (6, 4), (6, 5)]
    assert film([volume], walk=False)[0] == []
