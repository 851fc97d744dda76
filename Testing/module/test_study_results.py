"""A report as tables and plots of the scene."""

import csv

import pytest
import slicer

from MedGANSynthLib.events import Events
from MedGANSynthLib.turing.report import report_study
from MedGANSynthLib.turing.simulate import SimulatedReader, simulate_readers


@pytest.fixture
def report(paper, quick_disk, tmp_path):
    """The folder of a report on two readers."""
    folder = paper(readers=2)
    key = folder.with_name("study-key.json")
    readers = {"reader-1": SimulatedReader(0.8), "reader-2": SimulatedReader(always=1)}
    simulate_readers(folder, key, readers, 0)
    report_study(folder, key, tmp_path / "report", False, Events())
    return tmp_path / "report"


def column(table, name):
    array = table.GetTable().GetColumnByName(name)
    return [array.GetValue(n) for n in range(array.GetNumberOfTuples())]


def test_tables_and_plots_hold_the_figures(report, scene):
    from MedGANSynthPanels.study_results import StudyResults

    results = StudyResults(report, "blobs")
    with open(report / "readers.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    table = results.tables["readers"]
    assert table.GetName() == "blobs: readers"
    assert column(table, "reader") == ["reader-1", "reader-2"]
    assert column(table, "accuracy") == [float(row["accuracy"]) for row in rows]
    assert column(table, "accuracy")[1] == 0.5
    assert set(results.tables) == {"readers", "cases", "agreement", "roc", "checklist"}
    assert column(results.tables["checklist"], "item")[0] == "Question"

    accuracy, times, roc = results.charts
    series = [times.GetNthPlotSeriesNode(n) for n in range(times.GetNumberOfPlotSeriesNodes())]
    assert [s.GetYColumnName().rpartition("_")[2] for s in series] == [
        "synthetic",
        "real",
        "correct",
        "wrong",
    ]
    assert column(table, "seconds_real") == [float(row["seconds_real"]) for row in rows]
    bars = accuracy.GetNthPlotSeriesNode(0)
    assert bars.GetTableNode() is table
    assert (bars.GetLabelColumnName(), bars.GetYColumnName()) == ("reader", "accuracy")
    assert roc.GetNumberOfPlotSeriesNodes() == 2
    lazy = roc.GetNthPlotSeriesNode(1)
    assert (lazy.GetXColumnName(), lazy.GetYColumnName()) == ("false_alarms", "hits")
    # All cases got the same rating: from nothing to everything in one step.
    assert column(lazy.GetTableNode(), "hits") == [0.0, 1.0]
    results.show()
    chosen = slicer.app.applicationLogic().GetSelectionNode().GetActivePlotChartID()
    assert chosen == roc.GetID()


def test_missing_figures_are_no_numbers(scene, tmp_path):
    from MedGANSynthPanels.study_results import StudyResults

    times = "seconds_synthetic,seconds_real,seconds_correct,seconds_wrong"
    (tmp_path / "readers.csv").write_text(f"reader,accuracy,{times},auc\nreader-1,0.5,1,2,3,4,\n")
    results = StudyResults(tmp_path, "pairs")
    (auc,) = column(results.tables["readers"], "auc")
    assert auc != auc
    assert len(results.charts) == 2
