import xml.etree.ElementTree as ElementTree

from MedGANSynthLib.report.confusion import confusions
from MedGANSynthLib.report.svg import shade

SVG = "{http://www.w3.org/2000/svg}"


def test_counts_and_shares_of_each_row_stand_in_their_cells():
    text = confusions([("a", ((3, 1), (0, 5)))], ("x", "y"), ("p", "q"), "all")
    tree = ElementTree.fromstring(text)
    cells = tree.findall(f"{SVG}rect")
    assert [c.get("fill") for c in cells] == [shade(s) for s in (0.75, 0.25, 0.0, 1.0)]
    written = [t.text for t in tree.findall(f"{SVG}text")]
    assert written == ["a", "p", "q", "x", "3", "75 %", "1", "25 %", "y", "0", "0 %", "5", "100 %"]


def test_a_fourth_reader_begins_a_new_line_and_all_is_inside():
    tree = ElementTree.fromstring(
        confusions([("<&>", ((0, 0), (0, 0)))] * 4, ("x", "y"), ("p", "q"), "")
    )
    cells = tree.findall(f"{SVG}rect")
    assert len({c.get("y") for c in cells[:12]}) == 2
    assert cells[12].get("x") == cells[0].get("x")
    assert float(cells[12].get("y")) > float(cells[3].get("y"))
    for c in cells:
        assert float(c.get("x")) + float(c.get("width")) <= float(tree.get("width"))
        assert float(c.get("y")) + float(c.get("height")) <= float(tree.get("height"))


def test_nobody_is_still_a_picture():
    ElementTree.fromstring(confusions([], ("x", "y"), ("p", "q"), "none"))
