import math

import pytest

from MedGANSynthLib.turing.estimate import Estimate
from MedGANSynthLib.turing.panel import panel_figures, verdict
from MedGANSynthLib.turing.study import Registered


@pytest.mark.parametrize(
    ("value", "se", "kind"),
    [
        (0.71, 0.04, "told apart"),
        (0.54, 0.015, "told apart, within the margin"),
        (0.38, 0.04, "took synthetic for real"),
        (0.52, 0.03, "equivalent to guessing"),
        (0.52, 0.08, "undecided"),
        (0.61, 0.08, "undecided"),
    ],
)
def test_the_five_verdicts(value, se, kind):
    result = verdict(Estimate(value, se, 20), "auc", Registered(margin=0.1), 5)
    assert result["verdict"] == kind
    assert f"AUC {value:.2f}" in result["text"]
    assert "indistinguishable" not in result["text"]


def test_a_wider_margin_can_turn_undecided_into_equivalent():
    estimate = Estimate(0.52, 0.05, math.inf)
    assert verdict(estimate, "auc", Registered(margin=0.1), 5)["verdict"] == "undecided"
    assert (
        verdict(estimate, "auc", Registered(margin=0.2), 5)["verdict"] == "equivalent to guessing"
    )


def test_nothing_to_compute():
    assert verdict(None, "auc", Registered(), 1)["verdict"] == "not computable"


def test_answers_that_do_not_vary_show_no_equivalence():
    result = verdict(Estimate(0.5, 0.0), "auc", Registered(margin=0.2), 5)
    assert result["verdict"] == "not computable"
    assert "nothing is shown" in result["text"]
    assert verdict(Estimate(0.6, 0.0), "accuracy", Registered(), 5)["verdict"] == "not computable"


@pytest.mark.parametrize("endpoint", ["auc", "accuracy"])
@pytest.mark.parametrize(
    ("readers", "cases", "kind"), [(1, 2, "undecided"), (2, 2, "undecided"), (2, 6, "told apart")]
)
def test_readers_who_never_err_need_enough_cases(endpoint, readers, cases, kind):
    rows = [
        {
            "role": "scored",
            "reader": f"reader-{reader}",
            "item": f"case-{case}",
            "truth": ("real", "synthetic")[case % 2],
            "rating": (1, 6)[case % 2],
            "decision": ("real", "synthetic")[case % 2],
            "correct": True,
        }
        for reader in range(readers)
        for case in range(2 * cases)
    ]
    figures = panel_figures(rows, Registered(endpoint=endpoint), pairs=False)
    if endpoint == "accuracy" and cases == 2:
        assert figures["p"] == pytest.approx(0.125)  # 4 of 4 by chance, either way
    elif endpoint == "auc":
        assert figures["p"] == pytest.approx(2 * 0.5**cases)
    assert figures["verdict"] == kind
    assert figures[f"{endpoint}_interval" if readers > 1 else "auc_interval"][0] < 1
