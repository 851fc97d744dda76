"""Reading mode: all of Slicer that could tell a case is hidden, and comes back as it was.

No setting on disk is changed, so that even a crash of Slicer leaves the user's settings alone.
"""

import contextlib
from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

_HIDDEN_KINDS = ("QMenuBar", "QToolBar", "QStatusBar", "QDockWidget")
_HIDDEN_NAMES = ("DataProbeCollapsibleWidget", "HelpCollapsibleButton", "ReloadCollapsibleButton")
_DISABLED_KINDS = ("QAction", "QShortcut")
_NO_ACTION = "MedGANSynthReading"


class ReadingMode:
    """Entered once and left once; `leave` can be called from anywhere and as often as wanted.

    Args:
        panel: the widget that stays visible.
        closing: called when the main window is being closed, before Slicer saves its state.
    """

    def __init__(self, panel, closing: Callable[[], None]) -> None:
        self.undo: list[Callable[[], None]] = []
        try:
            self._enter(panel, closing)
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Put everything back, the last change first; what has gone meanwhile stops nothing."""
        while self.undo:
            with contextlib.suppress(Exception):
                self.undo.pop()()

    def _enter(self, panel, closing: Callable[[], None]) -> None:
        manager = slicer.app.layoutManager()
        layout = manager.layout
        self.undo.append(lambda: manager.setLayout(layout))
        self._left_drag_changes_grey_values()
        self._no_view_menus()
        self._hide_what_is_drawn()
        window = slicer.util.mainWindow()
        if window is not None:
            self._hide(window, panel)
            self._hide_other_windows(window, panel)
            self._change(window, "windowTitle", _("Reader study"))
            self._change(window, "acceptDrops", False)
            policy = window.contextMenuPolicy
            self.undo.append(lambda: window.setContextMenuPolicy(policy))
            window.setContextMenuPolicy(qt.Qt.PreventContextMenu)
            watch = CloseWatch()
            watch.closing = closing
            window.installEventFilter(watch)
            self.undo.append(lambda: window.removeEventFilter(watch))

    def _hide(self, window, panel) -> None:
        """Menus, tool bars, docks (console, error log), data probe, help; and every shortcut."""
        for child in _descendants(window):
            hides = any(map(child.inherits, _HIDDEN_KINDS)) or child.objectName in _HIDDEN_NAMES
            if hides and not _holds(child, panel) and not child.isHidden():
                self.undo.append(lambda child=child: child.setVisible(True))
                child.setVisible(False)
            elif any(map(child.inherits, _DISABLED_KINDS)) and child.enabled:
                self._change(child, "enabled", False)

    def _hide_other_windows(self, window, panel) -> None:
        """Dialogs that were left open, such as the DICOM browser."""
        for other in slicer.app.topLevelWidgets():
            if other != window and not other.isHidden() and not _holds(other, panel):
                self.undo.append(lambda other=other: other.setVisible(True))
                other.setVisible(False)

    def _change(self, thing, name: str, value) -> None:
        before = getattr(thing, name)
        self.undo.append(lambda: setattr(thing, name, before))
        setattr(thing, name, value)

    def _left_drag_changes_grey_values(self) -> None:
        interaction = slicer.mrmlScene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
        before = interaction.GetCurrentInteractionMode()
        self.undo.append(lambda: interaction.SetCurrentInteractionMode(before))
        interaction.SetCurrentInteractionMode(interaction.AdjustWindowLevel)

    def _no_view_menus(self) -> None:
        """Those of the slice views lead to other modules."""
        handler = getattr(slicer, "qSlicerSubjectHierarchyPluginHandler", None)
        if handler is not None:
            logic = handler.instance().pluginLogic()
            # An empty list would allow everything.
            self._change(logic, "allowedViewContextMenuActionNames", [_NO_ACTION])

    def _hide_what_is_drawn(self) -> None:
        """Points, segmentations and models of the user's scene would lie over the cases."""
        for display in slicer.util.getNodesByClass("vtkMRMLDisplayNode"):
            drawn = display.GetDisplayableNode()
            if drawn is None or drawn.GetHideFromEditors() or drawn.IsA("vtkMRMLVolumeNode"):
                continue
            if display.GetVisibility():
                self.undo.append(lambda display=display: display.SetVisibility(True))
                display.SetVisibility(False)


class CloseWatch(qt.QObject):
    """Calls `closing()` when the window it is installed on is being closed."""

    closing: Callable[[], None]

    def eventFilter(self, _watched, event):
        """Qt's own method; the event goes on its way."""
        if event.type() == qt.QEvent.Close:
            self.closing()
        return False


def _descendants(thing):
    for child in thing.children():
        yield child
        yield from _descendants(child)


def _holds(widget, inner) -> bool:
    while inner is not None:
        if inner == widget:
            return True
        inner = inner.parent()
    return False
