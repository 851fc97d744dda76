"""One scene with the nodes and logics that exist when Slicer has started."""

from __future__ import annotations

import types
from pathlib import Path

import slicer

# Module name in `slicer.modules`: the class of its genuine logic.
MODULE_LOGICS = {
    "colors": "vtkMRMLColorLogic",
    "cropvolume": "vtkSlicerCropVolumeLogic",
    "markups": "vtkSlicerMarkupsLogic",
    "models": "vtkSlicerModelsLogic",
    "plots": "vtkSlicerPlotsLogic",
    "segmentations": "vtkSlicerSegmentationsModuleLogic",
    "sequences": "vtkSlicerSequencesLogic",
    "subjecthierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "tables": "vtkSlicerTablesLogic",
    "transforms": "vtkSlicerTransformLogic",
    "units": "vtkSlicerUnitsLogic",
    "volumes": "vtkSlicerVolumesLogic",
}


class LoadedModule:
    """A module of Slicer's own: here only its logic."""

    def __init__(self, name: str, logic):
        self.name = name
        self._logic = logic

    def logic(self):
        return self._logic


class Session:
    """The scene and everything that must live as long as it."""

    def __init__(self, temporary: Path):
        self.scene = slicer.vtkMRMLScene()
        self.application = slicer.vtkSlicerApplicationLogic()
        self.application.SetTemporaryPath(str(temporary))
        self.application.SetMRMLScene(self.scene)
        self._remote_io()
        self.layout = slicer.vtkMRMLLayoutLogic()
        self.layout.SetMRMLApplicationLogic(self.application)
        self.layout.SetMRMLScene(self.scene)
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(self.scene)
        self.modules = {name: self._logic(name) for name in MODULE_LOGICS}
        self.application.SetColorLogic(self.modules["colors"])
        self.modules["colors"].AddDefaultColorNodes()

    def _remote_io(self) -> None:
        """Without it a scene bundle cannot be read."""
        self._remote = slicer.vtkMRMLRemoteIOLogic()
        self._remote.SetMRMLScene(self.scene)
        self._remote.AddDataIOToScene()
        self._transfers = slicer.vtkDataIOManagerLogic()
        self._transfers.SetMRMLApplicationLogic(self.application)
        self._transfers.SetAndObserveDataIOManager(self._remote.GetDataIOManager())

    def _logic(self, name: str):
        logic = getattr(slicer, MODULE_LOGICS[name])()
        logic.SetMRMLApplicationLogic(self.application)
        logic.SetMRMLScene(self.scene)
        self.application.SetModuleLogic(name.capitalize(), logic)
        return logic

    def namespace(self) -> types.SimpleNamespace:
        """What `slicer.modules` is before any scripted module is loaded."""
        loaded = {name: LoadedModule(name, logic) for name, logic in self.modules.items()}
        return types.SimpleNamespace(**loaded)
