"""The Translate panel by mouse clicks: what starts, and what is said while it runs."""

import slicer


def test_a_click_starts_what_is_chosen(panel, volume, click):
    node, roi = volume("head T1"), slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
    panel.choose(t1=node)
    panel.ui.restrictionSelector.setCurrentNode(roi)
    click(panel.ui.uncertaintyBox)
    panel.ui.deviceBox.setCurrentIndex(1)
    click(panel.ui.translateButton)
    (run,) = panel.runs
    assert run.inputs == {"t1": node}
    assert run.options == {
        "model": "t1-t2-brain",
        "direction": "t1-to-t2",
        "device": "cpu",
        "output": None,
        "restriction": roi,
        "uncertainty": True,
        "wait": False,
    }


def test_a_disabled_translate_says_what_is_missing(panel, volume, click):
    button = panel.ui.translateButton
    assert (button.enabled, button.toolTip) == (False, "Choose a T1 volume")
    click(button)
    node = volume("head")
    panel.choose(t1=node)
    assert button.enabled
    panel.ui.outputSelector.setCurrentNode(node)
    assert button.toolTip == "The output is also an input; choose another output"
    assert not button.enabled
    panel.ui.outputSelector.setCurrentNode(None)
    slicer.mrmlScene.RemoveNode(node)
    slicer.app.processEvents()
    assert (button.enabled, button.toolTip) == (False, "Choose a T1 volume")
    assert panel.runs == []


def test_what_cannot_be_translated_is_said_before(panel, volume):
    import numpy as np

    panel.choose(t1=volume("flat", np.zeros((4, 1, 4), np.int16)))
    assert not panel.ui.translateButton.enabled
    assert panel.ui.translateButton.toolTip == (
        "flat is one slice, but no axial one as the model takes; choose another"
    )


def test_a_transform_that_turns_singular_disables_with_its_reason(panel, volume, transform):
    import numpy as np

    node = volume("head")
    parent = transform(np.eye(4), node)
    parent.SetName("squash")
    panel.choose(t1=node)
    assert panel.ui.translateButton.enabled
    slicer.util.updateTransformMatrixFromArray(parent, np.diag([1.0, 1, 0, 1]))
    slicer.app.processEvents()
    assert not panel.ui.translateButton.enabled
    assert panel.ui.translateButton.toolTip == (
        "head lies under the transform squash, which is singular; correct it"
    )
    node.SetAndObserveTransformNodeID(None)
    slicer.app.processEvents()
    assert panel.ui.translateButton.enabled


def test_many_notices_are_counted_and_failures_come_first(panel, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    run = panel.runs[0]
    for number in [*range(28), 0, 1]:
        run.say({"event": "warning", "text": f"v{number} looks odd."})
    run.say({"event": "warning", "text": "failed: b is empty."})
    rows = [{"status": "translated", "error": None}, {"status": "failed", "error": "b is empty."}]
    text = "29 of 30 volumes are translated"
    run.say({"event": "done", "nodes": [], "seconds": 1.0, "text": text, "rows": rows})
    assert panel.message.text == (
        "29 of 30 volumes are translated.\nb is empty.\nv0 looks odd.\nv1 looks odd.\n"
        "And 26 more; see the log."
    )
    assert panel.ui.logText.plainText.count("looks odd.") == 30


def test_a_failure_is_not_said_twice(panel, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "warning", "text": "head is empty."})
    panel.runs[0].say({"event": "error", "text": "head is empty.", "cancelled": False})
    assert panel.message.text == "head is empty."


def test_a_run_that_was_lost_tells_failures_as_another_does(panel, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "warning", "text": "failed: b is empty."})
    panel.runs[0].say({"event": "error", "text": "It was killed.", "cancelled": False})
    assert panel.message.text == "It was killed.\nb is empty."


def test_no_run_takes_no_time():
    from MedGANSynthPanels.run_view import duration

    assert duration(0.3) == "less than a second"
    assert (duration(0.6), duration(75)) == ("1 s", "1:15 min")


def test_old_messages_go(panel, volume, click):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    def fail():
        panel.choose(t1=volume("head"))
        click(panel.ui.translateButton)
        panel.runs[-1].say({"event": "error", "text": "It failed.", "cancelled": False})
        assert panel.message.text == "It failed."

    fail()
    QTest.keyClick(panel.ui.sourceBox, Qt.Key.Key_Down)
    assert panel.parameters.settings.source.value == "several"
    assert panel.message.text == ""
    QTest.keyClick(panel.ui.sourceBox, Qt.Key.Key_Up)
    fail()
    panel.ui.directionBox.setCurrentIndex(1)
    assert panel.message.text == ""
    panel.ui.directionBox.setCurrentIndex(0)
    fail()
    slicer.mrmlScene.Clear()
    assert panel.message.text == ""


