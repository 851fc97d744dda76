"""Generated volumes: which voxels, on which grid, in which units, marked, and made again."""

import dataclasses

import numpy as np
import pytest
import SimpleITK as sitk
import torch

from MedGANSynthLib import schema
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference.codes import draw_code
from MedGANSynthLib.inference.generate import generate
from MedGANSynthLib.inference.generator import Generator
from MedGANSynthLib.models.manifest import Manifest
from MedGANSynthLib.models.package import open_package
from MedGANSynthLib.tasks import Generate
from MedGANSynthLib.volume.preprocessing import prepare
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.verify import show_provenance
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

SIZE, CROP, SPACING = [16, 32, 16], [16, 25, 10], [2.0, 3.0, 4.0]
SPECS = {
    "generator": ("alpha-generator", {"latent": 4, "size": SIZE, "width": 1}),
    "encoder": (
        "alpha-critic",
        {"size": SIZE, "outputs": 4, "width": 1, "norm": "instance-plain", "spectral": False},
    ),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory, untrained):
    return untrained(
        tmp_path_factory.mktemp("package") / "nobody",
        SPECS,
        name="nobody",
        title="Scans of nobody",
        system="alpha-wgan",
        kind="generate",
        generation={
            "generator": "generator",
            "encoder": "encoder",
            "latent": 4,
            "output": {"modality": "t1", "reference_range": [100.0, 900.0]},
            "crop": CROP,
        },
        grid={"orientation": "LAS", "spacing": [[s, s] for s in SPACING], "size": SIZE},
    )


@pytest.fixture
def run(package, tmp_path):
    """`run(option=value, ...)` in `tmp_path / "out"`."""

    def go(events=None, **options):
        task = Generate(model=str(package.folder), out=tmp_path / "out", device="cpu", **options)
        fields = {f.name: getattr(task, f.name) for f in dataclasses.fields(task)}
        return generate(**fields, events=events or Events())

    return go


def test_a_volume_is_the_generators_in_units_of_the_training_data(run, package):
    result = run(seed=7, count=2, temperature=0.5)
    assert [row["status"] for row in result["rows"]] == ["generated"] * 2
    volume = read(result["rows"][1]["file"])
    code = 0.5 * draw_code(package.sha256, 7, 1, 4)
    with torch.no_grad():
        raw = package.load_network("generator")(torch.from_numpy(code)[None])[0, 0].numpy()
    inner = raw[:, 4:29, 3:13]  # half of the padding, rounded up, before
    np.testing.assert_allclose(volume.array, 100 + (inner + 1) * 400, rtol=1e-5)


def test_it_lies_on_the_models_own_grid_around_the_origin(run):
    volume = read(run()["rows"][0]["file"])
    assert volume.shape == tuple(CROP)
    assert volume.axcodes == "LAS"
    assert volume.spacing == pytest.approx(SPACING)
    np.testing.assert_allclose(volume.corners().mean(axis=0), 0, atol=1e-4)


def test_padding_and_cropping_are_each_others_inverse(package):
    """What `prepare` pads, a generated volume loses, voxel for voxel, also where it is odd."""
    manifest = package.manifest
    rng = np.random.default_rng(0)
    volume = Volume(rng.uniform(1, 2, CROP).astype(np.float32), np.diag([-2.0, 3.0, 4.0, 1.0]))
    prepared = prepare(volume, manifest.grid, manifest.intensity)

    class Given(torch.nn.Linear):
        def forward(self, code):
            return torch.from_numpy(prepared.array)[None, None]

    generator = Generator(package, Given(1, 1), "cpu")
    made = generator.volume(np.zeros(4, np.float32), generator.provenance(0))
    np.testing.assert_allclose(
        made.array, 100 + (prepared.undo(prepared.array) + 1) * 400, rtol=1e-5
    )


def test_each_volume_is_the_same_alone_and_among_others(run):
    three = [read(row["file"]).array for row in run(count=3)["rows"]]
    again = run(count=2, overwrite=True)["rows"]
    assert [row["status"] for row in again] == ["generated"] * 2
    for array, row in zip(three, again, strict=False):
        assert np.array_equal(array, read(row["file"]).array)
    assert not np.array_equal(three[0], three[1])


def test_what_is_finished_is_not_made_again_and_the_rest_is(run, tmp_path):
    run(count=1)
    statuses = [row["status"] for row in run(count=2)["rows"]]
    assert statuses == ["finished before", "generated"]
    with pytest.raises(MedGANSynthError, match="is something else"):
        run(count=1, temperature=0.9)


def test_what_lies_in_the_way_is_found_before_the_first_is_made(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "nobody-seed0-0001.nii.gz").write_text("mine")
    with pytest.raises(MedGANSynthError, match=r"0001\.nii\.gz: .* is something else"):
        run(count=2)
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_every_volume_is_marked(run, package):
    row = run(seed=3)["rows"][0]
    shown = show_provenance(row["file"], Events())["rows"][0]
    assert (shown["model"], shown["seed"]) == ("nobody", 3)
    assert package.sha256.startswith(shown["weights"])


def test_a_walk_begins_and_ends_at_the_two_volumes(run):
    ends = [read(run(seed=seed)["rows"][0]["file"]).array for seed in (1, 2)]
    result = run(seed=1, to_seed=2, count=3)
    steps = [read(row["file"]).array for row in result["rows"]]
    np.testing.assert_allclose(steps[0], ends[0], atol=1e-3)
    np.testing.assert_allclose(steps[2], ends[1], atol=1e-3)
    assert result["preview"].endswith("nobody-seed1-to-2-slerp.png")


