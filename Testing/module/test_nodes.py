"""Nodes without a name, and nodes that have gone."""

import slicer


def test_a_node_without_a_name_has_a_word_for_it(scene, volume):
    from MedGANSynthPanels.names import result_name
    from MedGANSynthPanels.nodes import called

    node = volume("head")
    assert called(node) == "head"
    for name in ("", " ", "\n"):
        node.SetName(name)
        assert called(node) == "unnamed"
        assert result_name(called(node), "T2") == "unnamed (synthetic T2)"
    node.SetName("two\nlines")
    assert called(node) == "two lines"


def test_a_node_that_was_removed_is_not_there(scene, volume):
    from MedGANSynthPanels.nodes import is_there

    node = volume("head")
    assert is_there(node)
    slicer.mrmlScene.RemoveNode(node)
    assert not is_there(node) and not is_there(None)
