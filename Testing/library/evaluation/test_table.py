import csv
import io

import pytest

from MedGANSynthLib.evaluation.table import summarise, to_csv


def read_back(text):
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text", ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "=1,2\"'", "\uff1d1"]
)
def test_texts_never_become_formulas(text):
    rows = read_back(to_csv([{"case": text}]))
    shown = text.replace("\t", " ").replace("\r", " ").replace("\n", " ")
    assert rows == [["case"], ["'" + shown]]


def test_headers_are_texts_too():
    assert read_back(to_csv([{"=1": 1}]))[0] == ["'=1"]


def test_numbers_and_ordinary_texts_stay():
    row = {"case": "sub-01, visit", "slope": -0.5, "psnr": float("inf"), "n": 3, "error": None}
    assert read_back(to_csv([row])) == [
        ["case", "slope", "psnr", "n", "error"],
        ["sub-01, visit", "-0.5", "inf", "3", ""],
    ]


def test_no_zero_is_below_zero():
    assert to_csv([{"a": -0.0, "b": -1e-9}]) == "a,b\n0.0,-1e-09\n"


def test_columns_are_the_union_in_order():
    text = to_csv([{"a": 1, "error": "broken"}, {"a": 2, "error": None, "b": 3}])
    assert text == "a,error,b\n1,broken,\n2,,3\n"


def test_means_over_people_not_cases():
    rows = [{"subject": s, "x": v} for s, v in (("a", 1.0), ("a", 3.0), ("b", 6.0))]
    found = summarise(rows, ["x"], seed=0)["x"]
    assert (found["cases"], found["subjects"], found["infinite"]) == (3, 2, 0)
    assert found["mean"] == 4
    assert found["sd"] == pytest.approx(8**0.5)
    assert (found["least"], found["most"]) == (2, 6)
    assert (found["low"], found["high"]) == (None, None)  # of two people


def test_infinite_psnr_is_counted_apart():
    rows = [{"subject": "a", "x": float("inf")}, {"subject": "b", "x": 20.0}]
    found = summarise(rows, ["x"], seed=0)["x"]
    assert found == {
        "cases": 1, "infinite": 1, "subjects": 1, "mean": 20.0, "sd": None, "low": None,
        "high": None, "least": 20.0, "most": 20.0,
    }  # fmt: skip


def test_a_figure_that_does_not_apply_has_no_mean():
    rows = [{"subject": "a", "x": None}]
    assert summarise(rows, ["x"], seed=0)["x"] == {"cases": 0, "infinite": 0}
