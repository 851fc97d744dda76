"""A run from nodes to nodes: what becomes of the scene."""

import numpy as np
import slicer
from MedGANSynthPanels.geometry import ijk_to_ras
from MedGANSynthPanels.marking import is_synthetic, provenance_of
from MedGANSynthPanels.translation import Translation

MODEL = "t1-t2-brain"


def test_a_volume_becomes_a_marked_volume_on_its_own_grid(
    scene, volume, transform, worker, heard, temporary
):
    node = volume("T1")
    parent = transform(np.diag([-1, -1, 1, 1]), node)
    run = Translation(worker)
    run.start(node, MODEL, listener=heard.append)
    (job,) = worker.jobs
    assert run.open
    assert job.fields["direction"] == "t1-to-t2"
    assert [path.name for path in job.paths()] == ["T1.nrrd"]
    job.say("progress", fraction=0.5, eta_s=1.0, text="slice 3")
    job.say("warning", text="looks odd")
    job.finish()
    assert [event["event"] for event in heard] == ["progress", "warning", "done"]
    (result,) = run.results
    assert heard[-1]["nodes"] == [result]
    assert result.GetName() == "T1 (synthetic T2)"
    np.testing.assert_array_equal(
        slicer.util.arrayFromVolume(result), slicer.util.arrayFromVolume(node) + 1.0
    )
    np.testing.assert_array_equal(ijk_to_ras(result), ijk_to_ras(node))
    assert result.GetParentTransformNode() is parent
    assert is_synthetic(result)
    assert provenance_of(result) == worker.provenance
    assert not run.open


def test_a_chosen_output_is_filled_and_maps_are_new(scene, volume, worker, heard, temporary):
    node, output = volume("T1"), scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "mine")
    run = Translation(worker)
    run.start({"t1": node}, MODEL, output=output, uncertainty=True)
    assert worker.jobs[0].fields["uncertainty"] is True
    assert worker.jobs[0].fields["cpu_fallback"] is False  # nobody has agreed to that
    worker.jobs[0].finish(maps=("cycle-error", "spread"))
    assert run.results[0] is output
    assert [n.GetName() for n in run.results] == [
        "mine (synthetic T2)",
        "mine (synthetic T2 cycle-error)",
        "mine (synthetic T2 spread)",
    ]
    assert all(is_synthetic(n) for n in run.results)


def names(scene):
    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    return sorted(node.GetName() for node in nodes)


def test_a_name_that_the_user_gave_stays(scene, volume, worker, temporary):
    first, second = volume("T1"), volume("other T1")

    def replaced(node, output=None):
        run = Translation(worker)
        run.start(node, MODEL, output=output)
        worker.jobs[-1].finish()
        return run.results[0]

    result = replaced(first)
    for _time in range(3):
        assert replaced(first, result).GetName() == "T1 (synthetic T2)"
    assert replaced(second, result).GetName() == "other T1 (synthetic T2)"  # it is hers now
    result.SetName("Mein T2")
    for node in (first, second, first):
        assert replaced(node, result).GetName() == "Mein T2 (synthetic T2)"
    result.SetName("Mein (synthetic T1)_2")
    assert replaced(first, result).GetName() == "Mein (synthetic T2)"
    assert replaced(first).GetName() == "T1 (synthetic T2)"
    assert replaced(first).GetName() == "T1 (synthetic T2)_1"


def test_maps_go_with_the_result_that_is_replaced(scene, volume, worker, temporary):
    node, maps = volume("T1"), ("cycle-error", "spread")

    def replaced(output, maps):
        run = Translation(worker)
        run.start(node, MODEL, output=output, uncertainty=bool(maps))
        worker.jobs[-1].finish(maps)
        return run.results

    first = replaced(None, maps)
    made = ["T1", "T1 (synthetic T2 cycle-error)", "T1 (synthetic T2 spread)", "T1 (synthetic T2)"]
    assert names(scene) == made
    displays = len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeDisplayNode"))
    again = replaced(first[0], maps)
    assert names(scene) == made
    assert len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeDisplayNode")) == displays
    again[1].SetName("to be kept")
    replaced(again[0], ())
    assert names(scene) == ["T1", "T1 (synthetic T2)", "to be kept"]
    first[0].SetName("mine")
    for _time in range(2):
        replaced(first[0], maps)
        assert names(scene) == [
            "T1",
            "mine (synthetic T2 cycle-error)",
            "mine (synthetic T2 spread)",
            "mine (synthetic T2)",
            "to be kept",
        ]


def test_a_restriction_keeps_the_result_inside_it(scene, volume, worker, temporary):
    node = volume("T1")
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    corner = ijk_to_ras(node) @ (1, 1, 1, 1)
    roi.SetCenter(*corner[:3])
    roi.SetSize(0.1, 0.1, 0.1)
    run = Translation(worker)
    run.start(node, MODEL, restriction=roi, uncertainty=True)
    scene.RemoveNode(roi)  # it has done its work
    worker.jobs[0].finish(maps=("spread",))
    kept = np.zeros((3, 4, 5), bool)
    kept[1, 1, 1] = True
    result, spread = (slicer.util.arrayFromVolume(n) for n in run.results)
    np.testing.assert_array_equal(
        result, np.where(kept, slicer.util.arrayFromVolume(node) + 1.0, -7.0)
    )
    np.testing.assert_array_equal(spread, np.where(kept, 0.5, 0.0))
    assert provenance_of(run.results[0]).settings["restriction"] == "roi"
