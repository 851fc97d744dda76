"""Files that Slicer saves, as `medgansynth provenance` sees them."""

import json

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.generated import place_cine
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.made_sequences import mark_sequence
from MedGANSynthPanels.marking import is_synthetic, mark, provenance_of, sidecar_path
from MedGANSynthPanels.nifti_in import Frames
from MedGANSynthPanels.sidecars import Sidecars, voxel_hash

from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.marks import voxel_hash as librarys_hash
from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.verify import show_provenance
from MedGANSynthLib.volume.volume import Volume

PROVENANCE = Provenance(model="m", model_sha256="0" * 64, direction="t1-to-t2")


@pytest.fixture
def sidecars(scene):
    watching = Sidecars()
    yield watching
    watching.stop()


@pytest.fixture
def node(volume):
    made = volume("T2", np.random.default_rng(3).normal(size=(3, 4, 5)).astype(np.float32))
    mark(made, PROVENANCE)
    return made


def provenance(path):
    return show_provenance(path, Events())


def test_the_hash_is_the_librarys():
    random = np.random.default_rng(0)
    for _ in range(50):
        rotation = np.linalg.qr(random.normal(size=(3, 3)))[0]
        affine = np.eye(4)
        affine[:3, :3] = rotation * random.uniform(0.5, 4, 3)
        array = random.normal(size=(2, 3, 4)).astype(np.float32)
        made = Volume(array.transpose(2, 1, 0), affine)
        assert voxel_hash(array, affine) == librarys_hash(made)
        cine = random.normal(size=(5, 2, 3, 4)).astype(np.float32)
        assert voxel_hash(cine, affine) == librarys_hash(Volume(cine.transpose(3, 2, 1, 0), affine))


@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz", ".nii", ".mha"])
def test_a_saved_volume_is_known_to_be_synthetic(sidecars, node, tmp_path, wait_until, suffix):
    path = tmp_path / f"T2{suffix}"
    slicer.util.saveNode(node, str(path))
    wait_until(lambda: sidecar_path(path).exists())
    result = provenance(path)
    assert result["synthetic"] is True
    assert result["mark"] == "sidecar"
    assert result["rows"][0]["direction"] == "t1-to-t2"


def test_saved_again_after_a_change(sidecars, node, tmp_path, wait_until):
    path = tmp_path / "T2.nrrd"
    slicer.util.saveNode(node, str(path))
    wait_until(lambda: sidecar_path(path).exists())
    slicer.util.arrayFromVolume(node)[0] = 5
    slicer.util.arrayFromVolumeModified(node)
    slicer.app.processEvents()
    assert provenance(path)["mark"] == "sidecar"  # the file has not changed yet
    slicer.util.saveNode(node, str(path))
    slicer.app.processEvents()
    assert provenance(path)["mark"] == "sidecar"
    slicer.util.saveNode(node, str(tmp_path / "other.nii.gz"))
    slicer.app.processEvents()
    assert provenance(tmp_path / "other.nii.gz")["mark"] == "sidecar"


def test_a_volume_that_is_not_synthetic_gets_none(sidecars, volume, tmp_path):
    slicer.util.saveNode(volume("T1"), str(tmp_path / "T1.nrrd"))
    for _ in range(3):
        slicer.app.processEvents()
    assert [p.name for p in tmp_path.iterdir()] == ["T1.nrrd"]


def test_after_the_scene_was_loaded_again(sidecars, node, scene, tmp_path, wait_until):
    path = tmp_path / "T2.nrrd"
    slicer.util.saveNode(node, str(path))
    slicer.util.saveScene(str(tmp_path / "s.mrml"))
    scene.Clear()
    slicer.util.loadScene(str(tmp_path / "s.mrml"))
    slicer.app.processEvents()
    again = slicer.util.getNode("T2")
    slicer.util.arrayFromVolume(again)[0] = 7
    slicer.util.arrayFromVolumeModified(again)
    slicer.util.saveNode(again, str(path))
    slicer.app.processEvents()
    assert provenance(path)["mark"] == "sidecar"
    plain = json.loads(sidecar_path(path).read_text())
    assert plain["voxels_sha256"] == voxel_hash(
        slicer.util.arrayFromVolume(again), ijk_to_ras(again)
    )


