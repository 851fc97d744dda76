"""Measuring from nodes to nodes; figures in closed form, the library in this process."""

import csv
import math

import numpy as np
import pytest
import slicer
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_ras

from MedGANSynthLib.volume.read import read


@pytest.fixture
def logic(scene, library_worker):
    import MedGANSynth

    return MedGANSynth.MedGANSynthLogic()


@pytest.fixture
def heard():
    return []


def voxels(node):
    return slicer.util.arrayFromVolume(node)


def column(table, name):
    array = table.GetTable().GetColumnByName(name)
    return [array.GetValue(n) for n in range(array.GetNumberOfTuples())]


def boxes(shape=(14, 26, 30)):
    left, right = np.zeros(shape, bool), np.zeros(shape, bool)
    left[1:13, 2:24, 2:15] = True
    right[1:13, 2:24, 15:28] = True
    return left, right


def test_a_constant_offset_is_the_error_and_the_fit_takes_it_away(logic, smooth):
    reference = smooth("T2")
    made = logic.evaluate(smooth("T2 (synthetic)", voxels(reference) + 25), reference)
    figures = made.figures
    for name in ("mae", "bias", "rmse"):
        assert figures[f"{name}_raw"] == pytest.approx(25, rel=1e-5)
        assert abs(figures[f"{name}_fit"]) < 1e-3
    span = figures["range_high"] - figures["range_low"]
    assert figures["psnr_raw"] == pytest.approx(20 * math.log10(span / 25), rel=1e-5)
    assert (figures["fit_slope"], figures["fit_offset"]) == pytest.approx((1, -25), rel=1e-4)
    assert np.abs(voxels(made.error_map)).max() < 1e-2
    names = column(made.table, "figure")
    assert column(made.table, "as it is")[names.index("mae")] == figures["mae_raw"]
    assert column(made.table, "after the fit")[names.index("mae")] == figures["mae_fit"]
    assert "absolute" in column(made.table, "what it is")[names.index("mae")]
    assert math.isnan(column(made.table, "after the fit")[names.index("nmi")])
    assert all(column(made.table, "what it is"))


def test_map_and_plots_show_the_residuals_of_the_fit_in_the_references_unit(logic, smooth):
    reference = smooth("T2")
    real = voxels(reference).astype(float)
    noise = np.random.default_rng(4).normal(0, 40, real.shape)
    made = logic.evaluate(smooth("T2 made", real / 2 + 100 + noise), reference)
    judged = real > real.min()
    ours = voxels(slicer.util.getNode("T2 made")).astype(float)
    slope, offset = np.polyfit(ours[judged], real[judged], 1)
    residuals = np.where(judged, slope * ours + offset - real, 0)
    np.testing.assert_allclose(voxels(made.error_map), residuals, atol=0.01)
    assert made.figures["rmse_fit"] == pytest.approx(residuals[judged].std(), rel=1e-5)

    series = made.differences.GetNthPlotSeriesNode(0)
    points = series.GetTableNode()
    assert (series.GetXColumnName(), series.GetYColumnName()) == ("mean", "result")
    drawn = np.array(column(points, "result"))
    assert len(drawn) == 150
    assert np.isin(np.round(drawn, 2), np.round(residuals, 2)).mean() > 0.95
    levels = [made.differences.GetNthPlotSeriesNode(n) for n in (1, 2, 3)]
    heights = [column(s.GetTableNode(), s.GetYColumnName())[0] for s in levels]
    middle, width = drawn.mean(), 1.96 * drawn.std()
    assert heights == pytest.approx([middle, middle + width, middle - width])

    lines = [made.histogram.GetNthPlotSeriesNode(n) for n in (0, 1)]
    assert [line.GetYColumnName() for line in lines] == ["reference", "result"]
    table = lines[0].GetTableNode()
    shares, places = np.array(column(table, "reference")), np.array(column(table, "intensity"))
    assert shares.sum() == pytest.approx(1)
    step = places[1] - places[0]
    assert shares @ places == pytest.approx(real[judged].mean(), abs=step)


