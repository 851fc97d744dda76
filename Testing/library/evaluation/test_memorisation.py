import csv
import dataclasses
import inspect
import json

import nibabel as nib
import numpy as np
import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation.memorisation import TOLD, equal_share, evaluate_memorisation
from MedGANSynthLib.evaluation.set_generators import GENERATORS
from MedGANSynthLib.events import Events
from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write as write_volume

COUNT = 16


class Heard(Events):
    """Keeps the warnings."""

    def __init__(self):
        super().__init__()
        self.texts = []

    def warning(self, text):
        self.texts.append(text)


def write(folder, volumes):
    folder.mkdir(parents=True)
    for number, volume in enumerate(volumes):
        image = nib.Nifti1Image(500 * (volume + 1), np.diag([3.0, 3.0, 3.0, 1.0]))
        nib.save(image, folder / f"{folder.name}-{number:02d}.nii.gz")
    return [folder]


@pytest.fixture
def people(tmp_path, brains):
    sets = (("training", 1), ("held_out", 2))
    return {name: write(tmp_path / name, brains(COUNT, seed)) for name, seed in sets}


def judge(people, synthetic, **options):
    return evaluate_memorisation(synthetic=synthetic, **people, **options, events=Events())


def test_the_task_has_exactly_these_arguments():
    fields = {f.name for f in dataclasses.fields(tasks.EvaluateMemorisation)}
    assert set(inspect.signature(evaluate_memorisation).parameters) == fields | {"events"}


@pytest.mark.parametrize("name", ["copies", "noisy-copies", "augmented-copies", "darker"])
def test_a_memoriser_is_caught_whatever_it_does_to_its_copies(people, tmp_path, brains, name):
    volumes = GENERATORS[name](brains(COUNT, 1), COUNT, np.random.default_rng(0))
    result = judge(people, write(tmp_path / "s", volumes))
    found = {row["figure"]: row["value"] for row in result["rows"]}
    assert found["copies"] == COUNT
    assert found["share_closer_to_training"] == 1.0
    assert found["share_closer_at_equal_n"] == 1.0
    assert found["authenticity"] == 0.0
    assert result["text"].startswith(f"copies: {COUNT} of {COUNT}")


def test_new_people_are_no_copies(people, tmp_path, brains):
    result = judge(people, write(tmp_path / "s", brains(COUNT, 3)), out=tmp_path / "result")
    found = {row["figure"]: row["value"] for row in result["rows"]}
    assert found["copies"] <= 3  # some fresh person is always nearer than the nearest of few
    assert 0.2 < found["share_closer_at_equal_n"] < 0.8
    assert found["authenticity"] > 0.2
    assert result["duplicates"] == []
    rows = list(csv.DictReader((tmp_path / "result" / "cases.csv").open()))
    assert [row["case"] for row in rows] == [f"s-{n:02d}" for n in range(COUNT)]
    assert (tmp_path / "result" / "report.html").read_text().count("data:image/png") == 24
    kept = json.loads((tmp_path / "result" / "summary.json").read_text())
    assert kept["cases"] == result["cases"]


def test_figures_for_the_model_that_marked_its_volumes(people, tmp_path, brains):
    folder = tmp_path / "s"
    marks = Provenance("nobody", "a" * 64, seed=1)
    for number, volume in enumerate(brains(4, 3)):
        made = Volume(500 * (volume + 1), np.diag([3.0, 3.0, 3.0, 1.0]), provenance=marks)
        folder.mkdir(exist_ok=True)
        write_volume(made, folder / f"{number}.nii.gz")
    judge(people, [folder], out=tmp_path / "result")
    quality = json.loads((tmp_path / "result" / "quality.json").read_text())
    assert quality["model_sha256"] == "a" * 64
    assert quality["measurements"][0]["name"] == "copies"


def test_one_person_under_two_names_is_found_by_content(people, tmp_path, brains, rng):
    def change(name, volume):
        image = nib.Nifti1Image(80 * (volume + 1) + 3, np.diag([3.0, 3.0, 3.0, 1.0]))
        nib.save(image, people["held_out"][0] / name)

    again = brains(COUNT, 1)
    change("renamed.nii.gz", again[4])
    change("mirrored.nii.gz", again[5][::-1] + 0.02 * rng.normal(size=again[5].shape))
    events = Heard()
    result = evaluate_memorisation(
        synthetic=write(tmp_path / "s", brains(COUNT, 3)), **people, events=events
    )
    found = {(row["training"], row["other"]) for row in result["duplicates"]}
    assert found == {("training-04", "renamed"), ("training-05", "mirrored")}
    assert sum("show the same person" in text for text in events.texts) == 2
    assert "The real sets hold 2 pairs of volumes of the same person." in result["text"]


def test_many_pairs_of_the_same_person_are_told_in_few_words(people, tmp_path, brains):
    events = Heard()
    result = evaluate_memorisation(
        synthetic=write(tmp_path / "s", brains(COUNT, 3)),
        **(people | {"held_out": people["training"]}),
        events=events,
    )
    assert len(result["duplicates"]) == COUNT > TOLD
    assert sum("show the same person" in text for text in events.texts) == TOLD
    assert any(text.startswith(f"{COUNT - TOLD} further pairs") for text in events.texts)


def test_a_data_list_in_place_of_folders(people, tmp_path, brains):
    def cases(name):
        return [
            {"subject": f"{name}-{n}", "t1": f"{name}/{name}-{n:02d}.nii.gz"} for n in range(COUNT)
        ]

    content = {"modality": {"t1": ""}, "training": cases("training"), "test": cases("held_out")}
    (tmp_path / "list.json").write_text(json.dumps(content))
    synthetic = write(tmp_path / "s", brains(COUNT, 3))
    listed = evaluate_memorisation(
        synthetic=synthetic, data=tmp_path / "list.json", events=Events()
    )
    assert listed["cases"] == judge(people, synthetic)["cases"]
    with pytest.raises(MedGANSynthError, match="either --data or --training"):
        judge(people, synthetic, data=tmp_path / "list.json")
    with pytest.raises(MedGANSynthError, match="no training volumes"):
        evaluate_memorisation(
            synthetic=synthetic, data=tmp_path / "list.json", modality="t2", events=Events()
        )


def test_equal_numbers_are_drawn_where_there_are_more_training_people(rng):
    apart, away = rng.uniform(size=(400, 60)), rng.uniform(size=(400, 10))
    assert np.mean(apart.min(1) < away.min(1)) > 0.8
    assert equal_share(apart, away, 0) == pytest.approx(0.5, abs=0.02)
