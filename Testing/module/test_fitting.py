"""Which models take which volumes."""

import dataclasses

import pytest
from MedGANSynthPanels.fitting import measured_time, spoken, takes, ways

from MedGANSynthLib.models import catalogue
from MedGANSynthLib.models.manifest import Measurement


@pytest.fixture
def entry():
    (found,) = [e for e in catalogue.list_entries() if e.name == "t1-t2-brain"]
    return found


def test_the_ways_of_a_package(entry):
    t1_to_t2, t2_to_t1 = ways(entry)
    assert [(w.name, w.label, w.inputs) for w in (t1_to_t2, t2_to_t1)] == [
        ("t1-to-t2", "T1 → T2", ["t1"]),
        ("t2-to-t1", "T2 → T1", ["t2"]),
    ]
    assert takes(t1_to_t2, "t1") and takes(t1_to_t2, None) and not takes(t1_to_t2, "t2")
    assert ways(dataclasses.replace(entry, problem="broken", manifest=None)) == []


def test_modalities_as_people_write_them():
    assert [spoken(m) for m in ("t1", "flair", "angiography")] == ["T1", "FLAIR", "angiography"]


def test_the_makers_time(entry):
    figure = Measurement("seconds for one volume", 3.5, "128 x 128 x 30 voxels, 2 cores")
    manifest = dataclasses.replace(entry.manifest, quality=(figure,))
    timed = dataclasses.replace(entry, manifest=manifest)
    assert measured_time(timed) == "3.5 s (128 x 128 x 30 voxels, 2 cores)"
    assert measured_time(dataclasses.replace(entry, manifest=None)) == ""