def test_maps_are_timed_apart(panel, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "progress", "fraction": 0.5, "eta_s": 1.0, "text": ""})
    panel.runs[0].say({"event": "done", "nodes": [volume("a")], "seconds": 1.0})
    once = panel.ui.timeLabel.text
    assert once.endswith("here and last time")
    click(panel.ui.uncertaintyBox)
    assert panel.ui.timeLabel.text == f"{once}; about 7 times that with the maps"
    click(panel.ui.translateButton)
    panel.runs[1].say({"event": "progress", "fraction": 0.5, "eta_s": 1.0, "text": ""})
    panel.runs[1].say({"event": "done", "nodes": [volume("a"), volume("map")], "seconds": 7.0})
    assert panel.ui.timeLabel.text.endswith("here and last time")
    click(panel.ui.uncertaintyBox)
    assert panel.ui.timeLabel.text == once


def test_progress_time_left_and_log(panel, volume, click):
    panel.choose(t1=volume("head"))
    assert not panel.ui.progressBar.visible
    click(panel.ui.translateButton)
    run = panel.runs[0]
    assert panel.ui.progressBar.visible
    assert panel.ui.translateButton.toolTip == "Something runs; cancel it first"
    assert not panel.ui.translateButton.enabled and panel.ui.cancelButton.enabled
    run.say({"event": "progress", "fraction": 0.425, "eta_s": 12.4, "text": "head"})
    assert panel.ui.progressBar.value == 42
    assert panel.ui.progressBar.text == "42 %, 12 s left"
    run.say({"event": "warning", "text": "Looks odd."})
    result = volume("head (synthetic T2)")
    run.say({"event": "done", "nodes": [result], "seconds": 3.2})
    assert not panel.ui.progressBar.visible
    assert panel.message.text == "head (synthetic T2) is ready after 3 s.\nLooks odd."
    log = panel.ui.logText.plainText
    assert "t1-t2-brain" in log and "Looks odd." in log and "is ready" in log
    assert panel.ui.translateButton.enabled and not panel.ui.cancelButton.enabled
    assert panel.ui.timeLabel.text.endswith(" s for 5 × 4 × 3 voxels, here and last time")


def test_cancel(panel, volume, click):
    panel.choose(t1=volume("head"))
    assert panel.ui.cancelButton.toolTip == "Nothing runs"
    click(panel.ui.translateButton)
    click(panel.ui.cancelButton)
    assert not panel.runs[0].open
    assert panel.message.text == "Cancelled."
    assert panel.ui.translateButton.enabled


def test_a_failure_is_one_sentence_and_the_log_has_more(panel, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "error", "text": "It crashed.", "cancelled": False, "log": "tail"})
    assert panel.message.text == "It crashed."
    assert "tail" in panel.ui.logText.plainText
    assert panel.ui.translateButton.enabled


def test_closing_the_scene_during_a_run(panel, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    slicer.mrmlScene.Clear()
    assert panel.parameters is not None
    panel.runs[0].say({"event": "error", "text": "The scene was closed.", "cancelled": False})
    assert panel.message.text == "The scene was closed."
    assert panel.ui.translateButton.toolTip == "Choose a T1 volume"


def test_a_run_goes_on_while_another_module_is_shown(panel, module, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    module.parent.exit()
    panel.runs[0].say({"event": "done", "nodes": [volume("result")], "seconds": 1.0})
    module.parent.enter()
    assert panel.message.text == "result is ready after 1 s."
    assert panel.ui.translateButton.enabled


def test_choices_survive_a_look_at_another_module(panel, module):
    panel.ui.showBox.setCurrentIndex(1)
    panel.ui.sourceBox.setCurrentIndex(2)
    for _time in range(2):
        module.parent.exit()
        module.parent.enter()
    assert (panel.ui.showBox.currentIndex, panel.ui.sourceBox.currentIndex) == (1, 2)
    panel.parameters.settings.source = type(panel.parameters.settings.source).VOLUME
    assert panel.ui.sourceBox.currentIndex == 0


def test_looking_at_another_module_binds_nothing_again(panel, module):
    import vtk
    from MedGANSynthPanels.bound_panel import BoundPanel

    def observers():
        """How many there are: the next one's number."""
        node = panel.parameters.parameterNode
        tag = node.AddObserver(vtk.vtkCommand.UserEvent, lambda *_arguments: None)
        node.RemoveObserver(tag)
        return tag

    wrapper, before = panel.parameters, observers()
    for _time in range(3):
        module.parent.exit()
        module.parent.enter()
    assert panel.parameters is wrapper
    # A number for each time that a panel observed, and for a call above; no widget's.
    panels = sum(isinstance(panel, BoundPanel) for panel in vars(module.pages).values())
    assert observers() == before + panels * 3 + 1


def test_another_volume_ends_what_was_said_of_the_last(panel, volume, click):
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    panel.runs[0].say({"event": "error", "text": "head: It failed.", "cancelled": False})
    panel.choose(t1=volume("other"))
    assert panel.message.text == ""