def test_a_folder_that_cannot_be_written_is_only_logged(sidecars, node, tmp_path, caplog):
    path = tmp_path / "T2.nrrd"
    sidecar_path(path).mkdir()
    slicer.util.saveNode(node, str(path))
    slicer.app.processEvents()
    assert path.exists()
    assert not sidecar_path(path).is_file()
    assert "not marked as it should be" in caplog.text


@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz"])
def test_a_file_that_is_loaded_again_is_marked_again(
    sidecars, node, scene, tmp_path, wait_until, suffix
):
    path = tmp_path / f"T2{suffix}"
    slicer.util.saveNode(node, str(path))
    wait_until(lambda: sidecar_path(path).exists())
    scene.Clear()
    again = slicer.util.loadVolume(str(path))
    wait_until(lambda: is_synthetic(again))
    assert provenance_of(again) == PROVENANCE


def test_a_sidecar_of_other_voxels_marks_nothing(sidecars, node, volume, tmp_path, wait_until):
    path = tmp_path / "T2.nrrd"
    slicer.util.saveNode(node, str(path))
    wait_until(lambda: sidecar_path(path).exists())
    real = volume("real")
    slicer.util.exportNode(real, str(path), {})
    loaded = slicer.util.loadVolume(str(path))
    sidecars.update()
    assert not is_synthetic(loaded)


@pytest.mark.parametrize("hardened", [False, True])
@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz"])
def test_an_exported_file_is_known_to_be_synthetic(
    sidecars, node, volume, transform, tmp_path, suffix, hardened
):
    transform([[0, 1, 0, 5], [-1, 0, 0, 7], [0, 0, 1, 9], [0, 0, 0, 1]], node)
    path = tmp_path / f"out{suffix}"
    slicer.util.exportNode(node, str(path), {}, world=hardened)
    assert provenance(path)["mark"] == "sidecar"
    slicer.util.exportNode(volume("real"), str(tmp_path / f"real{suffix}"), {})
    assert not sidecar_path(tmp_path / f"real{suffix}").exists()


def test_a_real_volume_over_a_synthetic_one_takes_its_sidecar_away(
    sidecars, node, volume, tmp_path
):
    path = tmp_path / "T2.nrrd"
    slicer.util.saveNode(node, str(path))
    slicer.app.processEvents()
    assert provenance(path)["mark"] == "sidecar"
    slicer.util.saveNode(volume("real"), str(path))
    slicer.app.processEvents()
    assert provenance(path)["mark"] == "none"
    slicer.util.exportNode(node, str(path), {})
    assert provenance(path)["mark"] == "sidecar"
    slicer.util.exportNode(volume("real"), str(path), {})
    assert provenance(path)["mark"] == "none"


def test_a_real_volume_beside_a_synthetic_one_of_its_name(sidecars, node, volume, tmp_path):
    slicer.util.saveNode(node, str(tmp_path / "T2.nrrd"))
    slicer.util.saveNode(volume("real"), str(tmp_path / "T2.nii.gz"))
    slicer.app.processEvents()
    assert provenance(tmp_path / "T2.nrrd")["mark"] == "sidecar"
    assert provenance(tmp_path / "T2.nii.gz")["mark"] == "none"


def test_a_synthetic_volume_over_the_file_of_a_real_one(sidecars, node, volume, tmp_path):
    path = tmp_path / "T1.nrrd"
    slicer.util.saveNode(volume("real"), str(path))
    slicer.util.exportNode(node, str(path), {})
    assert provenance(path)["mark"] == "sidecar"


@pytest.fixture
def cine(scene, volume):
    """Makes sequences of frames of the size of `node`: `cine("a", marked=True)`."""

    def make(name, marked=False, count=3):
        sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
        for number in range(count):
            random = np.random.default_rng(number + len(name))
            frame = volume("frame", random.normal(size=(3, 4, 5)).astype(np.float32))
            sequence.SetDataNodeAtValue(frame, str(number))
            scene.RemoveNode(frame)
        if marked:
            mark_sequence(sequence, PROVENANCE)
        return sequence

    return make


