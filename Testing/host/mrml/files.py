"""The core IO manager: `slicer.util.loadVolume`, `saveNode`, `saveScene` and so on end here.

Which storage node reads what is decided here; the reading and writing is done by the genuine
storage nodes.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import slicer
from PySide6.QtCore import QObject, Signal

VOLUME_SUFFIXES = (".nii.gz", ".nrrd", ".nhdr", ".nii", ".mha", ".mhd", ".hdr", ".img.gz", ".dcm")
# In Slicer the storage node asks ITK for these; slicer-core's gives an empty list.
VOLUME_FORMATS = (
    "NRRD (.nrrd)",
    "NRRD (.nhdr)",
    "MetaImage (.mha)",
    "MetaImage (.mhd)",
    "NIfTI (.nii)",
    "NIfTI (.nii.gz)",
)
SEQUENCE_SUFFIXES = (".seq.nrrd", ".seq.nhdr", ".seq.mha", ".seq.mhd")
# File type: (suffixes, node class). Longest suffixes are tried first.
PLAIN_TYPES = {
    "SegmentationFile": ((".seg.nrrd", ".seg.vtm"), "vtkMRMLSegmentationNode"),
    "TransformFile": ((".h5", ".tfm", ".mat"), "vtkMRMLTransformNode"),
    "MarkupsFile": ((".mrk.json",), "vtkMRMLMarkupsFiducialNode"),
    "ModelFile": ((".vtk", ".vtp", ".stl", ".obj", ".ply"), "vtkMRMLModelNode"),
    "TableFile": ((".csv", ".tsv"), "vtkMRMLTableNode"),
    "TextFile": ((".txt", ".xml", ".json"), "vtkMRMLTextNode"),
}


class CoreIOManager(QObject):
    fileSaved = Signal(object)
    mrml_signals = {"fileSaved(qSlicerIO::IOProperties)": "fileSaved(PyObject)"}

    def __init__(self, session):
        super().__init__()
        self._session = session
        self._scene = session.scene
        self._readers: dict[str, Callable] = {
            "VolumeFile": self._read_volume,
            "SequenceFile": self._read_sequence,
            "SceneFile": self._read_scene,
        }

    def fileType(self, file_name: str) -> str:
        name = str(file_name).lower()
        if name.endswith((".mrml", ".mrb")):
            return "SceneFile"
        if name.endswith(SEQUENCE_SUFFIXES):
            return "SequenceFile"
        for file_type, (suffixes, _class) in PLAIN_TYPES.items():
            if name.endswith(suffixes):
                return file_type
        return "VolumeFile" if name.endswith(VOLUME_SUFFIXES) else "NoFile"

    def loadNodes(self, file_type: str, properties: dict, loaded=None, messages=None) -> bool:
        path = str(properties["fileName"])
        if file_type != "SceneFile" and not os.path.isfile(path):
            return False
        if file_type in self._readers:
            return self._readers[file_type](path, properties, loaded, messages)
        return file_type in PLAIN_TYPES and self._read_plain(
            PLAIN_TYPES[file_type][1], path, properties, loaded, messages
        )

    def _name(self, path: str, properties: dict) -> str:
        name = properties.get("name") or os.path.basename(path)
        known = (*SEQUENCE_SUFFIXES, *VOLUME_SUFFIXES)
        for suffix in (*known, *(s for kinds in PLAIN_TYPES.values() for s in kinds[0])):
            name = name[: -len(suffix)] if name.lower().endswith(suffix) else name
        return name

    def _read_volume(self, path: str, properties: dict, loaded, messages) -> bool:
        volumes = self._session.modules["volumes"]
        options = volumes.LabelMap if properties.get("labelmap") else 0
        if properties.get("singleFile"):
            options |= volumes.SingleFile
        if properties.get("discardOrientation"):
            options |= volumes.DiscardOrientation
        if properties.get("center"):
            options |= volumes.CenterImage
        options |= volumes.AutoWindowLevel if properties.get("autoWindowLevel", True) else 0
        node = volumes.AddArchetypeVolume(path, self._name(path, properties), options)
        if node is None:
            return False
        if loaded is not None:
            loaded.AddItem(node)
        if properties.get("show", True):
            self._show(node)
        return True

    def _show(self, node) -> None:
        selection = self._session.application.GetSelectionNode()
        if node.IsA("vtkMRMLLabelMapVolumeNode"):
            selection.SetActiveLabelVolumeID(node.GetID())
        else:
            selection.SetActiveVolumeID(node.GetID())
        self._session.application.PropagateVolumeSelection()

    def _read_plain(self, kind: str, path: str, properties: dict, loaded, messages) -> bool:
        name = self._scene.GenerateUniqueName(self._name(path, properties))
        node = self._scene.AddNewNodeByClass(kind, name)
        node.AddDefaultStorageNode(path)
        if not node.GetStorageNode().ReadData(node):
            self._scene.RemoveNode(node.GetStorageNode())
            self._scene.RemoveNode(node)
            return False
        node.CreateDefaultDisplayNodes()
        if loaded is not None:
            loaded.AddItem(node)
        return True

    def _read_sequence(self, path: str, properties: dict, loaded, messages) -> bool:
        """As in Slicer, a sequence comes with a browser and the node that shows its frame."""
        name = self._scene.GenerateUniqueName(self._name(path, properties))
        sequence = self._scene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
        storage = self._scene.AddNewNodeByClass("vtkMRMLVolumeSequenceStorageNode")
        storage.SetFileName(path)
        if not storage.ReadData(sequence):
            self._scene.RemoveNode(storage)
            self._scene.RemoveNode(sequence)
            return False
        sequence.SetAndObserveStorageNodeID(storage.GetID())
        browser = self._scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", name + " browser")
        browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
        self._session.modules["sequences"].UpdateProxyNodesFromSequences(browser)
        if loaded is not None:
            loaded.AddItem(sequence)
        return True

    def _read_scene(self, path: str, properties: dict, loaded, messages) -> bool:
        clear = bool(properties.get("clear", False))
        if path.lower().endswith(".mrb"):
            return self._scene.ReadFromMRB(path, clear, messages)
        self._scene.SetURL(path)
        return bool(self._scene.Connect() if clear else self._scene.Import())

    def fileWriterFileType(self, node) -> str:
        for file_type, (_suffixes, kind) in PLAIN_TYPES.items():
            if node.IsA(kind):
                return file_type
        return "SequenceFile" if node.IsA("vtkMRMLSequenceNode") else "VolumeFile"

    def fileWriterExtensions(self, node) -> tuple[str, ...]:
        if node.IsA("vtkMRMLVolumeNode"):
            return VOLUME_FORMATS
        types = storage_for(node).GetSupportedWriteFileTypes()
        return tuple(types.GetValue(index) for index in range(types.GetNumberOfValues()))

    def extractKnownExtension(self, file_name: str, node) -> str:
        extension_of = slicer.vtkDataFileFormatHelper.GetFileExtensionFromFormatString
        known = {extension_of(kind) for kind in self.fileWriterExtensions(node)}
        fitting = [suffix for suffix in known if str(file_name).lower().endswith(suffix)]
        return max(fitting, key=len, default="")

    def saveNodes(self, file_type: str, properties: dict, messages=None) -> bool:
        path = str(properties["fileName"])
        if file_type == "SceneFile":
            return self._saved(bool(self._write_scene(path, messages)), properties)
        node = self._scene.GetNodeByID(properties["nodeID"])
        if node.GetStorageNode() is None:
            node.AddDefaultStorageNode(path)
        storage = node.GetStorageNode()
        storage.SetFileName(path)
        if "useCompression" in properties:
            storage.SetUseCompression(int(properties["useCompression"]))
        return self._saved(bool(storage.WriteData(node)), properties)

    def _saved(self, done: bool, properties: dict) -> bool:
        if done:
            self.fileSaved.emit(dict(properties))
        return done

    def _write_scene(self, path: str, messages) -> bool:
        if path.lower().endswith(".mrb"):
            return self._scene.WriteToMRB(path, None, messages)
        if path.lower().endswith(".mrml"):
            return bool(self._scene.Commit(path))
        return self._scene.SaveSceneToSlicerDataBundleDirectory(path, None, messages)

    def exportNodes(
        self, node_ids: list, file_names: list, properties: dict, harden=False, messages=None
    ) -> bool:
        """Write through a storage node that never enters the scene, from a copy if hardened."""
        written = []
        for node_id, path in zip(node_ids, file_names, strict=True):
            node = self._scene.GetNodeByID(node_id)
            done = self._export(node, str(path), properties, harden)
            # The node's own ID stays behind: Slicer exports a copy from a scene of its own.
            written.append(self._saved(done, {**properties, "fileName": str(path)}))
        return all(written)

    def _export(self, node, path: str, properties: dict, harden: bool) -> bool:
        storage = storage_for(node, path)
        storage.SetFileName(path)
        if "useCompression" in properties:
            storage.SetUseCompression(int(properties["useCompression"]))
        if not harden or node.GetParentTransformNode() is None:
            return bool(storage.WriteData(node))
        copy = self._scene.AddNewNodeByClass(node.GetClassName())
        try:
            copy.CopyContent(node)
            copy.SetAndObserveTransformNodeID(node.GetTransformNodeID())
            copy.HardenTransform()
            return bool(storage.WriteData(copy))
        finally:
            self._scene.RemoveNode(copy)


def storage_for(node, path: str = ""):
    """A storage node of the class that suits the node, outside the scene."""
    return getattr(slicer, node.GetDefaultStorageNodeClassName(path))()
