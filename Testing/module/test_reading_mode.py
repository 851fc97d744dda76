"""What reading mode hides, and that Slicer is as it was however the reading ends."""

import types

import pytest
import qt
import slicer


class Window(qt.QMainWindow):
    """With room for what the tests ask for."""


@pytest.fixture
def window(scene, monkeypatch):
    """A main window as Slicer's; `window.place` takes the module's panel."""
    window = Window()
    window.windowTitle = "3D Slicer"
    window.acceptDrops = True
    file_menu = window.menuBar().addMenu("File")
    load = file_menu.addAction("Add Data")
    load.setShortcut(qt.QKeySequence("Ctrl+O"))
    greyed = file_menu.addAction("Greyed")
    greyed.enabled = False
    window.addToolBar("ModuleSelector").addAction("Welcome")
    window.addToolBar("Hidden by the user").hide()
    window.statusBar().showMessage("loaded real/sub-01.nii.gz")
    find = qt.QShortcut(qt.QKeySequence("Ctrl+F"), window)
    docks = {}
    for name in ("PythonConsoleDockWidget", "ErrorLogDockWidget", "PanelDockWidget"):
        dock = qt.QDockWidget(name, window)
        dock.objectName = name
        window.addDockWidget(qt.Qt.LeftDockWidgetArea, dock)
        docks[name] = dock
    place = qt.QWidget()
    qt.QVBoxLayout(place)
    for name in ("HelpCollapsibleButton", "DataProbeCollapsibleWidget"):
        label = qt.QLabel(name)
        label.objectName = name
        place.layout().addWidget(label)
    docks["PanelDockWidget"].setWidget(place)
    dialog = qt.QDialog()
    dialog.windowTitle = "DICOM database"
    dialog.show()
    window.dialog = dialog
    window.place, window.find, window.kept = place, find, (file_menu, load, greyed, docks)
    window.show()
    monkeypatch.setattr(slicer.util, "mainWindow", lambda: window)
    yield window
    dialog.deleteLater()
    window.close()
    window.deleteLater()


@pytest.fixture
def view_menus(monkeypatch):
    """The subject hierarchy's say in the menus of views."""
    logic = types.SimpleNamespace(allowedViewContextMenuActionNames=("EditPropertiesAction",))
    handler = types.SimpleNamespace(pluginLogic=lambda: logic)
    kind = types.SimpleNamespace(instance=lambda: handler)
    monkeypatch.setattr(slicer, "qSlicerSubjectHierarchyPluginHandler", kind, raising=False)
    return logic


@pytest.fixture
def docked(reading, window, view_menus, paper):
    """The panel in its dock, and how Slicer was before the reading: `panel, before`."""
    from MedGANSynthPanels.panel_turing import PanelTuring

    points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "mine")
    points.CreateDefaultDisplayNodes()
    panel = PanelTuring(None)
    window.place.layout().addWidget(panel.widget)
    panel.widget.show()
    reading.panels.append(panel)
    kinds = ("QWidget", "QAction", "QShortcut")
    window.parts = [
        child
        for child in descendants(window)
        if any(map(child.inherits, kinds)) and not inside(child, {"PanelTuring"})
    ]
    before = state(window, view_menus)
    reading(paper(design={"blank_ms": 0}))
    return panel, before


def descendants(thing):
    for child in thing.children():
        yield child
        yield from descendants(child)


def state(window, view_menus):
    """Everything that a user could find changed."""
    parts = [(p.inherits("QWidget") and p.isHidden(), p.enabled) for p in window.parts]
    settings = {key: qt.QSettings().value(key) for key in qt.QSettings().allKeys()}
    settings.pop("MedGANSynth/Turing/study", None)  # the history of the folder's field
    interaction = slicer.mrmlScene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    shown = {n.GetLayoutName(): n.GetBackgroundVolumeID() for n in composites}
    return {
        "parts": parts,
        "title": window.windowTitle,
        "dialog": window.dialog.isHidden(),
        "drops": window.acceptDrops,
        "menu": window.contextMenuPolicy,
        "layout": slicer.app.layoutManager().layout,
        "mouse": interaction.GetCurrentInteractionMode(),
        "view menus": view_menus.allowedViewContextMenuActionNames,
        "settings": settings,
        "views": {name: shown.get(name) for name in ("Red", "Yellow", "Green")},
        "volumes": [n.GetName() for n in slicer.util.getNodesByClass("vtkMRMLVolumeNode")],
        "points": drawn(),
    }


def drawn():
    """What lies over the volumes, and whether it is seen."""
    nodes = slicer.util.getNodesByClass("vtkMRMLMarkupsNode")
    return {node.GetName(): node.GetDisplayNode().GetVisibility() for node in nodes}


def inside(child, names):
    while child is not None:
        if child.objectName in names:
            return True
        child = child.parent()
    return False


