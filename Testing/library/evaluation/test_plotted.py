import numpy as np
import pytest

from MedGANSynthLib.evaluation.judging import EDGES, Judged, Shown
from MedGANSynthLib.evaluation.plotted import difference_rows, histogram_rows


@pytest.fixture
def judged():
    counts = np.zeros(len(EDGES) - 1)
    counts[10], counts[50] = 1.5, 0.5  # two cases
    fitted = Shown(counts[::-1].copy(), [0.5, 0.7], [0.1, -0.1])
    return Judged(target=Shown(counts), methods={"model": fitted, "failed": Shown()})


def test_histogram(judged):
    rows = histogram_rows(judged)
    assert len(rows) == 60 and set(rows[0]) == {"from", "to", "real", "model"}
    assert rows[10]["from"] == pytest.approx(0.0) and rows[10]["to"] == pytest.approx(0.025)
    assert (rows[10]["real"], rows[50]["real"]) == (0.75, 0.25)
    assert (rows[49]["model"], rows[9]["model"]) == (0.75, 0.25)
    assert sum(row["model"] for row in rows) == 1


def test_differences(judged):
    assert difference_rows(judged) == [
        {"method": "model", "mean": 0.5, "difference": 0.1},
        {"method": "model", "mean": 0.7, "difference": -0.1},
    ]
