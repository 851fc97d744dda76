"""What all panels share: the message line, disabled buttons, errors in slots."""

import pytest

UI = """<ui version="4.0"><class>Small</class><widget class="qMRMLWidget" name="Small">
<layout class="QVBoxLayout" name="box">
<item><widget class="QPushButton" name="goButton"><property name="text"><string>Go</string>
</property></widget></item>
<item><widget class="QWidget" name="message"/></item>
</layout></widget>
<customwidgets><customwidget><class>qMRMLWidget</class><extends>QWidget</extends>
<header>qMRMLWidget.h</header><container>1</container></customwidget></customwidgets></ui>"""


@pytest.fixture
def small(scene, tmp_path):
    from MedGANSynthPanels.errors import PanelError
    from MedGANSynthPanels.panel import Panel, guarded

    class Small(Panel):
        failure: Exception | None = PanelError("no volume is chosen; choose one.")

        @guarded
        def go(self):
            if self.failure:
                raise self.failure
            self.message.say("gone")

    path = tmp_path / "Small.ui"
    path.write_text(UI)
    panel = Small(str(path))
    panel.ui.goButton.connect("clicked(bool)", panel.go)
    panel.widget.show()
    yield panel
    panel.cleanup()
    panel.widget.hide()


def test_an_error_in_a_slot_becomes_one_sentence(small, click):
    assert not small.message.place.visible
    click(small.ui.goButton)
    assert small.message.text == "no volume is chosen; choose one."
    assert small.message.place.visible and small.message.icon.visible
    small.failure = OSError(28, "No space left on device", "/tmp/a.nii")
    click(small.ui.goButton)
    assert small.message.text == "/tmp/a.nii: the disk is full; free some space and run again."
    small.failure = None
    click(small.ui.goButton)
    assert small.message.text == "gone"


def test_a_defect_is_not_hidden(small, click, errors):
    small.failure = KeyError("a defect")
    click(small.ui.goButton)
    assert [type(error) for error in errors] == [KeyError]
    errors.clear()


def test_a_disabled_button_says_why(small, click):
    from MedGANSynthPanels.panel import allow

    allow(small.ui.goButton, "Goes", "Choose a volume first")
    click(small.ui.goButton)
    assert small.message.text == ""
    assert small.ui.goButton.toolTip == "Choose a volume first"
    allow(small.ui.goButton, "Goes", None)
    assert small.ui.goButton.enabled and small.ui.goButton.toolTip == "Goes"


def test_the_message_line_takes_no_room_when_there_is_nothing_to_say(small):
    small.message.busy("Verifying")
    assert small.message.bar.visible and not small.message.icon.visible
    small.message.warn("slow")
    assert small.message.icon.visible and not small.message.bar.visible
    small.message.clear()
    assert not small.message.place.visible
