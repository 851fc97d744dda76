import math

import pytest

from MedGANSynthLib.turing.estimate import Estimate
from MedGANSynthLib.turing.panel import verdict
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
    assert verdict(Estimate(1.0, 0.0), "auc", Registered(), 5)["verdict"] == "told apart"
