"""One direction of a package as a MONAI bundle, for `python -m monai.bundle run`.

MONAI evaluates texts of a bundle's configuration as Python. Nothing that a package's author can
write freely therefore enters it: numbers, names of a closed alphabet and options that the
architecture's own schema has accepted. The free texts are in `docs/README.md`.
"""

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import torch

from .. import __version__
from ..files import whole_folder
from ..schema import to_dict
from ..volume.provenance import Provenance
from .card import WARNING, render_card
from .manifest import Port
from .package import Package

_PARTS = "MedGANSynthLib.inference.bundle_parts"


def write_bundle(package: Package, direction: str, out: Path, overwrite: bool = False) -> None:
    """Write the bundle folder `out`; to run, it needs MONAI and this package installed.

    Raises:
        MedGANSynthError: `out` exists; unsound weights.
    """
    chosen = package.manifest.directions[direction]
    network = package.load_network(chosen.network)
    with whole_folder(out, overwrite) as folder:
        for name in ("configs", "models", "docs"):
            (folder / name).mkdir()
        torch.save(network.state_dict(), folder / "models" / "model.pt")
        _write_json(folder / "configs" / "inference.json", _inference(package, direction))
        _write_json(folder / "configs" / "metadata.json", _metadata(package, direction))
        (folder / "docs" / "README.md").write_text(_readme(package, direction), encoding="utf-8")


def _inference(package: Package, direction: str) -> dict[str, Any]:
    manifest = package.manifest
    chosen = manifest.directions[direction]
    spec = manifest.networks[chosen.network]
    low, high = chosen.output.reference_range
    modalities = [port.modality for port in chosen.inputs]
    provenance = Provenance(manifest.name, package.sha256, direction)
    return {
        "imports": ["$import os", "$import numpy", "$import torch"],
        "bundle_root": ".",
        "dataset_dir": "$os.path.join(@bundle_root, 'data')",
        "output_dir": "$os.path.join(@bundle_root, 'eval')",
        "cases": {
            "_target_": f"{_PARTS}.find_cases",
            "folder": "@dataset_dir",
            "modalities": modalities,
        },
        "device": "$torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')",
        "network_def": {
            "_target_": "MedGANSynthLib.networks.registry.build_network",
            "architecture": spec.architecture,
            "options": to_dict(spec.options),
            "where": "inference.json: network_def",
        },
        "network": "$@network_def.to(@device)",
        "preprocessing": {
            "_target_": "Compose",
            "transforms": [
                {
                    "_target_": "LoadImaged",
                    "keys": modalities,
                    "reader": "NibabelReader",
                    "dtype": "$numpy.float64",
                },
                {"_target_": "EnsureChannelFirstd", "keys": modalities},
                {
                    "_target_": f"{_PARTS}.PrepareForModel",
                    "grid": to_dict(manifest.grid),
                    "intensity": to_dict(manifest.intensity),
                    "modalities": modalities,
                },
            ],
        },
        "dataset": {
            "_target_": "Dataset",
            "data": "@cases",
            "transform": "@preprocessing",
        },
        "inferer": {
            "_target_": f"{_PARTS}.SlabInferer",
            "direction": {
                "network": chosen.network,
                "inputs": [_port(port) for port in chosen.inputs],
                "output": _port(chosen.output),
                "slices": chosen.slices,
                "step_mm": chosen.step_mm,
                "patch": list(chosen.patch) if chosen.patch else None,
                "blank": chosen.blank,
            },
        },
        "postprocessing": {
            "_target_": "Compose",
            "transforms": [
                {
                    "_target_": f"{_PARTS}.UndoPreparation",
                    "low": low,
                    "high": high,
                    "minimum": chosen.output.least,
                },
                {
                    "_target_": f"{_PARTS}.SaveSynthetic",
                    "output_dir": "@output_dir",
                    "postfix": chosen.output.modality,
                    "provenance": to_dict(provenance),
                },
            ],
        },
        "evaluator": {
            "_target_": f"{_PARTS}.BundleEvaluator",
            "dataset": "@dataset",
            "network": "@network",
            "inferer": "@inferer",
            "postprocessing": "@postprocessing",
        },
        "checkpoint": "$os.path.join(@bundle_root, 'models', 'model.pt')",
        "initialize": [
            "$@network.load_state_dict(torch.load(@checkpoint, @device, weights_only=True))"
        ],
        "run": ["$@evaluator.run()"],
    }


def _port(port: Port) -> dict[str, Any]:
    """A port without its unit, which is free text."""
    return {"modality": port.modality, "reference_range": list(port.reference_range)}


def _metadata(package: Package, direction: str) -> dict[str, Any]:
    chosen = package.manifest.directions[direction]
    versions = {name: importlib.metadata.version(name) for name in ("monai", "torch", "numpy")}
    inputs, result = [port.modality for port in chosen.inputs], chosen.output.modality
    seen = [m for m in inputs for _ in range(chosen.slices or 1)]
    shape = ["*"] * (2 if chosen.slices else 3)
    image = {"type": "image", "format": "magnitude", "dtype": "float32", "value_range": [-1, 1]}
    image |= {"num_channels": len(seen), "spatial_shape": shape, "is_patch_data": False}
    return {
        "version": package.manifest.version,
        "monai_version": versions["monai"],
        "pytorch_version": versions["torch"],
        "numpy_version": versions["numpy"],
        "required_packages_version": {"medgansynth": __version__},
        "name": package.manifest.name,
        "task": f"image translation {direction}",
        "description": f"Synthetic {result} of {' and '.join(inputs)}. {WARNING}",
        "network_data_format": {
            "inputs": {"image": image | {"channel_def": {str(i): m for i, m in enumerate(seen)}}},
            "outputs": {"pred": image | {"channel_def": {"0": result}, "num_channels": 1}},
        },
    }


def _readme(package: Package, direction: str) -> str:
    inputs = [port.modality for port in package.manifest.directions[direction].inputs]
    place = "`data`"
    if len(inputs) > 1:
        place = " and ".join(f"`data/{m}`" for m in inputs) + ", files of one case under one name"
    return f"""# MONAI bundle of `{package.manifest.name}`, direction `{direction}`

**{WARNING}**

It needs MONAI, the package `fire`, which MONAI's runner uses, and the package `medgansynth`
{__version__}, which has the network and the steps that MONAI lacks. In the bundle's folder, with
NIfTI volumes in {place}:

    python -m monai.bundle run --config_file configs/inference.json

The synthetic volumes appear in `eval`, marked as synthetic. `--bundle_root`, `--dataset_dir` and
`--output_dir` name other folders, `--device "$torch.device('cpu')"` another device.

The model's own card follows.

{render_card(package.manifest)}"""


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
