"""Slice views: what is where on the screen."""

import numpy as np
import pytest
import slicer
from host.sliceviews import render


@pytest.fixture
def volume(scene):
    """A cube of 64 mm, dark; bright at the patient's left, front and top."""
    array = np.full((32, 32, 32), 10, np.int16)
    array[20:, 20:, 20:] = 100
    matrix = np.diag([-2.0, 2.0, 2.0, 1.0])
    matrix[:3, 3] = [31.0, -31.0, -31.0]
    node = slicer.util.addVolumeFromArray(array, matrix, "cube")
    display = node.GetDisplayNode()
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(0, 100)
    return node


def quarters(picture):
    """Mean brightness of the four quarters of a square picture, each around its middle."""
    size = picture.shape[0]
    low, high = slice(size // 4 - 10, size // 4 + 10), slice(-size // 4 - 10, -size // 4 + 10)
    return {
        "top left": picture[low, low].mean(),
        "top right": picture[low, high].mean(),
        "bottom left": picture[high, low].mean(),
        "bottom right": picture[high, high].mean(),
    }


def brightest(picture):
    found = quarters(picture)
    return max(found, key=found.get)


def test_left_is_right_front_is_up_and_head_is_up(volume, tmp_path):
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    row = render(tmp_path / "row.png", size=(200, 200), center=(-20, 20, 20))
    assert row.shape == (200, 600, 3)
    axial, sagittal, coronal = (row[:, n * 200 : (n + 1) * 200] for n in range(3))
    assert brightest(axial) == "top right"
    assert brightest(coronal) == "top right"
    # The front of the patient is on the left of a sagittal view.
    assert brightest(sagittal) == "top left"


def test_foreground_fades_in(volume, tmp_path):
    white = slicer.util.addVolumeFromArray(np.full((32, 32, 32), 100, np.int16), None, "white")
    white.CopyOrientation(volume)
    white.GetDisplayNode().AutoWindowLevelOff()
    white.GetDisplayNode().SetWindowLevelMinMax(0, 100)
    dark = []
    for opacity in (0.0, 0.5, 1.0):
        slicer.util.setSliceViewerLayers(
            background=volume, foreground=white, foregroundOpacity=opacity, fit=True
        )
        picture = render(tmp_path / "p.png", ("Red",), (200, 200), center=(20, -20, -20))
        dark.append(quarters(picture)["bottom left"])
    assert dark == pytest.approx([25.5, 140.25, 255], abs=3)


def test_a_corner_can_carry_text(volume, tmp_path):
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    plain = render(tmp_path / "a.png", ("Red",), (200, 200))
    marked = render(tmp_path / "b.png", ("Red",), (200, 200), corners={"upper left": "SYNTHETIC"})
    changed = np.argwhere((plain != marked).any(axis=2))
    assert len(changed) > 50
    assert changed[:, 0].max() < 100
