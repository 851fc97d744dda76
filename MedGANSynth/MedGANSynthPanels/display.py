"""How a result is shown beside or over its input."""

import slicer
from slicer.i18n import tr as _

from .browsers import proxy_of
from .parameters import Show

LAYOUT = 20731
"""Number of our own layout among Slicer's; any that nobody else uses."""

_ORIENTATIONS = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}
_COLORS = {"Red": "#F34A33", "Yellow": "#EDD54C", "Green": "#6EB04B"}
_SECOND = "Synthetic"
_before: list[int] = []


def show(original, result, how: Show, fade: float = 0.5) -> None:
    """Show a result with its input in the slice views; of sequences, the frames that are shown.

    Args:
        fade: opacity of the result over the input.
    """
    original, result = _volume(original), _volume(result)
    if how == Show.NOTHING or original is None or result is None:
        return
    if how == Show.SIDE_BY_SIDE and slicer.app.layoutManager() is not None:
        show_side_by_side(original, result)
    else:
        leave_side_by_side()
        show_over(original, result, fade)


def show_over(original, result, fade: float) -> None:
    """The result as foreground over its input, in all slice views."""
    fit = _background() is not original
    slicer.util.setSliceViewerLayers(
        background=original, foreground=result, foregroundOpacity=fade, fit=fit
    )


def show_alone(node) -> None:
    """A volume in all slice views, with nothing over it; of a sequence, the frame that is shown."""
    volume = _volume(node)
    if volume is not None:
        leave_side_by_side()
        slicer.util.setSliceViewerLayers(background=volume, foreground=None, fit=True)


def set_fade(fade: float) -> None:
    """Change the opacity of what lies in the foreground."""
    slicer.util.setSliceViewerLayers(foregroundOpacity=fade)


def show_side_by_side(original, result) -> None:
    """Two rows of linked slice views: the input above, the result below it at the same place."""
    manager = slicer.app.layoutManager()
    if manager.layout != LAYOUT:
        _before[:] = [manager.layout]
        layout = manager.layoutLogic().GetLayoutNode()
        if not layout.IsLayoutDescription(LAYOUT):
            layout.AddLayoutDescription(LAYOUT, _description())
        manager.setLayout(LAYOUT)
    for name, orientation in _ORIENTATIONS.items():
        above, below = manager.sliceWidget(name), manager.sliceWidget(name + _SECOND)
        for widget, volume in ((above, original), (below, result)):
            composite = widget.mrmlSliceCompositeNode()
            composite.SetLinkedControl(True)
            composite.SetBackgroundVolumeID(volume.GetID())
            composite.SetForegroundVolumeID(None)
            widget.mrmlSliceNode().SetOrientation(orientation)
    manager.resetSliceViews()
    for name in _ORIENTATIONS:  # the same place, from where linked views go on together
        above, below = (manager.sliceWidget(n).mrmlSliceNode() for n in (name, name + _SECOND))
        below.GetSliceToRAS().DeepCopy(above.GetSliceToRAS())
        below.UpdateMatrices()


def leave_side_by_side() -> None:
    """Back to the layout that was there before ours."""
    manager = slicer.app.layoutManager()
    if manager is not None and manager.layout == LAYOUT and _before:
        manager.setLayout(_before.pop())


def _volume(node):
    """The volume that stands for a node in the views."""
    return proxy_of(node) if node is not None and node.IsA("vtkMRMLSequenceNode") else node


def _background():
    """What all slice views show in the background, if it is the same."""
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    shown = {composite.GetBackgroundVolumeID() for composite in composites}
    return slicer.mrmlScene.GetNodeByID(shown.pop() or "") if len(shown) == 1 else None


def _description() -> str:
    """Two rows of three slice views, in the XML of Slicer's layouts."""
    rows = ((_("input"), ""), (_("synthetic"), _SECOND))
    return (
        '<layout type="vertical" split="true">'
        + "".join(f"<item>{_row(label, suffix)}</item>" for label, suffix in rows)
        + "</layout>"
    )


def _row(label: str, suffix: str) -> str:
    views = "".join(
        f'<item><view class="vtkMRMLSliceNode" singletontag="{name}{suffix}">'
        f'<property name="orientation" action="default">{orientation}</property>'
        f'<property name="viewlabel" action="default">{name[0]} {label}</property>'
        f'<property name="viewcolor" action="default">{_COLORS[name]}</property></view></item>'
        for name, orientation in _ORIENTATIONS.items()
    )
    return f'<layout type="horizontal">{views}</layout>'
