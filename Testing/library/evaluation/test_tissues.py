import numpy as np
import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.evaluation import metrics
from MedGANSynthLib.evaluation.fit import fit_affine
from MedGANSynthLib.evaluation.tissues import by_tissue


@pytest.fixture
def labels(head):
    labels = np.zeros(head[2].shape, np.uint8)
    labels[:16], labels[16:, :15] = 3, 7
    labels[16, 15, 13] = 9
    return labels


def test_figures_of_a_tissue_are_those_of_its_mask(head, labels):
    prediction, target, mask = head
    rows = by_tissue(prediction, target, mask, labels)
    assert [row["label"] for row in rows] == [3, 7, 9]
    fitted = fit_affine(prediction, target, mask).apply(prediction)
    where = mask & (labels == 3)
    assert rows[0]["voxels"] == np.count_nonzero(where)
    assert rows[0]["mae"] == metrics.mae(fitted, target, where)
    assert rows[0]["rmse"] == metrics.rmse(fitted, target, where)
    assert rows[0]["bias"] == pytest.approx(rows[0]["prediction_mean"] - rows[0]["target_mean"])
    assert rows[2] == {"label": 9, "voxels": 1}


def test_a_wrong_tissue_shows(head, labels):
    prediction, target, mask = head
    worse = np.where(labels == 7, prediction + 0.3, prediction)
    rows = by_tissue(worse, target, mask, labels)
    assert rows[1]["bias"] > 0.02 > 0 > rows[0]["bias"]


def test_what_is_no_segmentation_of_this_mask(head, labels):
    with pytest.raises(MedGANSynthError, match="no whole numbers"):
        by_tissue(*head, head[0])
    with pytest.raises(MedGANSynthError, match="no label inside the mask"):
        by_tissue(*head, 0 * labels)
    with pytest.raises(MedGANSynthError, match="differ in shape"):
        by_tissue(*head, labels[1:])
