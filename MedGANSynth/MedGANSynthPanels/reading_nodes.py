"""The volume nodes of a reading: voxels and nothing else that could tell one case from another."""

import numpy as np
import slicer

NOISE_SEED = 0


class CaseNode:
    """One anonymous volume node, whose voxels change from case to case.

    Args:
        affine: voxel index [i, j, k] to RAS mm, the same for all cases.
        window: intensities shown black and white at the start of each case.
    """

    def __init__(self, name: str, affine: np.ndarray, window: tuple[float, float]) -> None:
        self.window = window
        name = slicer.mrmlScene.GenerateUniqueName(name)
        self.node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
        self.node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(affine))
        self.node.CreateDefaultDisplayNodes()
        self.display = self.node.GetDisplayNode()
        self.display.SetAutoWindowLevel(False)
        for mine in (self.node, self.display):
            mine.SetHideFromEditors(True)
            mine.SetSaveWithScene(False)
        self.reset_window()

    def fill(self, voxels: np.ndarray) -> None:
        """Show these voxels uint8 [k, j, i]."""
        slicer.util.updateVolumeFromArray(self.node, voxels)

    def reset_window(self) -> None:
        """Grey values as every case begins."""
        self.display.SetWindowLevelMinMax(*self.window)

    def remove(self) -> None:
        """Take the node out of the scene, if the scene has not been closed meanwhile."""
        for mine in (self.display, self.node):
            if mine.GetScene() is not None:
                slicer.mrmlScene.RemoveNode(mine)


def noise(shape: tuple[int, ...]) -> np.ndarray:
    """The mask that follows a limited exposure: the same for all cases."""
    return np.random.default_rng(NOISE_SEED).integers(0, 256, shape, np.uint8)
