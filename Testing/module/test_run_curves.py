"""A training's tables, plots and pictures in the scene."""

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.marking import is_synthetic
from MedGANSynthPanels.run_curves import RunCurves
from MedGANSynthPanels.run_previews import RunPreviews

from MedGANSynthLib.volume.picture import write_montage


def column(table, name):
    array = table.GetTable().GetColumnByName(name)
    return [array.GetValue(n) for n in range(array.GetNumberOfTuples())]


def test_curves_grow_with_the_file(scene, tmp_path):
    curves = RunCurves(tmp_path)
    assert curves.update() and curves.charts == {}
    path = tmp_path / "metrics.csv"
    path.write_text("images,cycle\n200,0.5\n")
    curves.show()
    chart = curves.charts["metrics"]
    (series,) = [chart.GetNthPlotSeriesNode(n) for n in range(chart.GetNumberOfPlotSeriesNodes())]
    table = series.GetTableNode()
    assert (series.GetXColumnName(), series.GetYColumnName()) == ("images", "cycle")
    assert column(table, "cycle") == [0.5]
    shown = slicer.app.applicationLogic().GetSelectionNode().GetActivePlotChartID()
    assert shown == chart.GetID()
    # A loss that joins late, as the Run writes it, and a line that is not whole yet.
    path.write_text("images,cycle,critic\n200,0.5,\n400,0.25,1.5\n600,0.2")
    assert curves.update()
    assert chart.GetNumberOfPlotSeriesNodes() == 2 and series.GetTableNode() is table
    assert column(table, "cycle") == [0.5, 0.25]
    assert column(table, "critic")[1] == 1.5 and np.isnan(column(table, "critic")[0])


def test_curves_that_a_reloaded_panel_has_left_go_on(scene, tmp_path):
    assert RunCurves.of_the_scene(tmp_path) is None
    path = tmp_path / "metrics.csv"
    path.write_text("images,cycle\n200,0.5\n")
    RunCurves(tmp_path).show()
    again = RunCurves.of_the_scene(tmp_path)
    path.write_text("images,cycle,critic\n200,0.5,\n400,0.25,1.5\n")
    assert again.update()
    (chart,) = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
    (table,) = slicer.util.getNodesByClass("vtkMRMLTableNode")
    assert chart.GetNumberOfPlotSeriesNodes() == 2
    assert column(table, "cycle") == [0.5, 0.25]
    assert RunCurves.of_the_scene(tmp_path / "another") is None


def test_what_the_user_removes_stays_away(scene, tmp_path):
    (tmp_path / "metrics.csv").write_text("images,cycle\n200,0.5\n")
    curves = RunCurves(tmp_path)
    curves.show()
    scene.RemoveNode(curves.charts["metrics"])
    assert not curves.update()
    assert slicer.util.getNodesByClass("vtkMRMLPlotChartNode") == []


@pytest.fixture
def pictures(tmp_path):
    """`pictures(count)`: that many previews, whose only pixel tells their number."""

    def make(count):
        for number in range(count):
            image = np.full((6, 8), 10.0 * number)
            image[0, 0] = 200
            write_montage(tmp_path / f"{number:09}.png", [[image]], (0.0, 255.0), gap=0)
        return sorted(tmp_path.glob("*.png"))

    return make


def test_pictures_become_the_slices_of_a_marked_volume(scene, pictures):
    previews = RunPreviews(pictures(1)[0].parent / "run")
    assert previews.update([]) and previews.node is None
    previews.show(pictures(2))
    array = slicer.util.arrayFromVolume(previews.node)
    assert array.shape == (2, 6, 8)
    assert (array[1, 3, 3], array[0, 0, 0], array[1, 0, 0]) == (10, 200, 200)
    assert is_synthetic(previews.node) and previews.node.GetName() == "run previews (synthetic)"
    # As in an axial view: rows go to posterior, columns to the patient's left.
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
    previews.node.GetIJKToRASMatrix(matrix)
    assert [matrix.GetElement(n, n) for n in range(3)] == [-1, -1, 1]
    node, red = previews.node, slicer.app.layoutManager().sliceWidget("Red")
    assert red.mrmlSliceCompositeNode().GetBackgroundVolumeID() == node.GetID()
    assert previews.update(pictures(3)) and previews.node is node
    assert slicer.util.arrayFromVolume(node).shape == (3, 6, 8)
    scene.RemoveNode(node)
    assert not previews.update(pictures(4))


def test_half_a_picture_is_left_out(scene, pictures):
    two = pictures(2)
    two[1].write_bytes(two[1].read_bytes()[:40])
    previews = RunPreviews(two[0].parent)
    previews.update(two)
    assert slicer.util.arrayFromVolume(previews.node).shape == (1, 6, 8)
