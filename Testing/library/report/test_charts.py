import re
import xml.etree.ElementTree as ElementTree

from MedGANSynthLib.report import charts

SVG = "{http://www.w3.org/2000/svg}"


def test_a_forest_puts_values_where_they_belong():
    tree = ElementTree.fromstring(charts.forest([("a", 0.5, 0.25, 1.0)], 0.5, (0.4, 0.6), "x"))
    dot = tree.find(f"{SVG}circle")
    line = tree.findall(f"{SVG}line")
    band = tree.find(f"{SVG}rect")
    left, width = 130.0, 420.0
    assert float(dot.get("cx")) == left + width * 0.5
    assert (float(line[1].get("x1")), float(line[1].get("x2"))) == (
        left + width * 0.25,
        left + width,
    )
    assert float(band.get("x")) == left + width * 0.4
    assert abs(float(band.get("width")) - width * 0.2) < 0.06


def test_a_roc_curve_begins_below_left_and_ends_above_right():
    text = charts.roc_plot([("a", [(0.0, 0.0), (0.25, 0.5), (1.0, 1.0)])])
    points = re.search(r'polyline points="([^"]+)"', text)[1].split()
    assert points == ["45.0,310.0", "120.0,160.0", "345.0,10.0"]


def test_names_are_escaped_everywhere():
    evil = "<&>"
    for text in (
        charts.forest([(evil, 0.5, 0.4, 0.6)], 0.5, None, evil),
        charts.roc_plot([(evil, [(0, 0), (1, 1)])]),
        charts.heat_map([evil, "b"], {(evil, "b"): None}),
        charts.lines([(evil, [(1, 0.5), (2, 1.0)])], evil, evil),
        charts.bars([(evil, [1.0, 2.0])], [evil, "b"], evil),
    ):
        ElementTree.fromstring(text)
        assert evil not in text


def test_a_heat_map_shows_undefined_kappa_as_a_dash():
    tree = ElementTree.fromstring(charts.heat_map(["a", "b"], {("a", "b"): None}))
    words = [e.text for e in tree.iter(f"{SVG}text")]
    assert (words.count("-"), words.count("1.00")) == (2, 2)


def test_nothing_to_draw_is_still_a_picture():
    for text in (charts.forest([], 0.5, None, "x"), charts.lines([], "x", "y")):
        ElementTree.fromstring(text)


def test_a_line_begins_and_ends_at_the_axis_and_both_axes_are_named():
    tree = ElementTree.fromstring(charts.lines([("a", [(6, 0.5), (51, 1.0)])], "across", "up"))
    assert tree.find(f"{SVG}polyline").get("points") == "55.0,110.0 515.0,10.0"
    words = [e.text for e in tree.iter(f"{SVG}text")]
    assert {"6", "51", "across", "up"} <= set(words)


def test_the_names_above_a_heat_map_are_not_cut():
    """Words of 12 points, 0.6 of that a letter, that rise by 30 degrees."""
    name = "reader-with-a-long-name"
    tree = ElementTree.fromstring(charts.heat_map([name, "b"], {}))
    starts = re.findall(
        r"translate\(([\d.]+) ([\d.]+)\) rotate", ElementTree.tostring(tree, "unicode")
    )
    long = len(name) * 12 * 0.6
    x, y = map(float, starts[0])
    assert y - 0.5 * long > 0
    assert x + 0.87 * long < float(tree.get("width"))
    row = next(e for e in tree.iter(f"{SVG}text") if e.get("text-anchor") == "end")
    assert float(row.get("x")) - long > 0


def test_bars_name_their_axis():
    tree = ElementTree.fromstring(charts.bars([("a", [1.0, 2.0])], ["p", "q"], "seconds"))
    assert {"0", "2", "seconds"} <= {e.text for e in tree.iter(f"{SVG}text")}
