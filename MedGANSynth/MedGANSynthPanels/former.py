"""What is measured again takes the place of what was made before."""

from typing import Any

import slicer

from .nodes import is_there

ATTRIBUTE = "MedGANSynth.measured"


def measured(*nodes) -> str:
    """What was measured, as `replace_former` compares it."""
    return " ".join("-" if node is None else node.GetID() for node in nodes)


def replace_former(made: dict[str, Any], what: str) -> None:
    """Remove what an earlier measurement of `what` made, and have its names.

    A node that was renamed was kept on purpose. A view that showed the former chart shows the new.

    Args:
        made: the new nodes by the names that they shall have.
    """
    for name, node in made.items():
        for former in slicer.util.getNodesByClass(node.GetClassName()):
            if former.GetName() == name and former.GetAttribute(ATTRIBUTE) == what:
                if node.IsA("vtkMRMLPlotChartNode"):
                    _show_instead(former, node)
                remove(former)
                node.SetName(name)
        node.SetAttribute(ATTRIBUTE, what)


def _show_instead(former, chart) -> None:
    for view in slicer.util.getNodesByClass("vtkMRMLPlotViewNode"):
        if view.GetPlotChartNodeID() == former.GetID():
            view.SetPlotChartNodeID(chart.GetID())


def remove(node) -> None:
    """Remove a node, with what is only there to show it."""
    parts = []
    if node.IsA("vtkMRMLPlotChartNode"):
        series = [node.GetNthPlotSeriesNode(n) for n in range(node.GetNumberOfPlotSeriesNodes())]
        parts = [*series, *(one.GetTableNode() for one in series if one is not None)]
    elif node.IsA("vtkMRMLDisplayableNode"):
        parts = [node.GetDisplayNode()]
    for each in (node, *parts):
        if is_there(each):
            slicer.mrmlScene.RemoveNode(each)
