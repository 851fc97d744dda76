import csv
import dataclasses
import inspect

import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.walk import evaluate_walk
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

GRID = np.eye(4)


@pytest.fixture
def walk(tmp_path):
    """Measure a walk whose volumes have these two values, each in one half of the voxels."""

    def measure(*places, out=None, affines=(GRID,)):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for number, place in enumerate(places):
            array = np.repeat(np.array(place, np.float32), 32).reshape(4, 4, 4)
            volume = Volume(array, affines[number % len(affines)])
            write(volume, folder / f"step-{number:04}.nii.gz")
        return evaluate_walk(walk=[folder], out=out, events=Events())

    return measure


def figures(result):
    return [result[name] for name in ("path_length", "largest_step", "onward")]


def test_the_task_has_exactly_these_arguments():
    fields = {f.name for f in dataclasses.fields(tasks.EvaluateWalk)}
    assert set(inspect.signature(evaluate_walk).parameters) == fields | {"events"}


def test_a_straight_walk_of_equal_steps(walk, tmp_path):
    result = walk((0, 0), (3, 1), (6, 2), (9, 3), out=tmp_path / "steps.csv")
    assert figures(result) == pytest.approx([1, 1, 1])
    assert [row["from_first"] for row in result["rows"]] == pytest.approx([1 / 3, 2 / 3, 1])
    with open(tmp_path / "steps.csv", newline="") as file:
        assert [float(row["change"]) for row in csv.DictReader(file)] == pytest.approx([1 / 3] * 3)


def test_a_walk_of_cycles(tmp_path):
    for number in range(3):
        array = np.full((4, 4, 1, 5), number, np.float32) + np.arange(5, dtype=np.float32)
        write(Volume(array, GRID, time_step=0.1), tmp_path / f"step-{number}.nii.gz")
    result = evaluate_walk(walk=[tmp_path], events=Events())
    assert figures(result) == pytest.approx([1, 1, 1])


def marked(folder, name, value, **settings):
    marks = Provenance("m", "0" * 64, seed=1, settings=settings)
    write(Volume(np.full((4, 4, 4), value, np.float32), GRID, provenance=marks), folder / name)


def test_the_marks_say_the_order(tmp_path):
    for name, step in (("a", 2), ("b", 0), ("c", 1)):
        marked(tmp_path, f"{name}.nii.gz", 5 * step, to_seed=2, step=step, steps=3)
    result = evaluate_walk(walk=[tmp_path], events=Events())
    assert [row["volume"] for row in result["rows"]] == ["c.nii.gz", "a.nii.gz"]
    assert figures(result) == pytest.approx([1, 1, 1])


def test_two_walks_are_not_one(tmp_path):
    for step in range(3):
        for way in ("slerp", "lerp"):
            marked(tmp_path, f"{way}-{step}.nii.gz", step, to_seed=2, interpolation=way, step=step)
    with pytest.raises(MedGANSynthError, match="are not of one walk; give the files of one"):
        evaluate_walk(walk=[tmp_path], events=Events())


def test_a_generator_that_jumps(walk):
    """One of four steps does everything."""
    assert figures(walk((0, 0), (0, 0), (0, 0), (5, 5), (5, 5))) == pytest.approx([1, 4, 0.25])


def test_a_detour_is_longer_and_turns_back(walk):
    """Along two sides of a square, then one side too far and back: 4 sides for one diagonal."""
    result = walk((0, 0), (1, 0), (1, 1), (1, 2), (1, 1))
    assert figures(result) == pytest.approx([4 / 2**0.5, 1, 0.5])


def test_what_is_no_walk(walk):
    with pytest.raises(MedGANSynthError, match="has 2 volumes; at least 3"):
        walk((0, 0), (1, 1))
    with pytest.raises(MedGANSynthError, match="has 0 volumes; at least 3"):
        walk()
    with pytest.raises(MedGANSynthError, match=r"0000\.nii\.gz and step-0002\.nii\.gz are equal"):
        walk((0, 0), (1, 1), (0, 0))
    with pytest.raises(MedGANSynthError, match=r"^step-0001\.nii\.gz .*lies on another grid"):
        walk((0, 0), (1, 1), (2, 2), affines=(GRID, np.diag([2.0, 1, 1, 1])))
    with pytest.raises(MedGANSynthError, match=r"^step-0002\.nii\.gz .*lies on another grid"):
        walk((0, 0), (1, 1), (2, 2), affines=(GRID, GRID, np.diag([2.0, 1, 1, 1])))
