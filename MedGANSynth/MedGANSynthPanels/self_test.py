"""The module's self-test: what must work in any Slicer, with what ships and nothing else."""

import numpy as np
import slicer

from . import install, sample_data
from .marking import is_synthetic
from .parameters import Show

MODEL = "t1-t2-brain"


def models_ship(test, logic) -> str:
    """The catalogue works, and no package that ships is broken."""
    shipped = {m["name"]: m["problem"] for m in logic.models() if m["origin"] == "shipped"}
    test.assertIn(MODEL, shipped)
    test.assertEqual(set(shipped.values()), {""})
    return "Models ship"


def choices_are_kept(test, logic) -> str:
    """The parameters live in the scene."""
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "T1")
    logic.getParameterNode().inputs = {"t1": volume}
    logic.getParameterNode().settings.show = Show.SIDE_BY_SIDE
    test.assertEqual(logic.getParameterNode().inputs["t1"].GetID(), volume.GetID())
    test.assertEqual(logic.getParameterNode().settings.show, Show.SIDE_BY_SIDE)
    return "Choices are kept in the scene"


def a_phantom_is_translated(test, logic) -> str:
    """A piece of the phantom becomes a marked volume on its own grid, under its transform."""
    if needs := install.missing():
        return f"Translation was not tested, because packages are missing: {needs}"
    whole = slicer.util.loadVolume(str(sample_data.folder() / "MedGANSynth-phantom-T1.nii.gz"))
    piece = np.ascontiguousarray(slicer.util.arrayFromVolume(whole)[12:18, 24:104, 24:104])
    affine = np.array([[-1.6, 0, 0, 60], [0, -1.6, 0, 50], [0, 0, 5, -10], [0, 0, 0, 1.0]])
    volume = slicer.util.addVolumeFromArray(piece, affine, "Piece T1")
    parent = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    volume.SetAndObserveTransformNodeID(parent.GetID())

    result = logic.translate(volume, MODEL, device="cpu")

    made = slicer.util.arrayFromVolume(result)
    test.assertEqual(made.shape, piece.shape)
    test.assertTrue(np.isfinite(made).all())
    test.assertGreater(float(made.std()), 1.0)
    matrix = slicer.util.vtkMatrixFromArray(np.eye(4))
    result.GetIJKToRASMatrix(matrix)
    np.testing.assert_allclose(slicer.util.arrayFromVTKMatrix(matrix), affine)
    test.assertEqual(result.GetTransformNodeID(), parent.GetID())
    test.assertTrue(is_synthetic(result))
    test.assertEqual(result.GetName(), "Piece T1 (synthetic T2)")
    return "A phantom is translated"


CHECKS = (models_ship, choices_are_kept, a_phantom_is_translated)
