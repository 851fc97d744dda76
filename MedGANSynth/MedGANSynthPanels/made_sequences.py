"""Sequences of synthetic volumes: frames, and what lets the user go through them."""

import numpy as np
import slicer

from MedGANSynthLib.volume.provenance import Provenance

from .marking import mark
from .names import free_name
from .volumes_in import fill


def new_frame(name: str, array: np.ndarray, affine: np.ndarray, provenance: Provenance):
    """A marked volume in no scene, for a sequence, which keeps a copy."""
    node = slicer.vtkMRMLScalarVolumeNode()
    node.SetName(name)
    fill(node, array, affine)
    mark(node, provenance)
    return node


def enter_scene(sequence, provenance: Provenance):
    """Put a sequence that is in no scene yet into it, under a name of its own, marked."""
    sequence.SetName(free_name(sequence.GetName()))
    node = slicer.mrmlScene.AddNode(sequence)
    mark(node, provenance)
    return node


def mark_sequence(sequence, provenance: Provenance) -> None:
    """Mark a sequence of the scene, its frames, and the nodes that show them."""
    frames = [sequence.GetNthDataNode(n) for n in range(sequence.GetNumberOfDataNodes())]
    browsers = slicer.util.getNodesByClass("vtkMRMLSequenceBrowserNode")
    shown = [browser.GetProxyNode(sequence) for browser in browsers]
    for node in (sequence, *frames, *filter(None, shown)):
        mark(node, provenance)


def browse(sequences: list, fps: float | None = None, item: int = 0):
    """A new browser that shows the frames of these sequences together.

    Args:
        fps: how many frames are played in a second; None: as Slicer likes it.
        item: the frame that is shown first.
    """
    first, *others = sequences
    name = first.GetName() + " browser"
    browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", name)
    browser.SetAndObserveMasterSequenceNodeID(first.GetID())
    for sequence in others:
        browser.AddSynchronizedSequenceNode(sequence)
    if fps is not None:
        browser.SetPlaybackRateFps(fps)
    browser.SetSelectedItemNumber(item)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    return browser