def test_the_map_lies_where_the_reference_does(logic, smooth, transform, scene):
    reference = smooth("T2")
    made = smooth("T2 made", voxels(reference) * 0.5)
    parent = transform([[0, -1, 0, 5], [1, 0, 0, 7], [0, 0, 1, 9], [0, 0, 0, 1]], reference, made)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    folder = tree.CreateFolderItem(tree.GetSceneItemID(), "patient")
    tree.SetItemParent(tree.GetItemByDataNode(reference), folder)
    found = logic.evaluate(made, reference)
    np.testing.assert_allclose(ijk_to_ras(found.error_map), ijk_to_ras(reference))
    assert found.error_map.GetParentTransformNode() is parent
    assert found.error_map.GetName() == "T2 made against T2, above the reference's minimum: error"
    for node in (found.error_map, found.table, found.histogram, found.differences):
        assert tree.GetItemParent(tree.GetItemByDataNode(node)) == folder
    display = found.error_map.GetDisplayNode()
    span = found.figures["range_high"] - found.figures["range_low"]
    assert display.GetWindowLevelMax() == pytest.approx(span / 4)
    assert display.GetWindowLevelMin() == pytest.approx(-span / 4)
    color = [0.0] * 4
    display.GetColorNode().GetColor(127, color)
    assert color == [1.0, 1.0, 1.0, 1.0]


def test_inside_a_segmentation_and_segment_by_segment(logic, smooth, segmentation, heard):
    reference = smooth("T2")
    left, right = boxes()
    changed = voxels(reference) + np.where(left, 10.0, 0) + np.where(right, 30.0, 0)
    changed[~(left | right)] += 5000
    found = logic.evaluate(
        smooth("made", changed),
        reference,
        segmentation(reference, left=left, right=right),
        listener=heard.append,
    )
    assert found.figures["mask_voxels"] == (left | right).sum()
    assert found.figures["mae_raw"] == pytest.approx(20, rel=1e-5)
    assert column(found.segments, "segment") == ["left", "right"]
    assert column(found.segments, "voxels") == [left.sum(), right.sum()]
    assert np.diff(column(found.segments, "bias"))[0] > 0
    assert found.segments.GetName() == "made against T2, inside tumour: segments"
    assert heard[-1]["text"].endswith(
        "; each segment's figures are in the table made against T2, inside tumour: segments"
    )
    assert (voxels(found.error_map)[~(left | right)] == 0).all()


def names(kind="vtkMRMLTableNode"):
    return sorted(node.GetName() for node in slicer.util.getNodesByClass(kind))


def test_measured_again_takes_the_formers_place(logic, smooth, scene):
    reference, (left, right) = smooth("T2"), boxes()
    made = smooth("made", voxels(reference) + 5)
    brain, core = smooth("brain", left | right), smooth("core", left)
    first = logic.evaluate(made, reference, brain)
    view = scene.AddNewNodeByClass("vtkMRMLPlotViewNode")
    view.SetPlotChartNodeID(first.histogram.GetID())
    slicer.app.processEvents()
    before, nodes = names(), slicer.mrmlScene.GetNumberOfNodes()
    assert "made against T2, inside brain: figures" in before
    voxels(made)[:] += 2
    again = logic.evaluate(made, reference, brain)
    assert names() == before and slicer.mrmlScene.GetNumberOfNodes() == nodes
    assert first.table.GetScene() is None and again.figures["mae_raw"] == pytest.approx(7, rel=1e-4)
    assert view.GetPlotChartNodeID() == again.histogram.GetID()

    again.table.SetName("kept")
    logic.evaluate(made, reference, brain)
    assert names() == sorted([*before, "kept"])
    logic.evaluate(made, reference, core)
    others = [name.replace("brain", "core") for name in before]
    assert names() == sorted([*before, *others, "kept"])
    assert len(set(names())) == len(names())
    # Another pair of the same names is another pair.
    logic.evaluate(smooth("made", voxels(made)), reference, core)
    assert names() == sorted([*before, *others, *others, "kept"])


def test_equal_inside_a_mask_volume_is_infinite_and_said_so(logic, smooth):
    reference, (left, _right) = smooth("T2"), boxes()
    changed = voxels(reference) + np.where(left, 0, 700)
    found = logic.evaluate(smooth("made", changed), reference, smooth("brain", left))
    assert found.figures["mask_voxels"] == left.sum()
    assert found.figures["psnr_raw"] == math.inf
    assert found.figures["mae_raw"] == 0
    assert found.segments is None
    names = column(found.table, "figure")
    assert column(found.table, "as it is")[names.index("psnr")] == math.inf


