"""The places that a reader marks as what gave a case away."""

import slicer
import vtk

from MedGANSynthLib.turing.study import Study

from .reading_files import voxel_of


class Marks:
    """Points over the case on show; `remove` them in the end."""

    def __init__(self, study: Study) -> None:
        self.study = study
        name = slicer.mrmlScene.GenerateUniqueName("Marks")
        self.node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
        self.node.SetHideFromEditors(True)
        self.node.SetSaveWithScene(False)
        self.node.CreateDefaultDisplayNodes()
        self.display = self.node.GetDisplayNode()
        self.display.SetPointLabelsVisibility(False)

    def __len__(self) -> int:
        return self.node.GetNumberOfControlPoints()

    def add(self) -> bool:
        """Mark what lies under the mouse; False where that is in no view."""
        crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        place = [0.0, 0.0, 0.0]
        if crosshair is None or not crosshair.GetCursorPositionRAS(place):
            return False
        self.node.AddControlPoint(vtk.vtkVector3d(*place))
        return True

    def voxels(self) -> tuple[tuple[float, float, float], ...]:
        """The marked voxels [i, j, k] of the whole case."""
        places = [self.node.GetNthControlPointPosition(n) for n in range(len(self))]
        return tuple(voxel_of(self.study, place) for place in places)

    def clear(self) -> None:
        """Another case comes."""
        self.node.RemoveAllControlPoints()

    def show(self, seen: bool) -> None:
        """Show or hide them."""
        self.display.SetVisibility(seen)

    def remove(self) -> None:
        """Take them out of the scene, if the scene has not been closed meanwhile."""
        for mine in (self.display, self.node):
            if mine.GetScene() is not None:
                slicer.mrmlScene.RemoveNode(mine)
