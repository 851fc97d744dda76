"""A reading by keyboard: what is shown, what is written, what is left of it."""

import os

import numpy as np
import pytest
import slicer
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from MedGANSynthLib.turing.answers import read_log
from MedGANSynthLib.turing.study import case_path, read_study


def logged(folder, reader="reader-1"):
    """The log but for the lines that say when a case came on display."""
    records, _torn = read_log(folder / "answers" / f"{reader}.jsonl")
    return [record for record in records if record.event != "shown"]


def shown(panel):
    """The voxels that the views show, one value for each case."""
    values = []
    for widget in panel.session.desk.view.widgets:
        volume = slicer.mrmlScene.GetNodeByID(
            widget.mrmlSliceCompositeNode().GetBackgroundVolumeID() or ""
        )
        values.append(None if volume is None else int(slicer.util.arrayFromVolume(volume)[0, 0, 0]))
    return values


def number_of(case):
    return int(case.rpartition("-")[2])


def test_a_case_is_read_with_the_keys_alone(reading, paper, press, at_case):
    folder = paper(practice=2, design={"blank_ms": 30})
    panel = reading(folder)
    assert panel.ui.readingPage.visible and not panel.ui.setupPage.visible
    at_case(0)
    trials = read_study(folder)[0].orders["reader-1"]
    assert shown(panel) == [number_of(trials[0].cases[0])] * 3
    assert panel.ui.caseLabel.text == "Case 1 of 24, practice"
    press("space")
    assert panel.ui.feedbackLabel.text == "Rate the case before you confirm."
    press("2")
    press("5")
    assert [b.checked for b in panel.session.page.scale] == [False] * 4 + [True, False]
    press("space")
    assert panel.ui.feedbackLabel.text == f"This practice case was {trials[0].answer}."
    assert panel.ui.caseLabel.text.startswith("Case 1 of 24, practice")
    press("space")
    at_case(1)
    assert panel.ui.caseLabel.text.startswith("Case 2 of 24, practice, about ")
    answer = logged(folder)[-1]
    assert (answer.trial, answer.rating, answer.cases) == (0, 5, trials[0].cases)
    assert answer.response_ms > 0 and answer.first_action_ms <= answer.response_ms
    assert answer.load_ms >= 30


def test_undo_flag_reason_note_and_mark(reading, paper, press, at_case):
    folder = paper(shape=(9, 8, 7))
    panel = reading(folder)
    at_case(0)
    press("3")
    press("space")
    at_case(1)
    press("u")
    at_case(0)
    assert panel.session.desk.rating is None
    press("f")
    QTest.keyClick(panel.ui.noteEdit, Qt.Key.Key_6)  # a text that is being typed is no rating
    QTest.keyClicks(panel.ui.noteEdit, " ripples")
    assert panel.session.desk.rating is None
    press("2", Qt.KeyboardModifier.AltModifier)
    crosshair = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLCrosshairNode")
    press("m")
    assert panel.ui.feedbackLabel.text.startswith("Hold the mouse over")
    crosshair.SetCursorPositionRAS((1.0, 0.5, -1.0))
    press("m")
    assert panel.ui.marksLabel.text == "1 place marked"
    press("4")
    panel.ui.noteEdit.setFocus()
    assert panel.ui.noteEdit.hasFocus()
    QTest.keyClick(panel.ui.noteEdit, Qt.Key.Key_Return)
    at_case(1)
    assert not panel.ui.noteEdit.hasFocus()
    assert [r.event for r in logged(folder)] == ["opened", "answered", "undone", "answered"]
    answer = logged(folder)[-1]
    assert (answer.flagged, answer.reasons, answer.note) == (True, ("blur",), "6 ripples")
    # voxel = RAS / 1 mm + (size - 1) / 2
    assert answer.marks == ((5.0, 4.0, 2.0),)
    assert (panel.session.desk.flagged, panel.session.desk.reasons, panel.ui.noteEdit.text) == (
        False,
        set(),
        "",
    )


def test_what_was_done_with_the_case_is_logged(reading, paper, press, at_case):
    folder = paper(shape=(9, 8, 7))
    panel = reading(folder)
    at_case(0)
    press("1")
    press("space")
    at_case(1)
    untouched = logged(folder)[-1]
    assert (untouched.slices_visited, untouched.window_changed, untouched.zoomed) == (
        3,  # one in each view
        False,
        False,
    )
    press("right")
    press("right")
    press("w")
    view = panel.session.desk.view.widgets[1].mrmlSliceNode()
    view.SetFieldOfView(*(0.5 * f for f in view.GetFieldOfView()))
    press("1")
    press("space")
    at_case(2)
    touched = logged(folder)[-1]
    assert (touched.slices_visited, touched.window_changed, touched.zoomed) == (5, True, True)
    display = panel.session.desk.view.cases[0].display
    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (0.0, 255.0)


