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


@pytest.fixture
def node(volume):
    made = volume("T2")
    mark(made, Provenance(model="m", model_sha256="0" * 64))
    return made


def test_background_and_foreground(labels, volume, node, wait_until):
    real, made = volume("T1"), node
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


class View3D:
    """What a 3D view offers, over a genuine view node."""

    def __init__(self, node):
        self.node, self.renderers = node, vtk.vtkRendererCollection()
        self.renderers.AddItem(vtk.vtkRenderer())

    def mrmlViewNode(self):
        return self.node

    def threeDView(self):
        return self

    def renderWindow(self):
        return self

    def GetRenderers(self):
        return self.renderers

    def scheduleRender(self):
        pass

    def labels(self):
        props = self.renderers.GetFirstRenderer().GetViewProps()
        return [prop.GetInput() for prop in props]


def test_a_3d_view_is_labelled_too(labels, node, scene, monkeypatch):
    views = [View3D(scene.AddNewNodeByClass("vtkMRMLViewNode")) for _ in range(2)]
    manager = slicer.app.layoutManager()
    monkeypatch.setattr(type(manager), "threeDViewCount", 2)
    monkeypatch.setattr(type(manager), "threeDWidget", lambda _self, n: views[n], raising=False)
    display = scene.AddNode(slicer.vtkMRMLGPURayCastVolumeRenderingDisplayNode())
    node.AddAndObserveDisplayNodeID(display.GetID())
    display.AddViewNodeID(views[1].node.GetID())
    display.SetVisibility(True)
    labels.update()
    assert [view.labels() for view in views] == [[], ["SYNTHETIC"]]
    display.SetVisibility(False)
    labels.update()
    assert [view.labels() for view in views] == [[], []]
    slicer.util.setSliceViewerLayers(background=node)
    red = manager.sliceWidget("Red").mrmlSliceNode()
    red.SetSliceVisible(True)
    labels.update()
    assert [view.labels() for view in views] == [["SYNTHETIC"]] * 2
    red.SetSliceVisible(False)
    labels.update()
    assert [view.labels() for view in views] == [[], []]
