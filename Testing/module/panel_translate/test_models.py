"""The Translate panel by mouse clicks: which models it offers for which volumes."""

import shutil
from pathlib import Path

import slicer
from MedGANSynthPanels.errors import PanelError

SHIPPED = Path(__file__).resolve().parents[3] / "Resources" / "Models" / "t1-t2-brain"


def items(box):
    return [box.itemText(n) for n in range(box.count)]


def test_a_refused_start_leaves_the_panel_ready(panel, package, volume, click, monkeypatch):
    def refuse(inputs, **options):
        raise PanelError("t1-t2-brain: it is gone; choose another model.")

    monkeypatch.setattr(panel.logic, "translate", refuse)
    panel.choose(t1=volume("head"))
    click(panel.ui.translateButton)
    assert panel.message.text == "t1-t2-brain: it is gone; choose another model."
    log = panel.ui.logText.plainText
    assert "Not started" in log and log.endswith("t1-t2-brain: it is gone; choose another model.")
    package("own", to_t2="t1")
    assert items(panel.ui.modelBox) == ["t1-t2-brain"]
    click(panel.ui.translateButton)
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "own"]  # what there is, was looked up anew
    assert panel.ui.translateButton.enabled and not panel.ui.progressBar.visible
    monkeypatch.setattr(panel.logic, "ready", lambda parent: False)
    click(panel.ui.translateButton)
    text = "What is missing was not installed, so nothing can be translated."
    assert panel.message.text == text and panel.ui.logText.plainText.endswith(text)


def test_a_volume_that_the_model_is_not_made_for_is_hinted_at(panel, volume):
    assert not panel.ui.hint.visible
    node = volume("head T2")
    panel.choose(t1=node)
    assert not panel.ui.hint.visible  # the direction follows
    panel.ui.directionBox.setCurrentIndex(0)
    assert panel.ui.hint.visible
    assert panel.hint.text.startswith("head T2 seems to be T2, but the model takes T1; change")
    assert panel.ui.translateButton.enabled
    node.SetName("head")
    slicer.app.processEvents()
    assert not panel.ui.hint.visible


def test_the_direction_follows_the_volume(panel, volume):
    assert items(panel.ui.directionBox) == ["T1 → T2", "T2 → T1"]
    node = volume("brain T2")
    panel.choose(t1=node)
    assert panel.ui.directionBox.currentText == "T2 → T1"
    assert list(panel.rows.selectors) == ["t2"]
    assert panel.rows.selectors["t2"].currentNode() is node
    panel.ui.directionBox.setCurrentIndex(0)
    assert panel.rows.selectors["t1"].currentNode() is node
    assert panel.parameters.settings.direction == "t1-to-t2"


def test_models_for_other_volumes_are_left_out(panel, package, volume, click):
    package("ct-mr", to_t1="ct")
    panel.enter()
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "ct-mr"]
    assert not panel.ui.allModelsBox.visible
    panel.choose(t1=volume("T1 of a head"))
    assert items(panel.ui.modelBox) == ["t1-t2-brain"]
    assert panel.ui.allModelsBox.text == "Show 1 more, made for other volumes"
    click(panel.ui.allModelsBox)
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "ct-mr"]
    panel.ui.modelBox.setCurrentIndex(1)
    assert panel.ui.modelBox.currentText == "ct-mr"
    assert not panel.ui.allModelsBox.visible  # there is no other
    assert panel.hint.text.startswith("T1 of a head seems to be T1")
    panel.choose(ct=volume("CT"))
    assert panel.ui.modelBox.currentText == "ct-mr"
    assert panel.ui.titleLabel.text == "Title of ct-mr"


def test_several_inputs_have_a_row_each(panel, package, volume, click):
    package("many", to_flair="t1+t2")
    panel.enter()
    panel.ui.modelBox.setCurrentIndex(1)
    assert list(panel.rows.selectors) == ["t1", "t2"]
    assert panel.ui.directionBox.currentText == "T1 + T2 → FLAIR"
    first, second = volume("a T1"), volume("b T2")
    panel.choose(t1=first)
    assert panel.ui.translateButton.toolTip == "Choose a T2 volume"
    panel.choose(t2=first)
    assert panel.ui.translateButton.toolTip == "The same volume is chosen twice"
    panel.choose(t2=second)
    click(panel.ui.translateButton)
    assert panel.runs[0].inputs == {"t1": first, "t2": second}


