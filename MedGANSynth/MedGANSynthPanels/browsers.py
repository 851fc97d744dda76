"""Sequences and the nodes that show their frames."""

import slicer


def sequence_of(node):
    """The sequence whose current frame a volume node shows; None if it shows none."""
    browser = slicer.modules.sequences.logic().GetFirstBrowserNodeForProxyNode(node)
    return browser.GetSequenceNode(node) if browser is not None else None


def proxy_of(sequence):
    """The node that shows a sequence's current frame, if there is one."""
    browser = slicer.modules.sequences.logic().GetFirstBrowserNodeForSequenceNode(sequence)
    return browser.GetProxyNode(sequence) if browser is not None else None