FORMAT = {"fileFormat": "by the name"}  # the host does not look it up for sequences
SEQUENCES = [".seq.nrrd", ".nrrd", ".nhdr", ".nii.gz", ".nii"]


@pytest.mark.parametrize("suffix", SEQUENCES)
def test_a_saved_sequence_is_known_to_be_synthetic(sidecars, cine, tmp_path, suffix, capfd):
    cine("acquired")
    path = tmp_path / f"T2{suffix}"
    slicer.util.saveNode(cine("made", marked=True), str(path))
    slicer.app.processEvents()
    result = provenance(path)
    assert result["mark"] == ("sidecar" if suffix.startswith(".nii") else "file and sidecar")
    assert result["rows"][0]["direction"] == "t1-to-t2"
    slicer.util.saveNode(cine("acquired"), str(path))
    slicer.app.processEvents()
    assert provenance(path)["mark"] == "none"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", SEQUENCES)
def test_an_exported_sequence_is_known_to_be_synthetic(sidecars, cine, tmp_path, suffix):
    slicer.util.exportNode(cine("made", marked=True), str(tmp_path / f"T2{suffix}"), FORMAT)
    assert "sidecar" in provenance(tmp_path / f"T2{suffix}")["mark"]


@pytest.mark.parametrize("slices", [1, 3])
@pytest.mark.parametrize("suffix", [".seq.nrrd", ".nii.gz"])
def test_a_heart_cycle(sidecars, scene, tmp_path, suffix, slices):
    array = np.random.default_rng(5).normal(size=(6, slices, 4, 5)).astype(np.float32)
    frames = Frames(array, np.diag([-1.4, -1.4, 8.0, 1.0]), 0.04)
    cycle = place_cine(frames, "heart (synthetic CINE)", PROVENANCE, playing=False)
    slicer.util.saveNode(cycle, str(tmp_path / f"heart{suffix}"))
    slicer.app.processEvents()
    assert "sidecar" in provenance(tmp_path / f"heart{suffix}")["mark"]


def test_a_sequence_of_one_frame(sidecars, cine, tmp_path):
    slicer.util.saveNode(cine("one", marked=True, count=1), str(tmp_path / "T2.nii.gz"))
    slicer.app.processEvents()
    assert provenance(tmp_path / "T2.nii.gz")["mark"] == "sidecar"


@pytest.mark.parametrize("suffix", [".seq.nrrd", ".nii.gz"])
def test_a_sequence_that_is_loaded_again_is_marked_again(
    sidecars, cine, scene, tmp_path, wait_until, suffix
):
    path = tmp_path / f"T2{suffix}"
    slicer.util.saveNode(cine("made", marked=True), str(path))
    wait_until(lambda: sidecar_path(path).exists())
    scene.Clear()
    again = slicer.util.loadNodeFromFile(str(path), "SequenceFile")
    wait_until(lambda: is_synthetic(again))
    (shown,) = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    for made in (again, shown, *(again.GetNthDataNode(n) for n in range(3))):
        assert provenance_of(made) == PROVENANCE


def test_what_is_not_ours_is_saved_without_a_word(sidecars, node, cine, scene, tmp_path, capfd):
    """Volumes of vectors, sequences and others, beside a synthetic volume and a sequence."""
    cine("made", marked=True)
    real = cine("acquired")
    colours = np.zeros((3, 4, 5, 3), np.uint8)
    vector = slicer.util.addVolumeFromArray(colours, nodeClassName="vtkMRMLVectorVolumeNode")
    for saved, names in (
        (real, ["r.seq.nrrd", "r.nrrd", "r.nii.gz"]),
        (vector, ["v.nrrd", "v.nii.gz", "v.mha"]),
    ):
        for name in names:
            slicer.util.saveNode(saved, str(tmp_path / name))
            slicer.util.exportNode(saved, str(tmp_path / f"x{name}"), FORMAT)
            slicer.app.processEvents()
    assert capfd.readouterr().err == ""
    assert len(list(tmp_path.iterdir())) == 12
    assert not list(tmp_path.glob("*.synthetic.json"))
