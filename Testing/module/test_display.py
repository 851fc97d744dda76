"""What the slice views show after a run."""

import numpy as np
import pytest
import slicer
from MedGANSynthPanels import display
from MedGANSynthPanels.parameters import Show


@pytest.fixture
def pair(scene, volume):
    yield volume("T1"), volume("T2")
    display.leave_side_by_side()


def composite(name="Red"):
    return slicer.app.layoutManager().sliceWidget(name).mrmlSliceCompositeNode()


def test_over_the_input_with_a_fade(pair):
    original, result = pair
    display.show(original, result, Show.FADE, 0.3)
    for name in ("Red", "Yellow", "Green"):
        assert composite(name).GetBackgroundVolumeID() == original.GetID()
        assert composite(name).GetForegroundVolumeID() == result.GetID()
        assert composite(name).GetForegroundOpacity() == pytest.approx(0.3)
    display.set_fade(0.8)
    assert composite("Green").GetForegroundOpacity() == pytest.approx(0.8)


def test_the_place_that_is_looked_at_stays(pair):
    original, result = pair
    display.show_over(original, original, 0)
    node = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    node.SetFieldOfView(11, 12, 1)
    display.show(original, result, Show.FADE)
    assert node.GetFieldOfView()[:2] == (11, 12)


def test_side_by_side_and_back(pair):
    original, result = pair
    manager = slicer.app.layoutManager()
    before = manager.layout
    display.show(original, result, Show.SIDE_BY_SIDE)
    assert manager.layout == display.LAYOUT
    for name, orientation in (("Red", "Axial"), ("Yellow", "Sagittal"), ("Green", "Coronal")):
        below = name + "Synthetic"
        assert composite(name).GetBackgroundVolumeID() == original.GetID()
        assert composite(below).GetBackgroundVolumeID() == result.GetID()
        assert composite(below).GetForegroundVolumeID() is None
        assert composite(name).GetLinkedControl() == composite(below).GetLinkedControl() == 1
        nodes = [manager.sliceWidget(n).mrmlSliceNode() for n in (name, below)]
        assert [node.GetOrientation() for node in nodes] == [orientation] * 2
        np.testing.assert_allclose(
            *(slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()) for node in nodes)
        )
    display.show(original, result, Show.FADE, 0.5)
    assert manager.layout == before
    assert composite().GetForegroundVolumeID() == result.GetID()


def test_nothing_is_touched(pair):
    original, result = pair
    display.show(original, result, Show.NOTHING)
    assert composite().GetBackgroundVolumeID() is None
