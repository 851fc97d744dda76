"""The Translate panel by mouse clicks: several volumes, folders, and all frames of a sequence."""

import pytest
import slicer


def test_closing_the_scene_ends_several_volumes_with_a_word(panel, volume, click, monkeypatch):
    run = panel.Run(None, {"listener": panel.running.hear})
    monkeypatch.setattr(panel.logic, "translate_several", lambda _nodes, **_options: run)
    panel.ui.sourceBox.setCurrentIndex(1)
    panel.parameters.volumes = [volume("a T1"), volume("b T1")]
    click(panel.ui.translateButton)
    error = {"event": "error", "text": "The scene was closed.", "cancelled": False, "lost": True}
    closing = slicer.vtkMRMLScene.StartCloseEvent
    tag = slicer.mrmlScene.AddObserver(closing, lambda *_: run.say(error), 1.0)
    slicer.mrmlScene.Clear()
    slicer.mrmlScene.RemoveObserver(tag)
    slicer.app.processEvents()
    assert panel.parameters.settings.source.value == "several"  # as in the last session
    assert panel.message.text == "The scene was closed."


def test_several_volumes_and_a_folder(panel, volume, click, monkeypatch, tmp_path):
    asked = []
    for name in ("translate_several", "translate_folder"):

        def start(*arguments, name=name, **options):
            asked.append((name, arguments, options))
            return panel.Run({}, options)

        monkeypatch.setattr(panel.logic, name, start)
    first, second = volume("a T1"), volume("b")
    volume("c T2")
    panel.ui.sourceBox.setCurrentIndex(1)
    assert panel.ui.severalPage.visible and not panel.rows.selectors
    assert panel.ui.translateButton.toolTip == "Check at least one volume"
    click(panel.ui.checkAllButton)
    click(panel.ui.translateButton)
    assert asked[0][:2] == ("translate_several", ([first, second],))
    done = {"event": "done", "nodes": [], "seconds": 2.0, "text": "2 of 2 volumes are translated"}
    panel.running.run.say(done)
    assert panel.message.text == "2 of 2 volumes are translated."
    panel.ui.sourceBox.setCurrentIndex(2)
    assert not panel.ui.severalPage.visible and not panel.ui.showBox.visible
    assert panel.ui.translateButton.toolTip == "Choose the folder that holds the volumes"
    panel.ui.inputFolderEdit.currentPath = str(tmp_path)
    panel.ui.outputFolderEdit.currentPath = str(tmp_path / "out")
    click(panel.ui.translateButton)
    assert asked[1][:2] == ("translate_folder", (str(tmp_path), str(tmp_path / "out")))
    assert "restriction" not in asked[1][2]
    panel.running.run.cancel()
    panel.parameters.settings.outputFolder = "/elsewhere"
    panel.parameters.settings.inputFolder = "/data"
    shown = (panel.ui.inputFolderEdit.currentPath, panel.ui.outputFolderEdit.currentPath)
    assert shown == ("/data", "/elsewhere")
    assert panel.parameters.settings.outputFolder == "/elsewhere"


def test_folders_are_looked_at_again_when_the_user_comes_back(panel, click, tmp_path):
    import qt

    panel.ui.sourceBox.setCurrentIndex(2)
    panel.ui.outputFolderEdit.currentPath = str(tmp_path / "out")
    panel.ui.inputFolderEdit.currentPath = str(tmp_path / "in")
    button = panel.ui.translateButton
    assert button.toolTip.startswith(f"{tmp_path / 'in'} is not a folder")
    (tmp_path / "in").mkdir()
    slicer.app.applicationStateChanged.emit(qt.Qt.ApplicationActive)
    assert (button.enabled, button.toolTip) == (True, "Make the synthetic volume")


