"""Nodes of the scene as the images of a training."""

import csv

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.scene_export import export_people
from MedGANSynthPanels.scene_people import guess, images_of_the_scene, person_of

from MedGANSynthLib.volume.cine import read_cine
from MedGANSynthLib.volume.read import read


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def sequence(volume):
    """A sequence of three frames, 40 ms apart, that differ."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "anna cine")
    node.SetIndexUnit("ms")
    for frame in range(3):
        voxels = np.random.default_rng(frame).integers(0, 900, (3, 4, 5)).astype(np.int16)
        made = volume(f"frame {frame}", voxels)
        node.SetDataNodeAtValue(made, str(40 * frame))
        slicer.mrmlScene.RemoveNode(made)
    return node


def test_volumes_are_written_where_they_lie_and_name_nobody(volume, transform, tmp_path):
    t1, t2, other = volume("Anna T1"), volume("Anna T2"), volume("Berta T1")
    transform(np.diag([1, 1, 1, 1]) + np.eye(4, k=3) * 7, t1)  # 7 mm to the right
    people = [{"subject": "Anna", "t1": t1, "t2": t2}, {"subject": "Berta", "t1": other}]
    path = export_people(people, tmp_path / "data", films=False)
    assert [(r["subject"], bool(r["t1"]), bool(r["t2"])) for r in rows(path)] == [
        ("sub-001", True, True),
        ("sub-002", True, False),
    ]
    found = read(tmp_path / "data" / rows(path)[0]["t1"])
    np.testing.assert_array_equal(found.array, slicer.util.arrayFromVolume(t1).transpose(2, 1, 0))
    moved = ijk_to_ras(t1)
    moved[0, 3] += 7
    np.testing.assert_allclose(found.affine, moved, atol=1e-4)
    names = " ".join(p.name for p in (tmp_path / "data").iterdir()) + path.read_text()
    assert "Anna" not in names and "Berta" not in names


def test_a_sequence_is_one_film_or_a_case_for_each_frame(sequence, tmp_path):
    people = [{"subject": "a", "cine": sequence}]
    path = export_people(people, tmp_path / "film", films=True)
    (row,) = rows(path)
    film = read_cine(tmp_path / "film" / row["cine"])
    assert film.shape == (5, 4, 3, 3) and film.time_step == pytest.approx(0.04)
    last = slicer.util.arrayFromVolume(sequence.GetNthDataNode(2))
    np.testing.assert_array_equal(film.array[..., 2], last.transpose(2, 1, 0))

    path = export_people([{"subject": "a", "t1": sequence}], tmp_path / "frames", films=False)
    assert [row["subject"] for row in rows(path)] == ["sub-001"] * 3
    found = [read(tmp_path / "frames" / row["t1"]).array for row in rows(path)]
    np.testing.assert_array_equal(found[2], last.transpose(2, 1, 0))
    assert not np.array_equal(found[0], found[2])


def test_a_sequence_beside_a_volume_is_refused(sequence, volume, tmp_path):
    people = [{"subject": "a", "t1": sequence, "t2": volume("still T2")}]
    with pytest.raises(PanelError, match="sequences of one person need equally many frames"):
        export_people(people, tmp_path, films=False)


def test_what_nodes_show_is_guessed(sequence, volume):
    t2, mask = volume("Anna T2"), volume("Anna mask")
    label = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "label")
    assert images_of_the_scene() == [t2, mask, label, sequence]
    assert guess(t2, ("t1", "t2", "mask"), ("mask",)) == "t2"
    assert guess(t2, ("t1", "mask"), ("mask",)) == ""
    assert guess(label, ("t1", "mask"), ("mask",)) == "mask"
    assert guess(sequence, ("cine", "mask"), ("mask",)) == "cine"
    assert person_of(t2) == "Anna" and person_of(sequence) == "anna"
