"""A tiny, valid model package and its parts."""

from pathlib import Path

import pytest

from MedGANSynthLib import schema
from MedGANSynthLib.models.manifest import Manifest

OPTIONS = {"in_channels": 1, "out_channels": 1, "widths": [4, 8], "norm": "batch"}


@pytest.fixture
def plain() -> dict:
    """`model.json` of a two-direction package of tiny networks, as plain JSON types."""
    spec = {"architecture": "unet-small", "options": dict(OPTIONS)}
    t1 = {"modality": "t1", "reference_range": [0.0, 800.0]}
    t2 = {"modality": "t2", "reference_range": [0.0, 1200.0]}
    return {
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
        "weights_sha256": "0" * 64,
    }


@pytest.fixture
def manifest(plain: dict) -> Manifest:
    return schema.from_dict(Manifest, plain, "model.json")


@pytest.fixture
def states() -> dict[str, dict]:
    """State dicts of both networks."""
    return _states(0)


@pytest.fixture
def tiny_package(tmp_path: Path, manifest: Manifest):
    """`make(seed)` -> folder of the package, written anew with the weights of that seed."""
    from MedGANSynthLib.models.package import write_package

    def make(seed: int = 0) -> Path:
        folder = tmp_path / "tiny"
        return write_package(
            folder, manifest, _states(seed), "# Tiny\n", b"\x89PNG", overwrite=True
        ).folder

    return make


@pytest.fixture
def tiny(tiny_package) -> Path:
    """A package folder."""
    return tiny_package()


def _states(seed: int) -> dict[str, dict]:
    import torch

    from MedGANSynthLib.networks.registry import build_network

    torch.manual_seed(seed)
    return {
        n: build_network("unet-small", OPTIONS, n).state_dict() for n in ("forward", "backward")
    }