def test_a_scan_made_again_lies_on_the_scan(run, tmp_path):
    rng = np.random.default_rng(1)
    affine = np.diag([2.0, 3.0, 4.0, 1.0])  # the other way round along the first axis
    affine[:3, 3] = 5, 6, 7
    scan = Volume(rng.normal(500, 100, (14, 20, 12)).astype(np.float32), affine)
    write(scan, tmp_path / "scan.nii.gz")
    row = run(reconstruct=(tmp_path / "scan.nii.gz",))["rows"][0]
    made = read(row["file"])
    assert made.shape == scan.shape
    np.testing.assert_allclose(made.affine, affine)
    assert scan.array.min() - 200 < made.array.min() <= made.array.max() < scan.array.max() + 200


def test_the_picture_shows_a_scan_above_what_became_of_it(run, tmp_path):
    array = np.random.default_rng(1).normal(5, 1, (14, 20, 12)).astype(np.float32)
    scans = []
    for name, scale in (("dim", 1), ("bright", 1000)):
        scans.append(tmp_path / f"{name}.nii.gz")
        write(Volume(array * scale, np.diag([2.0, 3.0, 4.0, 1.0])), scans[-1])
    picture = run(reconstruct=tuple(scans))["preview"]
    grey = sitk.GetArrayFromImage(sitk.ReadImage(picture))
    assert grey.shape[0] == 2 * (2 + 20 + 2 + 12 + 2 + 12) + 2
    dim, bright = grey[2:22, 2:16], grey[2:22, 18:32]
    assert np.array_equal(dim, bright) and dim.std() > 30


@pytest.mark.parametrize("spoil", ["constant", "slice", "absent"])
def test_all_scans_are_looked_at_before_the_first_is_made_again(run, tmp_path, spoil):
    array = np.random.default_rng(1).normal(5, 1, (14, 20, 12)).astype(np.float32)
    good, bad = tmp_path / "good.nii.gz", tmp_path / "bad.nii.gz"
    write(Volume(array, np.eye(4)), good)
    if spoil != "absent":
        write(Volume(array[:, :, :1] if spoil == "slice" else 0 * array, np.eye(4)), bad)
    with pytest.raises(
        MedGANSynthError, match=r"bad\.nii\.gz: (is one slice|does not|every voxel)"
    ):
        run(reconstruct=(good, bad))
    assert not (tmp_path / "out").exists()


def test_a_scan_of_another_contrast_is_warned_of(run, tmp_path):
    array = np.random.default_rng(1).normal(5, 1, (14, 20, 12)).astype(np.float32)
    write(Volume(array, np.eye(4)), tmp_path / "sub-1_T2w.nii.gz")
    events, heard = Events(), []
    events.warning = heard.append
    run(events, reconstruct=(tmp_path / "sub-1_T2w.nii.gz",))
    assert "sub-1_T2w.nii.gz: its name says t2, but the model takes t1." in heard


def test_the_picture_shows_three_planes_of_each(run):
    picture = sitk.GetArrayFromImage(sitk.ReadImage(run(count=2)["preview"]))
    i, j, k = CROP
    assert picture.shape == (2 + j + 2 + k + 2 + k + 2, 2 + 2 * (max(i, j) + 2))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"count": 0}, "--count 0"),
        ({"seed": -1}, "--seed -1"),
        ({"to_seed": -1}, "--to-seed -1"),
        ({"temperature": 0.0}, "--temperature 0"),
        ({"to_seed": 2, "count": 1}, "at least 2 steps"),
        ({"to_seed": 2, "reconstruct": ("x.nii",)}, "choose one"),
    ],
)
def test_wrong_requests_get_one_sentence(run, options, sentence):
    with pytest.raises(MedGANSynthError, match=sentence):
        run(**options)


def test_a_missing_encoder_is_said(package):
    generation = dataclasses.replace(package.manifest.generation, encoder=None)
    manifest = dataclasses.replace(package.manifest, generation=generation)
    generator = Generator.load(dataclasses.replace(package, manifest=manifest), "cpu")
    with pytest.raises(MedGANSynthError, match="has no encoder"):
        _ = generator.encoder


def test_a_generator_does_not_translate(package):
    with pytest.raises(MedGANSynthError, match="it is for `medgansynth generate`"):
        package.direction(None)


def test_the_package_is_verified(package):
    checks = {row["network"]: row["check"] for row in open_package(package.folder).verify()}
    assert checks == {"generator": "loads and runs", "encoder": "loads and runs"}


def test_the_card_says_what_it_makes(package):
    card = (package.folder / "MODEL_CARD.md").read_text()
    assert "16 x 25 x 10 voxels of 2 x 3 x 4 mm" in card


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"generation": None}, "needs a generation"),
        ({"generation": {"crop": [17, 1, 1]}}, "crop is larger"),
        ({"generation": {"encoder": "nobody"}}, "unknown network nobody"),
        ({"grid": {"spacing": [None, [3.0, 3.0], [4.0, 4.0]]}}, "one spacing for each axis"),
    ],
)
def test_manifests_that_make_no_sense_are_refused(package, change, sentence):
    plain = schema.to_dict(package.manifest)
    for key, value in change.items():
        plain[key] = None if value is None else plain[key] | value
    with pytest.raises(MedGANSynthError, match=sentence):
        schema.from_dict(Manifest, plain, "model.json")