def test_another_grid_is_interpolated_with_notice(logic, smooth, heard):
    whole = smooth("whole")
    part = smooth("T2", voxels(whole)[1:13, 2:24, 3:27] - 8, (3, 2, 1))
    found = logic.evaluate(whole, part, listener=heard.append)
    assert found.figures["mae_raw"] == pytest.approx(8, rel=1e-4)
    notes = [event["text"] for event in heard if event["event"] == "warning"]
    assert notes[0] == "whole was interpolated onto the grid of T2, since it lies on another."
    assert not any("outside" in note for note in notes)
    heard.clear()
    found = logic.evaluate(part, whole, listener=heard.append)
    notes = [event["text"] for event in heard if event["event"] == "warning"]
    judged = 14 * 26 * 30 - 1  # all but the least voxel, which lies outside
    share = 1 - 12 * 22 * 24 / judged
    assert f"{share:.1%} of what is judged lies outside T2, where its least value counts." in notes


def test_a_hardened_copy_has_the_same_figures(logic, smooth, transform):
    reference, moved = smooth("T2"), smooth("made")
    shift = np.eye(4)
    shift[:3, 3] = ijk_to_ras(reference)[:3, 0]  # one voxel along i
    transform(shift, moved)
    voxels(moved)[..., :-1] = voxels(reference)[..., 1:]
    left, _right = boxes()
    found = logic.evaluate(moved, reference, smooth("brain", left))
    assert found.figures["mae_raw"] == pytest.approx(0, abs=1e-3)


def test_a_report_is_written_on_demand_and_marks_stay(logic, smooth, tmp_path, heard):
    from MedGANSynthPanels.marking import is_synthetic, mark

    from MedGANSynthLib.volume.provenance import Provenance

    reference = smooth("T2")
    made = smooth("made", voxels(reference) * 2)
    mark(made, Provenance("some-model", "0" * 64))
    found = logic.evaluate(made, reference, out=tmp_path / "report")
    assert is_synthetic(found.error_map)
    assert found.report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with open(tmp_path / "report" / "cases.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["mae_raw"]) == found.figures["mae_raw"]
    assert not is_synthetic(logic.evaluate(reference, smooth("b", voxels(made))).error_map)
    logic.evaluate(reference, made, listener=heard.append)
    told = [event["text"] for event in heard if event["event"] == "warning"]
    assert "made is itself synthetic; judge against a real volume." in told


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda a: np.full_like(a, 7), "made has the same value everywhere"),
        (lambda a: np.where(a == a.max(), np.nan, a), "made has 1 voxel without a finite number"),
    ],
)
def test_what_cannot_be_judged_is_said_and_changes_nothing(logic, smooth, change, text):
    reference = smooth("T2")
    made = smooth("made", change(voxels(reference)))
    before = slicer.mrmlScene.GetNumberOfNodes()
    with pytest.raises(PanelError, match=text):
        logic.evaluate(made, reference)
    with pytest.raises(PanelError, match=r"made has (the same value everywhere|1 voxel )"):
        logic.evaluate(reference, made)
    assert slicer.mrmlScene.GetNumberOfNodes() == before


SENTENCES = {
    "flat result": "made has the same value everywhere inside brain; choose another result or "
    "another place.",
    "flat reference": "T2 has hardly any contrast inside brain; check that they belong together.",
    "no mask": "All of T2 above its minimum counts, and background may flatter the figures; choose "
    "a segmentation or another place under Inside.",
    "small": "brain is too thin to measure texture; that is left empty.",
    "corner": "brain is too near the border of T2 for SSIM; that is left empty.",
}


@pytest.mark.parametrize("fault", SENTENCES)
def test_sentences_name_the_nodes_and_what_was_chosen(logic, smooth, heard, fault):
    """No file, no "prediction", no "target": those are the library's words."""
    inside = np.zeros((14, 26, 30), bool)
    inside[5:8, 10:14, 12:16] = True
    if fault == "corner":
        inside[:] = False
        inside[:3, :4, :4] = True
    flat = {"flat result": "made", "flat reference": "T2"}.get(fault)
    reference = smooth("T2")
    made = smooth("made", voxels(reference) * 2)
    for node in (made, reference):
        if node.GetName() == flat:
            voxels(node)[inside] = 7
    brain = None if fault == "no mask" else smooth("brain", inside)
    if flat:
        with pytest.raises(PanelError) as error:
            logic.evaluate(made, reference, brain)
        told = [str(error.value)]
    else:
        found = logic.evaluate(made, reference, brain, listener=heard.append)
        told = [event["text"] for event in heard if event["event"] == "warning"]
        assert found.figures["mae_raw"] > 0
        assert ("texture_ratio" in found.figures) == (fault == "no mask")
        assert heard[-1]["text"].endswith(f"SSIM in the slices {1:.3f}") == (fault != "corner")
    assert SENTENCES[fault] in told
    for text in told:
        assert not [w for w in ("prediction", "target", "mask", ".nrrd", "made: ") if w in text]


