import pytest

from MedGANSynthLib.turing import proportions


@pytest.mark.parametrize(
    ("k", "n", "wilson", "exact", "p"),
    [
        (0, 20, (0.0000, 0.1611), (0.0000, 0.1684), 1.9e-6),
        (10, 20, (0.2993, 0.7007), (0.2720, 0.7280), 1),
        (14, 20, (0.4810, 0.8545), (0.4572, 0.8811), 0.1153),
        (15, 20, (0.5313, 0.8881), (0.5090, 0.9134), 0.0414),
        (33, 50, (0.5215, 0.7756), (0.5123, 0.7879), 0.0328),
        (60, 100, (0.5020, 0.6906), (0.4972, 0.6967), 0.0569),
        (1781, 3000, (0.5760, 0.6111), (0.5758, 0.6113), 9.4e-25),
    ],
)
def test_published_intervals(k, n, wilson, exact, p):
    assert proportions.wilson(k, n) == pytest.approx(wilson, abs=5e-5)
    assert proportions.clopper_pearson(k, n) == pytest.approx(exact, abs=5e-5)
    assert proportions.exact_p(k, n) == pytest.approx(p, rel=0.006)


def test_no_answer_says_nothing():
    assert proportions.wilson(0, 0) == proportions.clopper_pearson(0, 0) == (0.0, 1.0)
    assert proportions.exact_p(0, 0) == 1.0
    assert proportions.equivalence_p(0, 0, 0.1) == 1.0


@pytest.mark.parametrize(
    ("k", "n", "margin", "p"),
    [
        (50, 100, 0.10, 0.0270991978),
        (55, 100, 0.10, 0.1789016327),
        (104, 200, 0.10, 0.0131401451),
        (25, 50, 0.15, 0.0206683895),
    ],
)
def test_equivalence_is_that_of_statsmodels_0_15(k, n, margin, p):
    """`binom_tost(k, n, 0.5 - margin, 0.5 + margin)`."""
    assert proportions.equivalence_p(k, n, margin) == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize(
    ("n", "powers", "equivalent", "half"),
    [
        (20, (0.13, 0.25, 0.42, 0.80), (0, 0), 0.219),
        (50, (0.24, 0.51, 0.78, 0.99), (0, 0.33), 0.139),
        (100, (0.46, 0.83, 0.98, 1), (0.24, 0.81), 0.098),
        (200, (0.79, 0.99, 1, 1), (0.77, 0.99), 0.069),
        (300, (0.93, 1, 1, 1), (0.93, 1), 0.057),
    ],
)
def test_what_one_reader_can_show(n, powers, equivalent, half):
    for accuracy, expected in zip((0.60, 0.65, 0.70, 0.80), powers, strict=True):
        assert proportions.power(n, accuracy) == pytest.approx(expected, abs=0.0051)
    for margin, expected in zip((0.10, 0.15), equivalent, strict=True):
        assert proportions.equivalence_power(n, margin) == pytest.approx(expected, abs=0.0051)
    assert proportions.half_width(n) == pytest.approx(half, abs=5e-4)
