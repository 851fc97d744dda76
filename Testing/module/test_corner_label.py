"""The label comes and goes with what the slice views show."""

import pytest
import slicer
import vtk
from MedGANSynthPanels.corner_label import CornerLabels
from MedGANSynthPanels.marking import mark

from MedGANSynthLib.volume.provenance import Provenance

NAMES = ("Red", "Yellow", "Green")


@pytest.fixture
def labels(scene):
    watching = CornerLabels()
    watching.update()
    yield watching
    watching.stop()
    assert shown() == []


def shown():
    """The names of the views with a label."""
    found = []
    for name in NAMES:
        view = slicer.app.layoutManager().sliceWidget(name).sliceView()
        props = view.renderWindow().GetRenderers().GetFirstRenderer().GetViewProps()
        texts = [prop.GetInput() for prop in props if isinstance(prop, vtk.vtkTextActor)]
        found += [name] * texts.count("SYNTHETIC")
    return found


def test_background_and_foreground(labels, volume, wait_until):
    real, made = volume("T1"), volume("T2")
    mark(made, Provenance(model="m", model_sha256="0" * 64))
    slicer.util.setSliceViewerLayers(background=real)
    labels.update()
    assert shown() == []
    slicer.util.setSliceViewerLayers(foreground=made, foregroundOpacity=0.5)
    wait_until(lambda: shown() == list(NAMES))
    slicer.util.setSliceViewerLayers(foregroundOpacity=0.0)
    wait_until(lambda: shown() == [])
    composite = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    composite.SetBackgroundVolumeID(made.GetID())
    wait_until(lambda: shown() == ["Red"])
    slicer.mrmlScene.RemoveNode(made)
    wait_until(lambda: shown() == [])