def test_volumes_of_two_people_are_named(logic, smooth):
    reference = smooth("sub-01 T2")
    with pytest.raises(PanelError, match=r"^sub-02 T2, sub-01 T2 are of different people; choose"):
        logic.evaluate(smooth("sub-02 T2", voxels(reference) + 1), reference, smooth("brain"))


def test_wrong_nodes(logic, smooth, scene):
    reference = smooth("T2")
    labels = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    far = smooth("far", offset=(900, 0, 0))
    empty = smooth("empty mask", np.zeros((14, 26, 30)))
    before = slicer.mrmlScene.GetNumberOfNodes()
    for arguments, text in (
        ((reference, reference), "are the same volume; choose two"),
        ((None, reference), "No volume is chosen"),
        ((labels, reference), "is a label map"),
        ((far, reference), "far and T2 do not overlap; register them first"),
        ((smooth("made"), reference, empty), "empty mask holds no voxel"),
    ):
        with pytest.raises(PanelError, match=text):
            logic.evaluate(*arguments)
    assert slicer.mrmlScene.GetNumberOfNodes() == before + 2  # "made" with its display


def test_a_reference_that_goes_ends_it(logic, smooth, library_worker, heard):
    reference = smooth("T2")
    made = smooth("made", voxels(reference) + 1)
    before = slicer.mrmlScene.GetNumberOfNodes()
    run = logic.evaluate(made, reference, wait=False, listener=heard.append)
    slicer.mrmlScene.RemoveNode(reference)
    while run.open:
        slicer.app.processEvents()
    assert heard[-1]["text"].startswith("T2 was removed during the run")
    assert slicer.mrmlScene.GetNumberOfNodes() < before


def save(node, path):
    from MedGANSynthPanels.volumes_out import export_volume

    path.parent.mkdir(exist_ok=True)
    export_volume(node, path)


def test_folders_of_pairs(logic, smooth, tmp_path):
    for number, offset in enumerate((3, 5)):
        node = smooth(f"sub-{number}")
        save(node, tmp_path / "real" / f"sub-{number}.nrrd")
        voxels(node)[:] += offset
        save(node, tmp_path / "made" / f"sub-{number}.nrrd")
    found = logic.evaluate_folders(tmp_path / "made", tmp_path / "real", tmp_path / "report")
    assert column(found.results[0], "mae_raw") == pytest.approx([3, 5], rel=1e-4)
    assert found.rows[0]["cases"] == 2
    assert found.report.is_file()
    assert found.differences.GetNumberOfPlotSeriesNodes() == 4
    with pytest.raises(PanelError, match="report exists already; choose a new one"):
        logic.evaluate_folders(tmp_path / "made", tmp_path / "real", tmp_path / "report")
    with pytest.raises(PanelError, match="lie in the same folder; choose two"):
        logic.evaluate_folders(tmp_path / "real", tmp_path / "real", tmp_path / "other")
    with pytest.raises(PanelError, match="none is not a folder"):
        logic.evaluate_folders(tmp_path / "none", tmp_path / "real", tmp_path / "other")


def test_too_few_for_a_set_are_told_how_many_are_needed(logic, smooth, tmp_path):
    save(smooth("a"), tmp_path / "made" / "a.nrrd")
    save(smooth("b"), tmp_path / "real" / "b.nrrd")
    with pytest.raises(PanelError, match="4"):
        logic.evaluate_folders(tmp_path / "made", tmp_path / "real", tmp_path / "report", sets=True)
    assert not (tmp_path / "report").exists()
    assert read(tmp_path / "made" / "a.nrrd").shape == (30, 26, 14)


def test_tables_have_no_zero_below_zero(scene):
    from MedGANSynthPanels.tables import new_table

    for cells in ([-0.0, -1.5], ["-0.0", "-1.5"]):
        values = column(new_table("figures", {"bias": cells}), "bias")
        assert [str(value) for value in values] == ["0.0", "-1.5"]