def test_nothing_but_the_cases_can_be_reached(docked, window, view_menus):
    panel, _before = docked
    assert panel.ui.readingPage.visible
    reachable = [
        child.text
        for child in descendants(window)
        if child.inherits("QAction") and child.enabled and not inside(child, {"PanelTuring"})
    ]
    assert reachable == []
    kinds = ("QMenuBar", "QToolBar", "QStatusBar", "QDockWidget")
    seen = [c.objectName for c in descendants(window) if any(map(c.inherits, kinds)) and c.visible]
    assert seen == ["PanelDockWidget"]
    labels = [c for c in descendants(window.place) if c.inherits("QLabel")]
    hidden = {"HelpCollapsibleButton", "DataProbeCollapsibleWidget"}
    assert all(not label.visible for label in labels if label.objectName in hidden)
    assert not window.find.enabled
    assert (window.windowTitle, window.acceptDrops) == ("Reader study", False)
    assert window.contextMenuPolicy == qt.Qt.PreventContextMenu
    assert view_menus.allowedViewContextMenuActionNames == ["MedGANSynthReading"]
    assert drawn()["mine"] == 0
    assert window.dialog.isHidden()
    for widget in panel.session.desk.view.widgets:
        assert not widget.sliceController().visible
        assert not widget.sliceView().cornerAnnotation().GetVisibility()


def leave(panel, window, wait_until):
    panel.session.act("leave")


def close_the_scene(panel, window, wait_until):
    slicer.mrmlScene.Clear()


def close_slicer(panel, window, wait_until):
    window.close()
    window.show()


def reload_the_module(panel, window, wait_until):
    panel.cleanup()


def finish(panel, window, wait_until):
    while panel.session.desk is not None:
        panel.session.act("rate 1")
        panel.session.act("confirm")
        slicer.app.processEvents()


@pytest.mark.parametrize("end", [leave, close_the_scene, close_slicer, reload_the_module, finish])
def test_everything_comes_back(docked, window, view_menus, wait_until, end):
    panel, before = docked
    wait_until(lambda: panel.session.desk.state.value == "case")
    assert state(window, view_menus) != before
    end(panel, window, wait_until)
    wait_until(lambda: panel.session.desk is None)
    if end is close_the_scene:
        before["points"] = {}
    assert state(window, view_menus) == before


def test_everything_comes_back_after_an_exception(
    docked, window, view_menus, wait_until, errors, monkeypatch
):
    panel, before = docked
    wait_until(lambda: panel.session.desk.state.value == "case")
    monkeypatch.setattr(panel.session.desk.view, "facts", lambda: 1 / 0)
    panel.session.act("rate 2")
    panel.ui.confirmButton.click()
    assert panel.session.desk is None
    assert state(window, view_menus) == before
    assert [type(error) for error in errors] == [ZeroDivisionError]
    errors.clear()


def test_everything_comes_back_when_a_case_cannot_be_drawn(
    docked, window, view_menus, wait_until, errors, monkeypatch
):
    panel, before = docked
    wait_until(lambda: panel.session.desk.state.value == "case")
    monkeypatch.setattr(panel.session.desk.view, "show", lambda arrays: 1 / 0)
    panel.session.act("rate 2")
    panel.session.act("confirm")
    wait_until(lambda: panel.session.desk is None)
    assert state(window, view_menus) == before
    assert [type(error) for error in errors] == [ZeroDivisionError]
    errors.clear()


def test_everything_comes_back_when_the_start_fails(
    docked, window, view_menus, wait_until, errors, monkeypatch
):
    from MedGANSynthPanels import reading_session

    panel, before = docked
    panel.session.stop()
    monkeypatch.setattr(reading_session, "Desk", lambda session: 1 / 0)
    panel.ui.startButton.click()
    assert panel.session.desk is None
    assert state(window, view_menus) == before
    assert [type(error) for error in errors] == [ZeroDivisionError]
    errors.clear()
    monkeypatch.undo()
    panel.ui.startButton.click()  # the lock on the answers was given back
    assert panel.message.text == "" and panel.session.desk is not None


def test_what_has_gone_meanwhile_stops_nothing(docked, window, view_menus):
    panel, before = docked
    window.removeToolBar(window.findChildren(qt.QToolBar)[0])
    window.findChildren(qt.QToolBar)[0].deleteLater()
    slicer.app.sendPostedEvents(None, qt.QEvent.DeferredDelete)
    panel.session.stop()
    assert window.menuBar().visible and window.windowTitle == "3D Slicer"
    assert slicer.app.layoutManager().layout == before["layout"]


def test_another_module_pauses(docked, wait_until):
    panel, _before = docked
    wait_until(lambda: panel.session.desk.state.value == "case")
    panel.leave()
    assert panel.session.desk.state.value == "pause"
