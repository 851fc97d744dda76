import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.data.labelled import as_channel, as_labels
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.read import read


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    preset = "dcgan-labelled-slices-debug"
    tasks.run(tasks.Train(preset=preset, out=folder / "run", device="cpu"))
    export = tasks.ModelsExport(run=folder / "run", out=folder / "package", name="both")
    tasks.run(export)
    return folder / "package"


def test_images_and_their_label_maps_on_one_grid(package, tmp_path):
    task = tasks.Generate(model=str(package), out=tmp_path, count=2, seed=3, device="cpu")
    result = tasks.run(task)
    names = [row["file"].rsplit("/", 1)[1] for row in result["rows"]]
    assert names == [
        "both-seed3-0000.nii.gz", "both-seed3-0000-label.nii.gz",
        "both-seed3-0001.nii.gz", "both-seed3-0001-label.nii.gz",
    ]  # fmt: skip
    image, labels = (read(tmp_path / name) for name in names[:2])
    assert image.shape == labels.shape == (32, 32, 1)
    assert (image.affine == labels.affine).all()
    assert set(np.unique(labels.array)) <= {0, 1}
    assert labels.provenance.settings["map"] == "labels"
    assert image.provenance.settings.get("map") is None
    again = tasks.run(task)
    assert {row["status"] for row in again["rows"]} == {"finished before"}


def test_a_slice_without_labels_makes_none(tmp_path):
    run = tmp_path / "run"
    tasks.run(tasks.Train(preset="dcgan-slices-debug", out=run, device="cpu"))
    tasks.run(tasks.ModelsExport(run=run, out=tmp_path / "package", name="one"))
    from MedGANSynthLib.inference.generator import Generator
    from MedGANSynthLib.models.package import open_package

    generator = Generator.load(open_package(tmp_path / "package"), "cpu")
    with pytest.raises(MedGANSynthError, match="one: makes no label maps"):
        generator.labelled(generator.code(0, 0))


@pytest.mark.parametrize("classes", [1, 3, 16])
def test_labels_come_back_from_their_channel(classes):
    labels = np.arange(classes + 3)
    channel = as_channel(labels, classes)
    assert (channel.min(), channel.max()) == (-1, 1)
    noisy = channel + np.float32(0.9 / classes)
    expected = np.minimum(labels, classes)
    assert (as_labels(channel, classes) == expected).all()
    assert (as_labels(noisy, classes) == expected).all()