def test_pause_hides_the_case_and_time_stands_still(reading, paper, press, at_case, wait_until):
    folder = paper()
    panel = reading(folder)
    at_case(0)
    press("p")
    assert shown(panel) == [None] * 3
    press("4")
    assert panel.session.desk.rating is None
    QTest.qWait(60)
    press("space")
    assert shown(panel)[0] is not None
    press("4")
    press("space")
    at_case(1)
    answer = logged(folder)[-1]
    assert answer.paused_ms >= 60 > answer.response_ms - 60


def test_limited_exposure_ends_in_a_mask_and_a_pause_stops_it(
    reading, paper, press, at_case, wait_until
):
    folder = paper(design={"exposure_s": 0.3, "blank_ms": 0})
    panel = reading(folder)
    at_case(0)
    press("p")
    QTest.qWait(400)
    press("p")
    assert panel.session.desk.state.value == "case"
    wait_until(lambda: panel.session.desk.state.value == "mask")
    voxels = slicer.util.arrayFromVolume(panel.session.desk.view.cases[0].node)
    assert len(np.unique(voxels)) > 20  # a case of this study has one value
    press("6")
    press("space")
    at_case(1)
    assert logged(folder)[-1].rating == 6


@pytest.mark.parametrize("display", ["volume", "cine", "pair"])
def test_a_limited_exposure_comes_once(reading, paper, press, at_case, wait_until, display):
    """After the answer was taken back, and after Esc during the exposure, there is only noise."""
    from MedGANSynthPanels.reading_nodes import noise

    design = {"exposure_s": 30.0, "blank_ms": 0, "slices": (1, 2)}
    folder = paper(shape=(9, 8, 7), display=display, design=design)
    panel = reading(folder)

    def sees_noise():
        desk = panel.session.desk
        for case in desk.view.cases:
            voxels = slicer.util.arrayFromVolume(case.node)
            assert np.array_equal(voxels, noise(voxels.shape))
        assert None not in shown(panel) and not desk.view.cine.active and not desk.timer.active
        assert panel.ui.feedbackLabel.text.startswith("The time to see this case is over")

    at_case(0)
    press("1")
    press("space")
    at_case(1)
    press("u")
    wait_until(lambda: panel.session.desk.state.value == "mask")
    assert panel.session.desk.session.position == 0
    sees_noise()
    press("p")
    press("p")
    sees_noise()
    press("6")
    press("space")
    wait_until(lambda: panel.session.desk.state.value == "mask")  # its exposure had begun
    sees_noise()
    press("2")
    press("space")
    at_case(2)
    press("esc")
    reading(folder)
    wait_until(lambda: panel.session.desk.state.value == "mask")
    assert panel.session.desk.session.position == 2
    sees_noise()
    press("3")
    press("space")
    at_case(3)
    assert [r.rating for r in logged(folder) if r.event == "answered"] == [1, 6, 2, 3]


def test_a_loop_that_was_stopped_stands_until_the_next_case(reading, paper, press, at_case):
    folder = paper(shape=(9, 8, 7), display="cine", design={"slices": (1, 5), "blank_ms": 0})
    panel = reading(folder)
    at_case(0)
    assert panel.session.desk.view.cine.active
    press("p")
    press("p")
    assert panel.session.desk.view.cine.active
    press("right")
    press("p")
    press("p")
    assert not panel.session.desk.view.cine.active
    press("4")
    press("space")
    at_case(1)
    assert panel.session.desk.view.cine.active


def test_esc_leaves_and_a_new_start_goes_on(reading, paper, press, at_case):
    folder = paper()
    panel = reading(folder)
    for number in range(3):
        at_case(number)
        press("2")
        press("space")
    at_case(3)
    press("esc")
    assert panel.session.desk is None and panel.ui.setupPage.visible
    assert panel.message.text == "3 of 24 cases are answered and saved."
    assert panel.ui.startButton.text == "Continue at case 4"
    reading(folder)
    at_case(3)
    assert [r.event for r in logged(folder)] == ["opened", *["answered"] * 3, "resumed"]


