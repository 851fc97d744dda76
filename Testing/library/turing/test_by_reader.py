import pytest

from MedGANSynthLib.turing.by_reader import operating_points


def answer(reader, truth, rating):
    return {"reader": reader, "truth": truth, "rating": rating}


def test_operating_points_by_hand():
    """Synthetic rated 6, 4, 4; real rated 4, 1: hits and false alarms at 6, 4 and 1."""
    rows = [answer("a", "synthetic", r) for r in (6, 4, 4)]
    rows += [answer("a", "real", r) for r in (4, 1)] + [answer("b", "real", 2)]
    points = operating_points(rows)
    assert {p["reader"] for p in points} == {"a"}  # b saw one class only
    assert [(p["false_alarms"], p["hits"]) for p in points] == [
        (0, 0),
        (0, pytest.approx(1 / 3)),
        (0.5, 1),
        (1, 1),
    ]
