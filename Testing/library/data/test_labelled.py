import numpy as np
import pytest

from MedGANSynthLib.data.label_settings import LabelledSlices
from MedGANSynthLib.data.labelled import load_labelled
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.volume.volume import Volume

SETTINGS = LabelledSlices(modality="image", label="label", size=16, orientation="RAS", classes=2)


@pytest.fixture
def volumes():
    rng = np.random.default_rng(0)
    image = rng.uniform(1, 100, size=(16, 16, 5)).astype(np.float32)
    label = np.zeros((16, 16, 5), np.uint8)
    label[4:9, 4:9, 1] = 1
    label[4:9, 4:9, 3] = 2
    return {"image": Volume(image, np.eye(4)), "label": Volume(label, np.eye(4))}


def test_labelled_slices_as_two_channels(volumes):
    person = load_labelled("p", volumes, SETTINGS)
    assert person.images.shape == (2, 2, 16, 16)
    expected = volumes["label"].array[:, :, [1, 3]].transpose(2, 0, 1) - 1.0
    np.testing.assert_array_equal(person.images[:, 1], expected)
    low, high = person.intensity_range
    scaled = np.clip(2 * (volumes["image"].array - low) / (high - low) - 1, -1, 1)
    assert person.images[:, 0] == pytest.approx(scaled[:, :, [1, 3]].transpose(2, 0, 1), abs=1e-5)


def test_labels_stay_on_their_image_when_resampled(volumes):
    coarse = LabelledSlices(
        modality="image", label="label", size=8, spacing=2.0, orientation="LPS", classes=2
    )
    person = load_labelled("p", volumes, coarse)
    inside = (person.images[:, 1] > -1).mean(axis=(1, 2))
    assert inside == pytest.approx(25 / 256, abs=0.04)
    # LPS turns both axes: the square at 4 to 8 of 16 lies at the other end.
    rows = np.flatnonzero((person.images[0, 1] > -1).any(axis=1))
    assert rows.min() >= 3 and rows.max() <= 6


def test_empty_or_shifted_label_maps_are_refused(volumes):
    empty = volumes["label"].with_array(0 * volumes["label"].array)
    with pytest.raises(MedGANSynthError, match="its label map is empty"):
        load_labelled("p", volumes | {"label": empty}, SETTINGS)
    shifted = Volume(volumes["label"].array, np.diag([2.0, 1, 1, 1]))
    with pytest.raises(MedGANSynthError, match="lies on another grid"):
        load_labelled("p", volumes | {"label": shifted}, SETTINGS)
