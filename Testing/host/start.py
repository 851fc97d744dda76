"""Put everything together: after `start()`, a module for Slicer can be imported and used."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import types
from pathlib import Path

_started: dict[str, object] = {}


def start() -> None:
    """Install `qt`, `ctk` and the Qt side of `slicer`. Only the first call acts."""
    if _started:
        return
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(tempfile.mkdtemp(prefix="slicer-host-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    # The order matters: Qt's classes are patched before any stand-in is derived from them.
    from .pythonqt.namespace import make_qt

    qt = sys.modules["qt"] = make_qt()
    _settings_in(folder)
    from .ctkwidgets.namespace import make_ctk

    ctk = sys.modules["ctk"] = make_ctk()

    import slicer

    from . import uiloader
    from .application import qSlicerApplication
    from .mrml.files import CoreIOManager
    from .mrml.hierarchy import HierarchyKeeper
    from .mrml.layout import LayoutManager
    from .mrml.scene import Session

    slicer.app = qSlicerApplication(folder)
    session = Session(folder)
    slicer.mrmlScene = session.scene
    slicer.modules = session.namespace()
    slicer.app.attach(session, CoreIOManager(session), LayoutManager(session))
    _install_widgets(slicer)
    _install_python(slicer)
    uiloader.register(ctk, types.SimpleNamespace(**_mrml_widgets()))
    qt.QUiLoader = uiloader.QUiLoader
    _started.update(session=session, hierarchy=HierarchyKeeper(session.scene))


def _settings_in(folder: Path) -> None:
    """Settings in a file of their own: no test reads or changes what a person has set."""
    from PySide6.QtCore import QCoreApplication, QSettings

    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    QCoreApplication.setOrganizationName("Slicer")
    QCoreApplication.setApplicationName("Slicer")


def _mrml_widgets() -> dict[str, type]:
    from .qmrml import mrml_widget, node_combo_box

    found = {**vars(mrml_widget), **vars(node_combo_box)}
    return {name: value for name, value in found.items() if name.startswith(("qMRML", "qSlicer"))}


def _install_widgets(slicer: types.ModuleType) -> None:
    from .scripted import loader

    for name, value in _mrml_widgets().items():
        setattr(slicer, name, value)
    for name in ("qSlicerScriptedLoadableModule", "qSlicerScriptedLoadableModuleWidget"):
        setattr(slicer, name, getattr(loader, name))


def _install_python(slicer: types.ModuleType) -> None:
    from . import i18n, sampledata
    from .parameters.namespace import make_module as make_parameters
    from .scripted.base_classes import make_module as make_base_classes

    sys.modules["SampleData"] = sampledata.make_module()
    for module in (make_base_classes(), make_parameters(), i18n.make_module()):
        sys.modules[module.__name__] = module
        setattr(slicer, module.__name__.rpartition(".")[2], module)