def test_a_case_that_vanishes_is_skipped_without_a_name(reading, paper, press, at_case):
    folder = paper()
    trials = read_study(folder)[0].orders["reader-1"]
    panel = reading(folder)
    at_case(0)
    os.unlink(case_path(folder, trials[2].cases[0]))
    case_path(folder, trials[3].cases[0]).write_bytes(b"NRRD0004\n\nsomething else")
    for number in (0, 1):
        at_case(number)
        press("1")
        press("space")
    at_case(4)
    skipped = [r for r in logged(folder) if r.event == "skipped"]
    assert [r.trial for r in skipped] == [2, 3]
    assert {r.reason for r in skipped} == {"the case could not be shown"}
    assert panel.message.text == ""


def test_the_last_answer_ends_the_reading(reading, paper, press, at_case, wait_until):
    folder = paper(real=4, synthetic=4)
    panel = reading(folder)
    for number in range(8):
        at_case(number)
        press("1")
        press("space")
    wait_until(lambda: panel.session.desk is None)
    assert panel.message.text == "8 of 8 cases are answered and saved."
    assert panel.ui.startButton.toolTip == "reader-1 has answered all cases"
    assert logged(folder)[-1].event == "finished"


def test_a_full_disk_is_told_and_the_case_stays(reading, paper, press, at_case, monkeypatch):
    folder = paper()
    panel = reading(folder)
    at_case(0)

    def full(_file):
        raise OSError(28, "No space left on device")

    press("4")
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        press("space")
    assert "could not be saved (No space left on device)" in panel.ui.feedbackLabel.text
    assert panel.session.desk.state.value == "case"
    press("space")
    at_case(1)
    assert [r.event for r in logged(folder)] == ["opened", "answered"]


@pytest.mark.parametrize("display", ["slice", "cine", "pair"])
def test_other_displays(reading, paper, press, at_case, wait_until, display):
    shape, slices = (9, 8, 7), ((3, 3) if display == "slice" else (1, 5))
    folder = paper(shape=shape, display=display, design={"slices": slices, "plane": "coronal"})
    panel = reading(folder)
    at_case(0)
    trial = read_study(folder)[0].orders["reader-1"][0]
    assert shown(panel) == [number_of(case) for case in trial.cases]
    view = panel.session.desk.view
    voxels = slicer.util.arrayFromVolume(view.cases[0].node)
    assert voxels.shape == (7, slices[1] - slices[0] + 1, 9)
    # Slice 3 of 0..7 along A lies at 3 - 3.5 mm.
    centers = {"slice": {-0.5}, "pair": {-0.5}, "cine": {-2.5, -1.5, -0.5, 0.5, 1.5}}[display]
    seen = set()

    def look():
        matrix = view.widgets[0].mrmlSliceNode().GetSliceToRAS()
        seen.add(round(matrix.GetElement(1, 3), 3))
        return seen >= centers

    wait_until(look)
    assert seen == centers
    press("right")
    nodes = [w.mrmlSliceNode() for w in view.widgets]
    places = {round(n.GetSliceToRAS().GetElement(1, 3), 3) for n in nodes}
    assert len(places) == 1 and places <= {-0.5, 0.5, -1.5, 1.5, -2.5}
    if display == "pair":
        assert places == {0.5}
        view.cases[1].display.SetWindowLevelMinMax(20.0, 90.0)  # a drag in the right view
        left = view.cases[0].display
        assert (left.GetWindowLevelMin(), left.GetWindowLevelMax()) == (20.0, 90.0)
        assert view.facts()["window_changed"]
        nodes[1].SetFieldOfView(*(2.0 * f for f in nodes[1].GetFieldOfView()))
        assert nodes[0].GetFieldOfView()[0] == pytest.approx(nodes[1].GetFieldOfView()[0])


def test_how_long_a_case_takes_to_load_is_not_seen(reading, paper, press, at_case, monkeypatch):
    """The blank is as long before a slow case as before a quick one."""
    from MedGANSynthPanels import reading_files

    folder = paper(design={"blank_ms": 500})
    slow = read_study(folder)[0].orders["reader-1"][1].cases[0]
    panel = reading(folder)
    at_case(0)
    read = reading_files.CaseFiles.read

    def slowly(files, case):
        if case == slow and case not in files.ahead:
            QTest.qSleep(300)
        return read(files, case)

    panel.session.desk.files.ahead.clear()  # nothing was read ahead
    monkeypatch.setattr(reading_files.CaseFiles, "read", slowly)
    for number in range(3):
        at_case(number)
        press("1")
        press("space")
    quick, late = (logged(folder)[n].load_ms for n in (1, 2))
    assert quick >= 500 and late >= 500
    assert late - quick < 150