def test_folders_are_taken_as_people_type_them(panel, library_worker, click, monkeypatch, tmp_path):
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(tmp_path))
    panel.ui.sourceBox.setCurrentIndex(2)
    panel.ui.inputFolderEdit.currentPath = "in"
    panel.ui.outputFolderEdit.currentPath = "~/in"
    assert panel.ui.translateButton.toolTip.startswith("Choose another folder for the results")
    panel.ui.outputFolderEdit.currentPath = "~/w/out"
    monkeypatch.setattr("MedGANSynthPanels.batch.the_worker", lambda: library_worker)
    click(panel.ui.translateButton)
    (job,) = library_worker.jobs
    assert job.fields["inputs"] == [str(tmp_path / "in")]
    assert job.fields["out"] == str(tmp_path / "w" / "out")
    job.cancel()


@pytest.fixture
def cine(volume):
    """A sequence of two frames, and the volume that shows one of them."""
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    for frame in range(2):
        sequence.SetDataNodeAtValue(volume(f"frame {frame}"), str(frame))
    browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    return sequence, browser.GetProxyNode(sequence)


def test_all_frames_of_a_sequence(panel, cine, volume, click):
    sequence, proxy = cine
    assert not panel.ui.framesBox.visible
    panel.choose(t1=volume("alone"))
    assert not panel.ui.framesBox.visible
    panel.choose(t1=proxy)
    assert panel.ui.framesBox.visible
    click(panel.ui.translateButton)
    assert panel.runs[0].inputs == {"t1": proxy}
    panel.runs[0].cancel()
    click(panel.ui.framesBox)
    click(panel.ui.translateButton)
    assert panel.runs[1].inputs == {"t1": sequence}
    assert "output" not in panel.runs[1].options


def test_all_frames_take_no_output(panel, cine, volume, click):
    _sequence, proxy = cine
    selector, other = panel.ui.outputSelector, volume("other")
    panel.choose(t1=proxy)
    selector.setCurrentNode(other)
    assert not panel.ui.translateButton.enabled  # it is not synthetic
    click(panel.ui.framesBox)
    assert (selector.enabled, selector.currentNode()) == (False, other)
    assert selector.toolTip == "All frames of a sequence become a new sequence"
    assert panel.ui.translateButton.enabled
    click(panel.ui.framesBox)
    assert (selector.enabled, selector.currentNode()) == (True, other)
    assert selector.toolTip == "A new volume, or a synthetic one to be replaced"


def test_the_shown_frame_of_a_sequence_is_no_output(panel, cine, volume, click):
    _sequence, proxy = cine
    panel.choose(t1=volume("head"))
    panel.ui.outputSelector.setCurrentNode(proxy)
    assert not panel.ui.translateButton.enabled
    assert panel.ui.translateButton.toolTip == (
        f"{proxy.GetName()} shows a frame of a sequence; choose another output or a new one"
    )


def test_a_batch_that_is_cancelled_says_how_many_are_done(panel, volume, click, monkeypatch):
    from MedGANSynthPanels import batch

    started = []

    class Translation:
        """Does what the test says."""

        def start(self, node, listener, **_options):
            self.node, self.listener, self.results = node, listener, []
            started.append(self)

        def end(self):
            self.results = [volume(f"{self.node.GetName()} (synthetic T2)")]
            self.listener({"event": "done", "nodes": self.results, "seconds": 1.0})

        def cancel(self):
            self.listener({"event": "error", "text": "Cancelled.", "cancelled": True})

    monkeypatch.setattr(batch, "Translation", lambda _worker: Translation())
    nodes = [volume(f"head {n} T1") for n in range(3)]
    panel.ui.sourceBox.setCurrentIndex(1)
    panel.parameters.volumes = nodes
    click(panel.ui.translateButton)
    click(panel.ui.cancelButton)
    assert panel.message.text == "Cancelled; none of 3 volumes was translated."
    click(panel.ui.translateButton)
    started[1].end()
    click(panel.ui.cancelButton)
    assert panel.message.text == "Cancelled; 1 of 3 volumes was translated and stays."
    assert panel.ui.logText.plainText.count("Cancelled; ") == 2
    slicer.mrmlScene.RemoveNode(started[1].results[0])
    slicer.app.processEvents()
    assert panel.message.text == ""
