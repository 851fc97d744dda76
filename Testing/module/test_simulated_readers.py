"""Simulated readers at the real panel: what they are is what the analysis says."""

import numpy as np
import pytest

from MedGANSynthLib.events import Events
from MedGANSynthLib.turing.analysis import analyse_study
from MedGANSynthLib.turing.simulate import SimulatedReader
from MedGANSynthLib.turing.study import read_key, read_study

DESIGN = {"blank_ms": 0}


@pytest.fixture
def read_through(reading, wait_until):
    """Let a simulated reader press the panel's buttons until the study is read."""

    def read(folder, name, reader, seed):
        draws = np.random.default_rng(seed)
        truth = read_key(folder.with_name("study-key.json"), read_study(folder)[0])
        panel = reading(folder, name)
        while panel.session.desk is not None:
            desk = panel.session.desk
            wait_until(lambda desk=desk: desk.state.value in ("case", "end"))
            if desk.state.value == "case":
                case = truth.cases[desk.session.trial.cases[0]]
                rating = reader.rate(reader.evidence(case.truth, draws.standard_normal()))
                panel.session.page.scale[rating - 1].click()
                panel.ui.confirmButton.click()
            else:
                wait_until(lambda: panel.session.desk is None)

    return read


def analysed(folder):
    key = folder.with_name("study-key.json")
    return analyse_study(folder, key, None, False, Events())["summary"]


def test_a_reader_who_always_says_real_is_reported_as_biased(paper, read_through):
    folder = paper(real=15, synthetic=15, readers=2, design=DESIGN)
    read_through(folder, "reader-1", SimulatedReader(0.75), 5)
    read_through(folder, "reader-2", SimulatedReader(always=1), 6)
    summary = analysed(folder)
    able, lazy = summary["readers"]
    assert able["auc_low"] <= 0.75 <= able["auc_high"] and not able["biased"]
    assert (lazy["accuracy"], lazy["auc"], lazy["d_prime"]) == (0.5, 0.5, 0.0)
    assert lazy["criterion"] > 1.5
    assert any(n.startswith("reader-2 shows response bias") for n in summary["notices"])


@pytest.mark.slow
def test_five_readers_of_120_cases_have_the_auc_that_they_were_given(paper, read_through):
    folder = paper(real=60, synthetic=60, readers=5, design=DESIGN)
    for number in range(1, 6):
        read_through(folder, f"reader-{number}", SimulatedReader(0.75), number)
    summary = analysed(folder)
    panel = summary["panel"]
    assert (panel["readers"], panel["items"]) == (5, 120)
    assert [row["answers"] for row in summary["readers"]] == [120] * 5
    assert panel["low"] <= 0.75 <= panel["high"] and panel["high"] - panel["low"] < 0.2
    assert panel["verdict"] == "told apart"