def test_a_model_that_goes_away_is_no_longer_offered(panel, package, volume, click):
    folder = package("own", to_t2="t1")
    panel.enter()
    panel.choose(t1=volume("head"))
    panel.ui.modelBox.setCurrentIndex(1)
    assert panel.parameters.settings.model == "own"
    shutil.rmtree(folder)
    panel.enter()
    assert items(panel.ui.modelBox) == ["t1-t2-brain"]
    assert panel.ui.modelBox.currentText == "t1-t2-brain"
    click(panel.ui.translateButton)
    assert panel.runs[0].options["model"] == "t1-t2-brain"


def test_the_model_shows_what_it_is(panel, click):
    ui = panel.ui
    assert ui.licenceLabel.text == "Apache-2.0"
    assert ui.titleLabel.text.startswith("T1-weighted to T2-weighted brain MRI")
    assert ui.timeLabel.text == "not measured on this computer yet"
    assert ui.previewLabel.pixmap.width() == 300
    click(ui.cardButton)
    assert panel.choice.facts.card.visible
    (text,) = slicer.util.findChildren(panel.choice.facts.card, className="QTextBrowser")
    assert "Research only, not for diagnosis." in text.plainText
    panel.choice.facts.close_card()


def test_without_any_model(panel, monkeypatch):
    from MedGANSynthLib.models import catalogue

    monkeypatch.setattr(catalogue, "list_entries", lambda: [])
    panel.enter()
    ui = panel.ui
    assert ui.titleLabel.text == "No model yet; add one on the Models page"
    shown = (ui.licenceCaption, ui.timeLabel, ui.previewLabel, ui.previewCaption)
    assert not any(widget.visible for widget in shown)
    assert ui.translateButton.toolTip == "There is no model; add one on the Models page"


def test_a_model_of_another_computer_is_named(panel, module):
    panel.parameters.settings.model = "theirs"
    module.parent.exit()
    module.parent.enter()
    text = "The model theirs is not on this computer, so another one is chosen."
    assert panel.message.text == text
    assert panel.ui.modelBox.currentText == "t1-t2-brain"


def test_a_model_that_must_not_be_read_is_not_said_to_have_gone(panel, module, tmp_path, closed):
    own = tmp_path / "models"
    shutil.copytree(SHIPPED, own / "mine")
    panel.parameters.settings.model = "mine"
    closed(own / "mine")
    module.parent.enter()
    text = "The model mine cannot be used, so another one is chosen: {}: no permission to read it;"
    assert panel.message.text.startswith(text.format(own / "mine"))
    closed(own)
    panel.message.clear()
    panel.set_parameters(panel.parameters)
    assert panel.message.text.startswith(text.format(own))


def test_a_device_of_another_computer_is_shown_as_such(panel):
    panel.parameters.settings.device = "cuda:3"
    assert panel.ui.deviceBox.currentText == "cuda:3 (not found here)"


def test_a_model_whose_files_went_is_said_to_have_gone(
    panel, module, package, volume, click, monkeypatch
):
    monkeypatch.delattr(panel.logic, "translate")  # the module's own
    folder = package("mine", to_t2="t1")
    panel.enter()
    panel.parameters.settings.model = "mine"
    panel.choose(t1=volume("head"))
    shutil.rmtree(folder)
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "mine"]
    click(panel.ui.translateButton)
    text = "The model mine is not on this computer (any more); there are: t1-t2-brain"
    assert panel.message.text.startswith(text)
    assert items(panel.ui.modelBox) == ["t1-t2-brain"] and text in panel.ui.logText.plainText
    # Found out by a look at another page, it is said as well.
    folder = package("mine", to_t2="t1")
    module.pages.ui.pages.setCurrentIndex(2)
    module.pages.ui.pages.setCurrentIndex(0)
    assert items(panel.ui.modelBox) == ["t1-t2-brain", "mine"]
    shutil.rmtree(folder)
    module.pages.ui.pages.setCurrentIndex(2)
    module.pages.ui.pages.setCurrentIndex(0)
    text = "The model mine is not on this computer, so another one is chosen."
    assert panel.message.text == text and items(panel.ui.modelBox) == ["t1-t2-brain"]
