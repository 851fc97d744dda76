"""Sequences frame by frame, with the worker stand-in of one sum per frame."""

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.browsers import proxy_of, sequence_of
from MedGANSynthPanels.cases import Made
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.marking import is_synthetic
from MedGANSynthPanels.sequences import SequenceCase

from MedGANSynthLib.volume.provenance import Provenance

PROVENANCE = Provenance(model="m", model_sha256="0" * 64)
TIMES = ("0", "0.04", "0.12")


@pytest.fixture
def cine(scene, volume, transform):
    """A sequence of three frames with a browser; its shown frame lies under a transform."""
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("s")
    for number, time in enumerate(TIMES):
        frame = volume("frame", np.full((3, 4, 5), number, np.int16) + np.arange(5, dtype=np.int16))
        sequence.SetDataNodeAtValue(frame, time)
        scene.RemoveNode(frame)
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "cine browser")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    browser.SetPlaybackRateFps(7)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    transform(np.diag([-1, -1, 1, 1]), browser.GetProxyNode(sequence))
    return sequence


def run(case, kinds=("T2",)):
    for frame in range(case.frames):
        (node,) = case.nodes(frame).values()
        voxels = slicer.util.arrayFromVolume(node).astype(np.float32)
        case.take(frame, {k: Made(voxels + 10 * (n + 1), PROVENANCE) for n, k in enumerate(kinds)})
    return case.finish()


def test_frames_become_a_sequence_with_the_same_index(scene, cine):
    (result,) = run(SequenceCase({"t1": cine}))
    assert result.GetName() == "cine (synthetic T2)"
    assert (result.GetIndexName(), result.GetIndexUnit()) == ("time", "s")
    assert tuple(result.GetNthIndexValue(n) for n in range(3)) == TIMES
    for number in range(3):
        frame = result.GetNthDataNode(number)
        original = cine.GetNthDataNode(number)
        np.testing.assert_array_equal(
            slicer.util.arrayFromVolume(frame), slicer.util.arrayFromVolume(original) + 10
        )
        np.testing.assert_array_equal(ijk_to_ras(frame), ijk_to_ras(original))
        assert is_synthetic(frame)
    assert is_synthetic(result)


def test_the_shown_frame_follows_the_browser_and_lies_over_the_input(scene, cine):
    (result,) = run(SequenceCase({"t1": cine}))
    proxy = proxy_of(result)
    assert proxy is not proxy_of(cine)
    assert sequence_of(proxy) is result
    assert proxy.GetTransformNodeID() == proxy_of(cine).GetTransformNodeID()
    browser = slicer.modules.sequences.logic().GetFirstBrowserNodeForSequenceNode(result)
    assert browser.GetPlaybackRateFps() == 7
    window = (proxy.GetDisplayNode().GetWindow(), proxy.GetDisplayNode().GetLevel())
    for number in (2, 0, 1):
        browser.SetSelectedItemNumber(number)
        slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
        shown = slicer.util.arrayFromVolume(proxy)
        np.testing.assert_array_equal(shown[0, 0], 10 + number + np.arange(5))
        assert is_synthetic(proxy)
        assert proxy.GetTransformNodeID() == proxy_of(cine).GetTransformNodeID()
        assert (proxy.GetDisplayNode().GetWindow(), proxy.GetDisplayNode().GetLevel()) == window


def test_maps_share_the_browser(scene, cine):
    results = run(SequenceCase({"t1": cine}), ("T2", "T2 spread"))
    logic = slicer.modules.sequences.logic()
    browsers = {logic.GetFirstBrowserNodeForSequenceNode(node).GetID() for node in results}
    assert len(browsers) == 1
    assert proxy_of(results[1]).GetName() == "cine (synthetic T2 spread)"


def test_nothing_is_made_before_the_end(scene, cine):
    count = scene.GetNumberOfNodes()
    case = SequenceCase({"t1": cine})
    case.take(0, {"T2": Made(np.zeros((3, 4, 5), np.float32), PROVENANCE)})
    assert scene.GetNumberOfNodes() == count
    scene.RemoveNode(cine)
    count = scene.GetNumberOfNodes()
    with pytest.raises(PanelError, match="cine was removed"):
        case.finish()
    assert scene.GetNumberOfNodes() == count


def test_frames_lie_where_the_shown_frame_lies(scene, cine):
    shape, affine = SequenceCase({"t1": cine}).grid(1)
    assert shape == (5, 4, 3)
    own = ijk_to_ras(cine.GetNthDataNode(1))
    np.testing.assert_allclose(affine, np.diag([-1, -1, 1, 1]) @ own)


def test_sequences_of_different_lengths(scene, cine):
    empty = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "empty")
    for inputs in ({"t1": cine, "t2": empty}, {"t1": empty}):
        with pytest.raises(PanelError, match="empty has no frames"):
            SequenceCase(inputs)


def test_a_volume_that_stands_alone_has_no_sequence(volume):
    assert sequence_of(volume()) is None
