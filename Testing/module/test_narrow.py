"""Nothing that a user names makes the module wider than its column."""

import json
import shutil
from pathlib import Path

import pytest
import slicer

MOST = 450
"""Pixels; Slicer's module panel begins at about 500."""
LONG = "sub-P0123_ses-baseline2024_acq-" + "mprageHighRes" * 8 + "_desc-preproc_T1w"
UNBROKEN = "W" * 150
SHIPPED = Path(__file__).resolve().parents[2] / "Resources" / "Models" / "t1-t2-brain"


def width(pages):
    """The least of the whole module, with tabs and margins."""
    return pages.widget.window().minimumSizeHint().width()


@pytest.fixture
def pages(module, generator_package, volume, tmp_path):
    """All pages, open, with names, folders, models and trainings of 150 letters."""
    from MedGANSynthPanels import run_list

    assert len(LONG) == 152
    for package, kind in ((SHIPPED, "translates"), (generator_package, "generates")):
        folder = tmp_path / "models" / f"{kind}-{'m' * 50}"
        shutil.copytree(package, folder, dirs_exist_ok=True)
        manifest = json.loads((folder / "model.json").read_text())
        manifest |= {"name": folder.name, "title": UNBROKEN, "licence": LONG}
        (folder / "model.json").write_text(json.dumps(manifest))
    run = tmp_path / f"run-{LONG}"
    (run / "checkpoints").mkdir(parents=True)
    error = {"time": 2.0, "event": "error", "text": f"{tmp_path}/{LONG}: {UNBROKEN} is wrong."}
    begun = {"time": 1.0, "event": "started", "device": "cpu", "images": 9}
    (run / "events.jsonl").write_text(f"{json.dumps(begun)}\n{json.dumps(error)}\n")
    run_list.add(run_list.Listed(run))
    volume(LONG), volume(UNBROKEN)
    module.parent.resize(520, 900)
    module.parent.show()
    module.pages.enter()
    for panel in panels(module.pages):
        for each in vars(panel.ui).values():
            if hasattr(each, "collapsed"):
                each.collapsed = False
            if hasattr(each, "currentPath"):
                each.currentPath = f"/{LONG}/{UNBROKEN}"
    yield module.pages
    module.parent.hide()


def panels(pages):
    return [
        pages.translate,
        pages.generate,
        pages.evaluate,
        pages.train,
        pages.turing,
        pages.models,
    ]


def test_short_words_stay_and_long_ones_can_be_broken():
    from MedGANSynthPanels.narrow import WORD, breakable

    assert breakable("A T1 of t1-t2-brain, in 12 s.") == "A T1 of t1-t2-brain, in 12 s."
    for text in (f"/home/a/{LONG}.nii is gone", UNBROKEN, f"{UNBROKEN}/{UNBROKEN}", ""):
        broken = breakable(text)
        assert broken.replace("\u200b", "") == text
        assert all(
            len(piece) <= WORD + 1 for piece in broken.replace(" ", "\u200b").split("\u200b")
        )
    assert breakable("/data/a_long_name/of_a_folder.nii").split("\u200b")[1:3] == ["data/", "a_"]


def test_long_names_widen_no_page(pages):
    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    chosen = pages.translate.parameters
    chosen.inputs = {"t1": nodes[0]}
    chosen.output = nodes[1]
    chosen.result, chosen.reference = nodes
    for panel in panels(pages):
        pages.ui.pages.setCurrentWidget(panel.widget)
        for text in (f"/tmp/{LONG}/{UNBROKEN}: is wrong.", f"{UNBROKEN} is ready."):
            panel.message.complain(text)
            assert panel.message.text == text
            slicer.app.processEvents()
            assert width(pages) <= MOST, type(panel).__name__


@pytest.mark.parametrize(
    ("page", "box"),
    [
        ("translate", "sourceBox"),
        ("generate", "makingBox"),
        ("evaluate", "judgedBox"),
        ("train", "sourceBox"),
        ("turing", "sourceBox"),
        ("models", "architectureBox"),
    ],
)
def test_nor_does_any_choice(pages, page, box):
    panel = getattr(pages, page)
    pages.ui.pages.setCurrentWidget(panel.widget)
    box = getattr(panel.ui, box)
    for choice in range(box.count):
        box.setCurrentIndex(choice)
        slicer.app.processEvents()
        assert width(pages) <= MOST, box.itemText(choice)


def test_what_is_cut_off_is_in_the_tooltip(pages):
    first = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")[0]
    evaluate, translate = pages.evaluate.ui.resultSelector, pages.translate
    purpose = evaluate.toolTip
    evaluate.setCurrentNode(first)
    assert evaluate.toolTip == f"{purpose}: {LONG}"
    evaluate.setCurrentNode(None)
    assert evaluate.toolTip == purpose
    selector = translate.rows.selectors["t1"]
    assert selector.toolTip == "The T1 volume to translate"
    selector.setCurrentNode(first)
    assert selector.toolTip == f"The T1 volume to translate: {LONG}"


@pytest.mark.parametrize("model", ["translates", "generates"])
def test_nor_does_a_models_name(pages, model):
    panel = pages.translate if model == "translates" else pages.generate
    pages.ui.pages.setCurrentWidget(panel.widget)
    index = next(
        n for n in range(panel.ui.modelBox.count) if model in panel.ui.modelBox.itemText(n)
    )
    panel.ui.modelBox.setCurrentIndex(index)
    assert panel.ui.titleLabel.text.replace("\u200b", "") == UNBROKEN
    slicer.app.processEvents()
    assert width(pages) <= MOST


def shown(table):
    """The right end of each column, in the pixels of the table's own window."""
    return [
        table.columnViewportPosition(n) + table.columnWidth(n) for n in range(table.columnCount)
    ]


def test_all_columns_of_the_tables_are_in_view(pages):
    train, turing, models = pages.train, pages.turing, pages.models
    for box in (train.ui.sourceBox, turing.ui.sourceBox):
        texts = [box.itemText(n) for n in range(box.count)]
        box.setCurrentIndex(next(n for n, text in enumerate(texts) if "scene" in text))
    for panel, table, choice in (
        (train, train.ui.peopleTable, 1),
        (train, train.ui.runsTable, None),
        (turing, turing.ui.nodesTable, 1),
        (models, models.ui.modelTable, None),
    ):
        pages.ui.pages.setCurrentWidget(panel.widget)
        slicer.app.processEvents()
        assert table.rowCount and max(shown(table)) <= table.viewport().width + 1
        if choice is not None:
            box = table.cellWidget(0, choice)
            assert box.width >= 60 and table.item(0, 0).toolTip() == LONG
