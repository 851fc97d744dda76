import itertools
import xml.etree.ElementTree as ElementTree

import pytest

from MedGANSynthLib.report import plots

SVG = "{http://www.w3.org/2000/svg}"


def test_points_lie_where_their_values_say():
    tree = ElementTree.fromstring(plots.scatter([("a", [(0, 10), (1, 20), (4, 30)])], "x", "y"))
    dots = [(float(d.get("cx")), float(d.get("cy"))) for d in tree.findall(f"{SVG}circle")]
    assert dots == [(70, 250), (165, 130), (450, 10)]


def test_a_level_widens_the_axis_and_is_named():
    text = plots.scatter([("a", [(0, 0), (1, 1)])], "x", "y", [plots.Level("bias", 2)])
    tree = ElementTree.fromstring(text)
    assert [float(d.get("cy")) for d in tree.findall(f"{SVG}circle")] == [250, 130]
    (level,) = tree.findall(f"{SVG}line")
    assert float(level.get("y1")) == 10
    assert "bias 2" in [e.text for e in tree.iter(f"{SVG}text")]


def test_names_do_not_lie_on_each_other():
    levels = [plots.Level("real", 1.0), plots.Level("half", 0.5)]
    text = plots.curves([(n, [(0, 0), (1, 1)]) for n in ("a", "b", "c")], "x", "y", levels)
    texts = ElementTree.fromstring(text).iter(f"{SVG}text")
    heights = sorted(float(t.get("y")) for t in texts if t.get("x") == "462.0")
    assert len(heights) == 5
    assert min(b - a for a, b in itertools.pairwise(heights)) >= 16


def test_a_histogram_shows_shares():
    tree = ElementTree.fromstring(plots.histogram([("a", [1, 3])], [0, 1, 2], "value"))
    (trace,) = tree.findall(f"{SVG}polyline")
    assert trace.get("points") == "70.0,250.0 260.0,250.0 260.0,10.0 450.0,10.0"
    # the axis runs from the least share, a quarter, to the largest, three quarters
    assert {"0.3", "0.7"} <= {e.text for e in tree.iter(f"{SVG}text")}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-3, 12, [0, 5, 10]), (95, 105, [96, 98, 100, 102, 104])],
)
def test_ticks_are_round_and_inside(low, high, expected):
    assert plots.ticks(low, high) == pytest.approx(expected)


def test_nothing_to_draw_and_evil_names_still_parse():
    for groups in ([], [("<&>", [(1.0, 1.0)])]):
        for plot in (plots.scatter, plots.curves):
            text = plot(groups, "<&>", "<&>", [plots.Level("<&>", 1.0)])
            ElementTree.fromstring(text)
            assert "<&>" not in text
