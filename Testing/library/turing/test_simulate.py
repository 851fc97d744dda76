import numpy as np
import pytest
from scipy import stats

from MedGANSynthLib.events import Events
from MedGANSynthLib.turing import roc
from MedGANSynthLib.turing.analysis import analyse_study
from MedGANSynthLib.turing.answers import read_log
from MedGANSynthLib.turing.simulate import SimulatedReader, simulate_readers


@pytest.mark.parametrize("auc", [0.5, 0.75, 0.9])
def test_the_ratings_have_the_auc_that_was_asked_for(auc):
    """At the quantiles of the noise instead of draws."""
    noise = stats.norm.ppf((np.arange(400) + 0.5) / 400)
    reader = SimulatedReader(auc)
    signal, other = (
        np.array([reader.rate(e) for e in reader.evidence(truth, noise)])
        for truth in ("synthetic", "real")
    )
    assert roc.auc(signal, other) == pytest.approx(auc, abs=0.002)


def test_ratings_follow_the_evidence():
    rated = [SimulatedReader().rate(e) for e in (-2, -0.7, -0.2, 0.2, 0.7, 2)]
    assert rated == [1, 2, 3, 4, 5, 6]
    assert SimulatedReader(criterion=3.0).rate(2) == 1
    assert SimulatedReader(always=1).rate(9) == 1


def test_a_true_auc_of_075_is_recovered_through_the_whole_way(paper, quick_disk):
    folder = paper(real=60, synthetic=60, readers=5, practice=4, catch=2, repeats=0.15)
    key = folder.with_name("study-key.json")
    readers = {f"reader-{n}": SimulatedReader(0.75) for n in range(1, 6)}
    simulate_readers(folder, key, readers, seed=3)
    panel = analyse_study(folder, key, None, False, Events())["summary"]["panel"]
    assert (panel["readers"], panel["items"]) == (5, 116)
    assert panel["low"] <= 0.75 <= panel["high"]
    assert panel["high"] - panel["low"] < 0.2
    assert panel["verdict"] == "told apart"


def test_an_interrupted_reader_resumes(paper, quick_disk):
    folder = paper(readers=1)
    key = folder.with_name("study-key.json")
    simulate_readers(folder, key, {"reader-1": SimulatedReader()}, 0, stop_after=7)
    simulate_readers(folder, key, {"reader-1": SimulatedReader()}, 1)
    events = [r.event for r in read_log(folder / "answers" / "reader-1.jsonl")[0]]
    each = ["shown", "answered"]
    assert events == ["opened", *each * 7, "resumed", *each * 17, "finished"]
