import json

import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.inference.loaded import open_package
from MedGANSynthLib.turing import audit, demo, demo_cases
from MedGANSynthLib.turing.reading import Reading
from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.volume import Volume


def test_a_whole_study_of_phantoms(tmp_path, monkeypatch, quick_disk):
    monkeypatch.setattr(audit, "forest_auc", lambda table, labels, seed: 0.5)  # tested elsewhere
    monkeypatch.setattr(demo_cases, "SHAPE", (24, 28, 10))
    monkeypatch.setattr(demo_cases, "SPACING", (8.0, 8.0, 16.0))
    result = demo.demo_study(tmp_path / "demo", "t1-t2-brain", 8, 0, False, Events())
    assert "reader-5): no evidence about any model." in result["text"]
    assert "reader-5 shows response bias" in result["text"]
    assert [row["answers"] for row in result["rows"]] == [12] * 5
    assert (tmp_path / "demo" / "report" / "report.html").stat().st_size > 20_000
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {
        "study",
        "study-key.json",
        "study-key-audit.json",
        "study-key-preview.png",
        "report",
    }
    summary = json.loads((tmp_path / "demo" / "report" / "summary.json").read_text())
    assert "reader-6 has answered no scored case." in summary["notices"]
    page = (tmp_path / "demo" / "report" / "report.html").read_text("utf-8")
    assert "Simulated readers, who saw no image (reader-1, " in page
    Reading(tmp_path / "demo" / "study", "reader-6").close()
    with pytest.raises(MedGANSynthError, match=r"reader-6\.jsonl: holds your answers"):
        demo.demo_study(tmp_path / "demo", "t1-t2-brain", 8, 0, True, Events())
    (model,) = summary["models"]
    assert model == f"t1-t2-brain {open_package('t1-t2-brain').sha256}"


def test_a_generator_makes_the_synthetic_cases_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_cases, "open_package", lambda name: Package)
    monkeypatch.setattr(demo_cases, "Generator", Constant)
    monkeypatch.setattr(demo_cases, "SHAPE", (12, 14, 6))
    monkeypatch.setattr(demo_cases, "SPACING", (16.0, 16.0, 24.0))
    demo_cases.write_cases(tmp_path, "nobody", 3, 5, lambda share: None)
    made = [read(tmp_path / "synthetic" / f"00{n}.nii") for n in range(3)]
    assert [float(volume.array[0, 0, 0]) for volume in made] == [5.0, 6.0, 7.0]
    real = [read(tmp_path / "real" / f"00{n}.nii") for n in range(3)]
    assert {volume.provenance for volume in real} == {None}
    assert all(volume.provenance.model == "nobody" for volume in made)


class Package:
    """Of a model that generates T1s."""

    class manifest:
        class generation:
            class output:
                modality = "t1"


class Constant:
    """A generator whose volume of number n and seed s is s + n everywhere."""

    @classmethod
    def load(cls, package):
        return cls()

    def code(self, seed, number):
        return seed + number

    def provenance(self, seed):
        return Provenance(model="nobody", model_sha256="a" * 64, seed=seed)

    def volume(self, code, provenance):
        voxels = np.full((4, 4, 4), code, np.float32)
        return Volume(voxels, np.eye(4), provenance=provenance)


@pytest.mark.parametrize(
    ("cases", "seed", "option"), [(7, 0, "--cases"), (101, 0, "--cases"), (8, -1, "--seed")]
)
def test_numbers_that_make_no_study(tmp_path, cases, seed, option):
    with pytest.raises(MedGANSynthError, match=option):
        demo.demo_study(tmp_path / "demo", "t1-t2-brain", cases, seed, False, Events())
    assert not (tmp_path / "demo").exists()
