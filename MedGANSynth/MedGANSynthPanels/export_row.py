"""The row that writes a synthetic volume of the scene as DICOM files."""

from collections.abc import Callable
from pathlib import Path

import qt
from slicer.i18n import tr as _

from .folders import is_empty
from .marking import is_synthetic
from .nodes import called
from .paths import typed
from .volumes_out import file_name


class ExportRow:
    """A selector and a button; `changed()` is called when another volume is chosen."""

    def __init__(self, ui, logic, running, changed: Callable[[], None]):
        self.ui = ui
        self.logic = logic
        self.running = running
        ui.exportSelector.connect("currentNodeChanged(vtkMRMLNode*)", lambda _node: changed())

    def offer(self, nodes: list) -> None:
        """A run has made these: choose the first volume."""
        volumes = [node for node in nodes if node.IsA("vtkMRMLScalarVolumeNode")]
        if volumes:
            self.ui.exportSelector.setCurrentNode(volumes[0])

    def problem(self) -> str | None:
        """Why nothing can be exported yet."""
        node = self.ui.exportSelector.currentNode()
        if node is None:
            return _("Choose a synthetic volume")
        if not is_synthetic(node):
            text = _("{name} is not synthetic; export it with Slicer's own DICOM export")
            return text.format(name=called(node))
        return None

    def ask_and_start(self, parent) -> None:
        """Ask for a folder, and write the series there.

        Raises:
            PanelError: it cannot be written.
        """
        node = self.ui.exportSelector.currentNode()
        title = _("Folder for the DICOM series")
        chosen = qt.QFileDialog.getExistingDirectory(parent, title, "")
        if not chosen or not self.logic.ready(parent):
            return
        folder = empty_folder(typed(chosen), node.GetName())
        text = _("{name} is written as a DICOM series ({folder})").format(
            name=called(node), folder=folder
        )

        def start(listener):
            def hear(event):
                done = {"nodes": [], "text": text} if event["event"] == "done" else {}
                listener({**event, **done})

            return self.logic.export_dicom(node, folder, wait=False, listener=hear)

        self.running.begin(_("DICOM export of {name}").format(name=called(node)), start)


def empty_folder(chosen: Path, name: str) -> Path:
    """The chosen folder if nothing is in it, else a new one in it: series are not mixed.

    Raises:
        PanelError: it is none, or it must not be looked into.
    """
    if is_empty(chosen):
        return chosen
    plain = folder = chosen / file_name(name)
    number = 2
    while folder.exists():
        folder = plain.with_name(f"{plain.name}_{number}")
        number += 1
    return folder
