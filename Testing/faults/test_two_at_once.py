"""Two windows of Slicer with one folder of models: both change it, and neither breaks it."""

import multiprocessing
import os

import children
import pytest
from children import TURNS

from MedGANSynthLib import schema
from MedGANSynthLib.models.manifest import Manifest
from MedGANSynthLib.models.package import NO_WEIGHTS, open_package, write_package
from MedGANSynthLib.networks.registry import build_network

OPTIONS = {"in_channels": 1, "out_channels": 1, "widths": [2, 4], "norm": "batch"}
PLAIN = {
    "format": 1,
    "name": "shared",
    "title": "Shared",
    "version": "1.0",
    "system": "cyclegan",
    "kind": "translate",
    "networks": {"forward": {"architecture": "unet-small", "options": OPTIONS}},
    "directions": {
        "t1-to-t2": {
            "network": "forward",
            "inputs": [{"modality": "t1", "reference_range": [0.0, 1000.0]}],
            "output": {"modality": "t2", "reference_range": [0.0, 1000.0]},
        },
    },
    "grid": {"multiple": [4, 4, 1]},
    "intensity": {},
    "training": {"data": "random numbers", "data_licence": "CC0-1.0"},
    "licence": "Apache-2.0",
    "intended_use": "Tests.",
    "limits": "Untrained.",
    "weights_sha256": NO_WEIGHTS,
}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="forkserver")
def test_one_folder_of_models(tmp_path, record_property):
    state = build_network("unet-small", OPTIONS, "forward").state_dict()
    manifest = schema.from_dict(Manifest, PLAIN, "model.json")
    package = write_package(tmp_path / "package", manifest, {"forward": state}).folder
    models = tmp_path / "models"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["MedGANSynthLib.training.command"])
    said = [tmp_path / f"said-{number}" for number in range(2)]
    windows = [
        context.Process(target=children.window, args=(package, number, models, path))
        for number, path in enumerate(said)
    ]
    for process in windows:
        process.start()
    for process in windows:
        process.join(300)
    lines = [line for path in said for line in path.read_text().splitlines()]
    assert len(lines) == 2 * TURNS
    assert {line.partition(" ")[0] for line in lines} == {"0", "1"}
    assert not [line for line in lines if "internal error" in line or "Traceback" in line]
    assert {path.name for path in models.iterdir()} <= {"shared"}  # no leftovers
    if (models / "shared").exists():
        open_package(models / "shared").verify()
    done = sum(line.startswith("0") for line in lines)
    record_property("figure", f"{len(lines)} requests at once, {done} done, the others told why")
