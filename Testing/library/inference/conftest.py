"""Packages whose networks are functions that can be checked by hand."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from MedGANSynthLib import schema
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models.manifest import Manifest
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write


class Formula(nn.Module):
    """Applies a function and counts how many slices it was given."""

    def __init__(self, function):
        super().__init__()
        self.function, self.seen = function, 0
        self.nothing = nn.Parameter(torch.zeros(1, 1, 1, 1), requires_grad=False)

    def forward(self, x):
        self.seen += len(x)
        return self.function(x)


@dataclasses.dataclass
class FakePackage:
    """What `translate` uses of a package."""

    manifest: Manifest
    networks: dict
    sha256: str = "ab" * 32

    def direction(self, name):
        name = name or next(iter(self.manifest.directions))
        if name not in self.manifest.directions:
            raise MedGANSynthError(f"no direction {name}.")
        return name

    def load_network(self, name, device):
        return self.networks[name]


@pytest.fixture
def make_package():
    """`make(function, back=None, **changes of the manifest)` -> FakePackage t1 -> t2 -> t1."""

    def make(function, back=None, slices=1, step_mm=5.0, inputs=("t1",), **changes):
        ranges = {"t1": [0.0, 800.0], "t2": [100.0, 1100.0], "pd": [0.0, 500.0]}
        ports = {m: {"modality": m, "reference_range": r} for m, r in ranges.items()}
        directions = {
            "t1-to-t2": {
                "network": "there",
                "inputs": [ports[m] for m in inputs],
                "output": ports["t2"],
                "slices": slices,
                "step_mm": step_mm,
            }
        }
        networks = {"there": Formula(function)}
        if back is not None:
            networks["back"] = Formula(back)
            directions["t2-to-t1"] = {
                "network": "back",
                "inputs": [ports["t2"]],
                "output": ports["t1"],
            }
        plain = {
            "format": 1,
            "name": "formula",
            "title": "A function",
            "version": "1.0",
            "system": "none",
            "kind": "translate",
            "networks": {n: {"architecture": "unet-small", "options": {}} for n in networks},
            "directions": directions,
            "grid": {"multiple": [4, 4, 1]},
            "intensity": {"lower": 0.0, "upper": 100.0},
            "training": {"data": "none", "data_licence": "CC0-1.0"},
            "licence": "Apache-2.0",
            "intended_use": "Tests.",
            "limits": "All.",
            "weights_sha256": "ab" * 32,
        }
        return FakePackage(schema.from_dict(Manifest, plain | changes, "test"), networks)

    return make


@pytest.fixture
def head():
    """An image of positive values around an empty border, 5 mm slices: `head(seed, shape)`."""

    def make(seed=0, shape=(14, 15, 9), spacing=(1.0, 1.0, 5.0), dtype=np.int16):
        array = np.zeros(shape, dtype)
        inner = tuple(slice(2, -2) for _ in shape)
        inside = array[inner]
        array[inner] = np.random.default_rng(seed).integers(1, 1000, inside.shape)
        return Volume(array, np.diag([-spacing[0], -spacing[1], spacing[2], 1.0]))

    return make


@pytest.fixture
def head_file(head, tmp_path):
    """`save(name, seed)` -> a file with such an image."""

    def save(name="t1.nii.gz", seed=0, **options) -> Path:
        write(head(seed, **options), tmp_path / name, dtype="int16")
        return tmp_path / name

    return save
