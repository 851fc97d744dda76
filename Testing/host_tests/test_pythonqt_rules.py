"""Where PySide and PythonQt differ, the host does as PythonQt does, or is stricter."""

import ctk
import pytest
import qt


def test_properties_are_attributes_and_setters_remain(scene):
    label = qt.QLabel("one")
    assert label.text == "one"
    label.setText("two")
    assert label.text == "two"
    label.text = "three"
    assert label.text == "three"
    with pytest.raises(TypeError):
        label.text()


@pytest.mark.parametrize("value", [5, None, b"text", ["text"]])
def test_text_takes_text_only(value):
    label = qt.QLabel("kept")
    with pytest.raises(AttributeError):
        label.text = value
    assert label.text == "kept"


def test_an_integer_property_truncates_and_refuses_text():
    spin = qt.QSpinBox()
    spin.value = 3.7
    assert spin.value == 3
    with pytest.raises(AttributeError):
        spin.value = "4"
    assert spin.value == 3


def test_read_only_and_unknown_properties_cannot_be_set():
    label = qt.QLabel()
    with pytest.raises(AttributeError, match="read"):
        label.width = 3
    with pytest.raises(AttributeError, match="no property 'colour'"):
        label.colour = "red"
    with pytest.raises(AttributeError):
        _ = label.colour


def test_python_subclasses_may_have_attributes_of_their_own():
    class Named(qt.QLabel):
        def __init__(self, parent=None):
            super().__init__(parent)
            self.colour = "red"

    named = Named()
    named.text = "x"
    assert (named.colour, named.text) == ("red", "x")


@pytest.mark.parametrize("cls", [qt.QLabel, qt.QTimer, qt.QProcess, ctk.ctkSliderWidget])
def test_constructors_take_no_keywords(cls):
    with pytest.raises((ValueError, TypeError)):
        cls(parent=None)


@pytest.mark.parametrize("name", ["Signal", "Slot", "Property", "QtCore", "QtWidgets"])
def test_what_only_pyside_has_is_absent(name):
    assert not hasattr(qt, name)


def test_arguments_are_trimmed_to_what_the_function_takes():
    button = qt.QPushButton()
    button.checkable = True
    seen = []

    class Receiver:
        def none(self):
            seen.append("none")

        def one(self, checked):
            seen.append(checked)

    receiver = Receiver()
    assert button.connect("clicked(bool)", receiver.none)
    button.connect("clicked(bool)", receiver.one)
    button.connect("clicked(bool)", lambda checked=5: seen.append(("default", checked)))
    button.connect("clicked()", lambda *all_of_them: seen.append(all_of_them))
    button.click()
    assert seen == ["none", True, ("default", True), ()]


def test_disconnect_says_whether_there_was_a_connection():
    button = qt.QPushButton()
    seen = []

    def clicked():
        seen.append(1)

    assert not button.disconnect("clicked()", clicked)
    button.connect("clicked()", clicked)
    assert button.disconnect("clicked()", clicked)
    button.click()
    assert seen == []


def test_a_slot_can_be_named():
    box, label = qt.QCheckBox(), qt.QLabel()
    box.connect("toggled(bool)", label, "setEnabled(bool)")
    box.checked = True
    box.checked = False
    assert not label.enabled


@pytest.mark.parametrize("signal", ["klicked()", "clicked", "clicked(QString)"])
def test_a_signal_that_does_not_exist_is_an_error(signal):
    with pytest.raises(ValueError):
        qt.QPushButton().connect(signal, print)


def test_name_and_dynamic_properties():
    label = qt.QLabel()
    label.name = "first"
    assert label.objectName == "first"
    label.setProperty("SlicerParameterName", "a.b")
    assert label.SlicerParameterName == "a.b"
    label.SlicerParameterName = "c"
    assert label.property("SlicerParameterName") == "c"


def test_children_are_a_tuple_and_found_by_class_name():
    parent = qt.QWidget()
    child = qt.QPushButton(parent)
    child.name = "go"
    assert parent.children() == (child,)
    assert parent.findChildren("QPushButton") == (child,)
    assert parent.findChild("QPushButton", "go") is child
    assert parent.findChild("QLabel") is None
    assert child.className() == "QPushButton"


def test_single_shot_is_a_property_and_a_function(scene, wait_until):
    timer = qt.QTimer()
    timer.singleShot = True
    assert timer.singleShot is True
    seen = []
    qt.QTimer.singleShot(0, lambda: seen.append(1))
    wait_until(lambda: bool(seen))


def test_combo_boxes_count_without_a_call():
    box = qt.QComboBox()
    box.addItems(["a", "b"])
    box.currentIndex = 1
    assert (box.count, box.currentText) == (2, "b")


def test_layout_spacing_is_a_property():
    layout = qt.QVBoxLayout()
    layout.spacing = 3
    assert layout.spacing == 3


def test_a_process_tells_how_it_ended(scene, wait_until):
    import sys

    process = qt.QProcess()
    ended = []
    process.connect("finished(int,QProcess::ExitStatus)", lambda code, status: ended.append(code))
    process.start(sys.executable, ["-c", "print('hello'); raise SystemExit(3)"])
    wait_until(lambda: bool(ended))
    assert ended == [3]
    assert process.readAllStandardOutput().data() == b"hello\n"


def test_an_exception_in_a_slot_reaches_the_hook_and_not_the_caller(errors):
    button = qt.QPushButton()
    button.connect("clicked()", lambda: 1 / 0)
    button.click()
    assert isinstance(errors.pop(), ZeroDivisionError)


def test_settings_are_not_the_persons_own(tmp_path):
    import slicer

    assert qt.QSettings().fileName().startswith(slicer.app.temporaryPath)


def test_sample_data_is_registered_by_known_keywords():
    import SampleData

    SampleData.SampleDataLogic.registerCustomSampleDataSource(category="C", sampleName="S")
    assert SampleData.SampleDataLogic.registered.pop() == {"category": "C", "sampleName": "S"}
    with pytest.raises(TypeError):
        SampleData.SampleDataLogic.registerCustomSampleDataSource(title="C")


def test_isinstance_is_not_to_be_relied_on():
    # In PythonQt this is False. The lint forbids it in modules; the host cannot.
    assert isinstance(qt.QLabel(), qt.QWidget)
