"""Requests about single files and this computer."""

import dataclasses
from pathlib import Path

from .task import Task, field


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShowProvenance(Task):
    """Say whether a file is synthetic and where it comes from."""

    command = "provenance"
    function = "volume.verify:show_provenance"

    file: Path = field("a volume", positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExportDicom(Task):
    """Write a synthetic volume as a DICOM series that says so in every file."""

    command = "export-dicom"
    function = "volume.dicom_export:export_dicom"

    volume: Path = field("a volume that MedGANSynth made", positional=True)
    out: Path = field("folder to write", short="-o")
    sidecar: Path | None = field("its .synthetic.json, if that lies elsewhere", None)
    overwrite: bool = field("replace an existing folder", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Doctor(Task):
    """Say what works on this computer, and what to do where something does not."""

    command = "doctor"
    function = "doctor:doctor"
