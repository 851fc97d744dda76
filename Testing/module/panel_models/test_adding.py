"""The Models panel: adding packages, once with the real worker."""

import zipfile

import pytest

PATIENCE_S = 300


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_add(panel, click, worker, answer, own, tmp_path, kind, package):
    path = package(tmp_path / "new", "new")
    button = panel.ui.addFolderButton
    if kind == "file":
        path = tmp_path / "new.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(tmp_path / "new" / "model.json", "new/model.json")
        button = panel.ui.addFileButton
    asked = answer(path=path)
    click(button)
    (job,) = worker.jobs
    assert job.fields == {"package": str(path), "overwrite": False}
    assert asked == []
    package(own / "new", "new")
    job.done(text="new is in the catalogue", outputs=[str(own / "new")])
    assert panel.list.entry.name == "new"
    assert panel.changes == [1]


def test_add_under_a_name_that_is_there_asks(panel, click, worker, answer, tmp_path, package):
    path = package(tmp_path / "other", "mine")
    asked = answer(path=path, sure=False)
    click(panel.ui.addFolderButton)
    assert len(asked) == 1 and worker.jobs == []
    answer(path=path, sure=True)
    click(panel.ui.addFolderButton)
    assert worker.jobs[0].fields["overwrite"] is True


def test_a_dialog_that_is_cancelled_adds_nothing(panel, click, worker, answer):
    answer(path="")
    click(panel.ui.addFileButton)
    assert worker.jobs == [] and panel.message.text == ""


def test_a_cancelled_dialog_leaves_no_old_message(panel, click, worker, answer):
    click(panel.ui.verifyButton)
    worker.jobs[0].listener({"event": "error", "text": "It has failed."})
    answer(path="")
    click(panel.ui.addFileButton)
    assert panel.message.text == ""


def test_not_installed_nothing_happens(panel, click, worker, answer, tmp_path):
    answer(path=tmp_path)
    panel.logic.is_ready = False
    for button in (panel.ui.verifyButton, panel.ui.addFolderButton):
        click(button)
    assert worker.jobs == []


def test_with_the_real_worker(panel, click, answer, own, tmp_path, wait_until, package):
    """Add a package, verify it, refuse a damaged one: with torch, in the real process."""
    from MedGANSynthPanels import lifetime

    def end_of(button):
        click(button)
        wait_until(lambda: panel.job is None, PATIENCE_S)

    try:
        answer(path=package(tmp_path / "new", "new"))
        end_of(panel.ui.addFolderButton)
        assert "new is in the catalogue" in panel.message.text
        assert panel.list.entry.name == "new"
        end_of(panel.ui.verifyButton)
        assert "sound" in panel.message.text
        damaged = package(tmp_path / "damaged", "damaged")
        weights = damaged / "weights.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1] + b"x")
        answer(path=damaged)
        end_of(panel.ui.addFolderButton)
        assert "damaged" in panel.message.text and "new" not in panel.message.text
        assert panel.names() == [*panel.shipped, "mine", "new"]
    finally:
        lifetime.end()


def test_a_shipped_models_name_is_not_to_be_chosen_on_a_command_line(
    own, tmp_path, package, shipped
):
    from MedGANSynthPanels.panel_words import in_the_panel

    from MedGANSynthLib import tasks
    from MedGANSynthLib.errors import MedGANSynthError

    other = package(tmp_path / "other", shipped.name)
    with pytest.raises(MedGANSynthError) as caught:
        tasks.run(tasks.ModelsAdd(package=other))
    expected = f"{shipped}; give it another name in its model.json."
    assert in_the_panel(str(caught.value)).endswith(expected)
