"""A tiny, valid package and its parts."""

import dataclasses
import json
from pathlib import Path

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


@pytest.fixture
def states() -> dict[str, dict[str, torch.Tensor]]:
    return tiny_states()


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
