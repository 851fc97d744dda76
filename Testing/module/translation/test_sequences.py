"""A run over the frames of a sequence."""

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.translation import Translation

MODEL = "t1-t2-brain"


def test_a_restriction_of_a_sequence_may_go_after_the_first_frame(
    scene, sequence, volume, worker, heard, temporary
):
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    roi.SetCenter(*(ijk_to_ras(volume("a")) @ (1, 1, 1, 1))[:3])
    roi.SetSize(0.1, 0.1, 0.1)
    run = Translation(worker)
    run.start(sequence, MODEL, restriction=roi, listener=heard.append)
    worker.jobs[0].say("warning", text="looks odd")
    worker.jobs[0].say("progress", fraction=0.5, eta_s=1.0, text="x")
    scene.RemoveNode(roi)
    worker.jobs[0].finish()
    worker.jobs[1].say("warning", text="looks odd")
    worker.jobs[1].finish()
    (result,) = run.results
    for number in range(2):
        frame = slicer.util.arrayFromVolume(result.GetNthDataNode(number))
        assert np.count_nonzero(frame != -7.0) == 1
    assert [e["event"] for e in heard] == ["warning", "progress", "done"]
    assert heard[1]["fraction"] == 0.25
    assert heard[1]["text"] == "frame 1 of 2"


def test_a_frame_that_is_edited_after_its_turn(sequence, worker, heard, temporary):
    run = Translation(worker)
    run.start(sequence, MODEL, listener=heard.append)
    worker.jobs[0].finish()
    slicer.util.arrayFromVolume(sequence.GetNthDataNode(0))[:] = 0
    slicer.util.arrayFromVolumeModified(sequence.GetNthDataNode(0))
    worker.jobs[1].finish()
    text = "The voxels of cine changed during the run; the result is made of what they were."
    assert heard.warnings() == [text]
    run = Translation(worker)
    run.start(sequence, MODEL, listener=heard.append)
    sequence.GetNthDataNode(0).SetSpacing(1, 1, 1)
    worker.jobs[2].finish()
    assert heard[-1]["text"] == "cine was changed during the run; start again."


def test_a_bad_frame_is_named_before_the_start(scene, volume, worker, temporary):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "t1_4d")
    for value in range(3):
        frame = volume("hidden", np.ones((3, 4, 5), np.float32))
        slicer.util.arrayFromVolume(frame)[0, 0, 0] = np.nan if value == 1 else 0
        sequence.SetDataNodeAtValue(frame, str(value))
    with pytest.raises(PanelError, match=r"^frame 2 of 3: t1_4d has 1 voxel without a finite"):
        Translation(worker).start(sequence, MODEL)
    assert not worker.jobs


def test_what_all_frames_warn_of_is_said_once_of_the_sequence(
    scene, volume, worker, heard, temporary
):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    for value in range(3):
        frame = volume(f"frame {value}")
        directions = np.array([[1.0, 0.3, 0], [0, 1, 0], [0, 0, 1]])
        frame.SetIJKToRASDirections(*directions.ravel())
        sequence.SetDataNodeAtValue(frame, str(value))
    run = Translation(worker)
    run.start(sequence, MODEL, listener=heard.append)
    for number in range(2):
        (path,) = worker.jobs[number].paths()
        worker.jobs[number].say("warning", text=f"{path.name}: looks odd.")
        worker.jobs[number].finish()
    warnings = ["cine is sheared; the model sees its voxels without the shear.", "cine: looks odd."]
    assert heard.warnings() == warnings
    (path,) = worker.jobs[2].paths()
    worker.jobs[2].say("error", text=f"{path}: is bad.", cancelled=False)
    assert heard[-1]["text"] == "frame 3 of 3: cine: is bad."


def test_a_sequence_that_goes_in_the_middle(scene, sequence, worker, heard, temporary):
    run = Translation(worker)
    run.start(sequence, MODEL, listener=heard.append)
    worker.jobs[0].finish()
    scene.RemoveNode(sequence)
    assert worker.jobs[1].cancelled
    count = scene.GetNumberOfNodes()
    worker.jobs[1].say("error", text="cancelled.", cancelled=True)
    assert "cine was removed" in heard[-1]["text"]
    assert scene.GetNumberOfNodes() == count


def test_volumes_and_sequences_do_not_mix(scene, volume, worker, temporary):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    sequence.SetDataNodeAtValue(volume("frame"), "0")
    with pytest.raises(PanelError, match="choose no output"):
        Translation(worker).start(sequence, MODEL, output=volume("out"))


def test_a_sequence_without_frames_is_refused(scene, worker, temporary):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    with pytest.raises(PanelError, match="cine has no frames"):
        Translation(worker).start(sequence, MODEL)
