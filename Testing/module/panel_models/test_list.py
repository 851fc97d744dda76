"""The Models panel: the list and what it shows of the chosen model."""

import json
import shutil


def test_lists_shipped_and_own_models_with_card_and_licence(panel, shipped):
    assert panel.names() == [*panel.shipped, "mine"]
    panel.choose(shipped.name)
    table, row = panel.ui.modelTable, panel.shipped.index(shipped.name)
    assert [table.item(row, column).text() for column in range(1, 5)] == [
        json.loads((shipped / "model.json").read_text())["version"],
        "T1 → T2, T2 → T1",
        "Apache-2.0",
        "shipped",
    ]
    assert panel.list.entry.name == "t1-t2-brain"
    assert panel.ui.licenceText.text == "Apache-2.0"
    assert panel.ui.folderText.text == str(shipped)
    assert "Limits" in panel.ui.cardText.plainText
    assert panel.ui.previewLabel.visible


def test_a_broken_model_says_what_is_wrong(panel, own):
    (own / "mine" / "model.json").write_text("{")
    panel.enter()
    panel.choose("mine")
    assert "cannot be used" in panel.ui.modelTable.item(panel.names().index("mine"), 4).text()
    assert "model.json" in panel.ui.cardText.plainText


def test_generators_say_what_they_make(panel, tiny_generator, own):
    shutil.copytree(tiny_generator, own / "nobody")
    panel.enter()
    assert panel.ui.modelTable.item(panel.names().index("nobody"), 2).text() == "makes T1 of nobody"


def test_shipped_models_stay(panel):
    panel.choose("t1-t2-brain")
    assert not panel.ui.removeButton.enabled
    assert panel.ui.removeButton.toolTip == "It ships with MedGANSynth"


def test_open_folder(panel, click, monkeypatch, shipped):
    import qt

    opened = []
    monkeypatch.setattr(
        qt.QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url.toLocalFile()))
    )
    panel.choose(shipped.name)
    click(panel.ui.openFolderButton)
    assert opened == [str(shipped)]


def test_a_broken_model_shows_no_picture(panel, own):
    panel.choose("mine")
    assert panel.ui.previewLabel.visible
    (own / "mine" / "model.json").write_text("{")
    panel.enter()
    panel.choose("mine")
    assert not panel.ui.previewLabel.visible


def test_all_columns_are_in_view(panel):
    import qt

    table = panel.ui.modelTable
    for size in (520, 700, 500):
        panel.widget.resize(size, 1200)
        qt.QApplication.processEvents()
        widths = [table.columnWidth(column) for column in range(5)]
        assert sum(widths) <= table.viewport().width
        assert all(width >= 40 for width in widths)


def test_a_model_that_must_not_be_read_is_listed(panel, click, worker, answer, own, closed):
    closed(own / "mine")
    panel.enter()
    panel.choose("mine")
    said = f"{own / 'mine'}: no permission to read it; change its permissions."
    assert panel.ui.modelTable.item(panel.names().index("mine"), 4).text() == "cannot be used"
    assert panel.ui.cardText.plainText == said
    answer(sure=True)
    click(panel.ui.removeButton)
    text = f"{own / 'mine'}: cannot be removed (Permission denied); delete it yourself."
    assert panel.message.text == text and list(own.iterdir()) == [own / "mine"]


def test_models_that_must_not_be_listed(panel, own, closed):
    closed(own)
    panel.enter()
    assert panel.names() == panel.shipped
    assert panel.message.text == f"{own}: no permission to read it; change its permissions."
    own.chmod(0o755)
    panel.enter()
    assert (panel.names(), panel.message.text) == ([*panel.shipped, "mine"], "")
