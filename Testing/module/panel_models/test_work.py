"""The Models panel: verifying and removing."""

import shutil

import pytest


def test_verify(panel, click, worker, shipped):
    assert not panel.ui.cancelButton.visible
    panel.choose(shipped.name)
    click(panel.ui.verifyButton)
    (job,) = worker.jobs
    assert (job.task, job.fields) == ("models verify", {"model": str(shipped)})
    assert panel.ui.cancelButton.visible
    assert not panel.ui.verifyButton.enabled
    assert panel.ui.verifyButton.toolTip == "Something is going on; cancel it first"
    job.done(text="t1-t2-brain 0.1: sound")
    assert panel.message.text == "t1-t2-brain 0.1: sound"
    assert panel.ui.verifyButton.enabled
    assert not panel.ui.cancelButton.visible


def test_cancel(panel, click, worker):
    click(panel.ui.verifyButton)
    click(panel.ui.cancelButton)
    assert panel.message.text == "Cancelled."
    assert panel.ui.verifyButton.enabled


def test_a_failure_shows_the_log(panel, click, worker):
    assert not panel.ui.logSection.visible
    click(panel.ui.verifyButton)
    worker.jobs[0].listener({"event": "error", "text": "It has failed.", "log": "last words"})
    assert panel.message.text == "It has failed."
    assert panel.ui.logSection.visible
    assert panel.ui.logText.plainText == "last words"
    click(panel.ui.verifyButton)
    assert not panel.ui.logSection.visible


def test_notices_are_said_once(panel, click, worker):
    click(panel.ui.verifyButton)
    for text in ("a", "b", "a", "c", "d"):
        worker.jobs[0].warn(text)
    worker.jobs[0].done(text="sound")
    assert panel.message.text == "sound\na\nb\nc\nAnd 1 more; see the log."
    assert panel.ui.logSection.visible


def test_a_model_that_was_mended_is_shown_as_such(panel, click, worker, own):
    path = own / "mine" / "model.json"
    text = path.read_text()
    path.write_text("{")
    panel.enter()
    panel.choose("mine")
    path.write_text(text)
    click(panel.ui.verifyButton)
    worker.jobs[0].done(text="mine 0.2: sound")
    assert panel.ui.modelTable.item(panel.names().index("mine"), 4).text() == "yours"
    assert "Limits" in panel.ui.cardText.plainText and panel.list.entry.name == "mine"
    assert panel.message.text == "mine 0.2: sound" and panel.changes == [1]


def test_remove_asks_first(panel, click, answer, own):
    panel.choose("mine")
    asked = answer(sure=False)
    click(panel.ui.removeButton)
    assert len(asked) == 1 and "mine" in asked[0]
    assert panel.names() == [*panel.shipped, "mine"]
    answer(sure=True)
    click(panel.ui.removeButton)
    assert panel.names() == panel.shipped
    assert not (own / "mine").exists()
    assert panel.message.text == "mine is removed."
    assert panel.changes == [1]


@pytest.mark.parametrize("button", ["verifyButton", "removeButton", "openFolderButton"])
def test_a_model_that_vanished_leaves_the_list(panel, click, worker, answer, own, button):
    panel.choose("mine")
    asked = answer(sure=True)
    shutil.rmtree(own / "mine")
    click(getattr(panel.ui, button))
    assert panel.names() == panel.shipped
    text = f"mine is not in {own / 'mine'} any more; the list shows what is there."
    assert panel.message.text == text
    assert (worker.jobs, asked, panel.changes) == ([], [], [1])
