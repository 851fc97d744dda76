"""A tiny, valid package and its parts."""

import dataclasses
import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from MedGANSynthLib import schema
from MedGANSynthLib.models.manifest import Manifest
from MedGANSynthLib.models.package import NO_WEIGHTS, write_package
from MedGANSynthLib.networks.registry import build_network

OPTIONS = {"in_channels": 1, "out_channels": 1, "widths": [4, 8], "norm": "batch"}


def plain_manifest(**changes: object) -> dict:
    """`model.json` of a two-direction package of tiny networks, as plain JSON types."""
    spec = {"architecture": "unet-small", "options": dict(OPTIONS)}
    t1 = {"modality": "t1", "reference_range": [0.0, 800.0]}
    t2 = {"modality": "t2", "reference_range": [0.0, 1200.0]}
    plain = {
        "format": 1,
        "name": "tiny",
        "title": "A tiny model",
        "version": "1.0",
        "system": "cyclegan",
        "kind": "translate",
        "networks": {"forward": spec, "backward": spec},
        "directions": {
            "t1-to-t2": {"network": "forward", "inputs": [t1], "output": t2},
            "t2-to-t1": {"network": "backward", "inputs": [t2], "output": t1},
        },
        "grid": {"multiple": [2, 2, 1]},
        "intensity": {},
        "training": {"data": "random numbers", "data_licence": "CC0-1.0", "people": 3},
        "licence": "Apache-2.0",
        "intended_use": "Tests.",
        "limits": "Untrained.",
        "weights_sha256": NO_WEIGHTS,
    }
    return plain | changes


def tiny_states(seed: int = 0) -> dict[str, dict[str, torch.Tensor]]:
    """State dicts of both networks."""
    torch.manual_seed(seed)
    return {
        n: build_network("unet-small", OPTIONS, n).state_dict() for n in ("forward", "backward")
    }


class Payload:
    """Its pickle creates the canary when loaded."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple:
        return Path.touch, (self.canary,)


def _foreign(kind: str, path: Path, canary: Path) -> None:
    """Write a file of another program to `path`; where the format allows, with a payload."""
    payload = Payload(canary)
    if kind == "pth":
        torch.save({"w": torch.zeros(3), "nested": [payload]}, path)
    elif kind == "legacy pth":
        torch.save(payload, path, _use_new_zipfile_serialization=False)
    elif kind == "pickle":
        path.write_bytes(pickle.dumps(payload))
    elif kind == "old pickle":
        path.write_bytes(pickle.dumps(payload, protocol=0))
    elif kind == "torchscript":
        torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)).save(path)
    elif kind == "pt2":
        program = torch.export.export(torch.nn.Linear(2, 2), (torch.zeros(1, 2),))
        buffer = io.BytesIO()
        torch.export.save(program, buffer)
        path.write_bytes(buffer.getvalue())
    elif kind == "npy":
        with path.open("wb") as file:
            np.save(file, np.array([payload], dtype=object), allow_pickle=True)
    elif kind == "h5":
        path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(2000))


@pytest.fixture
def foreign():
    """foreign(kind, path, canary): write another program's file, with a payload if it can."""
    return _foreign


@pytest.fixture
def states() -> dict[str, dict[str, torch.Tensor]]:
    return tiny_states()


@pytest.fixture
def plain() -> dict:
    """`model.json` of the tiny package."""
    return plain_manifest()


@pytest.fixture
def manifest() -> Manifest:
    return schema.from_dict(Manifest, plain_manifest(), "model.json")


@pytest.fixture
def tiny(tmp_path: Path, manifest: Manifest, states: dict) -> Path:
    """A package folder."""
    return write_package(tmp_path / "tiny", manifest, states, "# Tiny\n", b"\x89PNG").folder


@pytest.fixture
def edit():
    """Change `model.json` of a package folder: edit(folder, lambda plain: ...)."""

    def change(folder: Path, function) -> None:
        path = folder / "model.json"
        plain = json.loads(path.read_text())
        function(plain)
        path.write_text(json.dumps(plain))

    return change


@pytest.fixture
def replace():
    return dataclasses.replace


@pytest.fixture(autouse=True)
def catalogue_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Empty shipped and user folders, so that no test touches the real ones."""
    shipped, user = tmp_path / "catalogue-shipped", tmp_path / "catalogue-user"
    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(user))
    monkeypatch.setattr("MedGANSynthLib.models.catalogue.shipped_folder", lambda: shipped)
    return shipped, user
