"""Two windows of Slicer with one folder of models: both change it, and neither breaks it."""

import multiprocessing
import os

import children
import pytest
from children import TURNS

from MedGANSynthLib.models.package import open_package


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="forkserver")
def test_one_folder_of_models(tmp_path, untrained, record_property):
    options = {"in_channels": 1, "out_channels": 1, "widths": [2, 4], "norm": "batch"}
    ports = [{"modality": m, "reference_range": [0.0, 1000.0]} for m in ("t1", "t2")]
    package = untrained(
        tmp_path / "package",
        {"forward": ("unet-small", options)},
        name="shared",
        system="cyclegan",
        kind="translate",
        directions={"t1-to-t2": {"network": "forward", "inputs": ports[:1], "output": ports[1]}},
        grid={"multiple": [4, 4, 1]},
    ).folder
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
