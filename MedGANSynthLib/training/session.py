"""One training from its config, data list and Run folder to the loop."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import torch

from .. import schema
from ..data.slices import Head, SlicePairDataset, reference_range
from ..errors import MedGANSynthError
from ..events import Events, TeeEvents
from ..networks.registry import count_parameters
from ..systems.base import bare
from ..systems.registry import system_class
from .cohort import data_hash, load_heads
from .config import Config
from .distributed import Ranks
from .judge import TranslationJudge
from .loop import train as loop
from .run import Run, RunEvents


def train(
    config: Config, data: Path | None, out: Path, device: str, events: Events
) -> dict[str, Any]:
    """Train `config` in the Run folder `out`, alone or as one of torchrun's ranks."""
    ranks = Ranks(device)
    try:
        return _train(config, data, out, ranks, events)
    finally:
        ranks.close()


def _train(
    config: Config, data: Path | None, out: Path, ranks: Ranks, events: Events
) -> dict[str, Any]:
    if config.batch % ranks.world:
        raise MedGANSynthError(
            f"batch={config.batch} cannot be divided over {ranks.world} ranks; "
            f"use --set batch={ranks.world * max(1, config.batch // ranks.world)}."
        )
    training, validation = load_heads(data, config.data, events if ranks.main else Events())
    items = SlicePairDataset(training, config.data, config.seed)
    run = Run(out, main=ranks.main)
    try:
        run.catch_signals()
        if ranks.main:
            run.adopt(config, data_hash(data, config.data))
            events = TeeEvents(events, RunEvents(out))
        else:
            events = Events()
        _deterministic(config.seed)
        system = system_class(config.system)(config, ranks.device, ranks.wrap)
        multiple = bare(system.networks[system.exported[0]]).multiple
        judge = TranslationJudge(validation, config.data, multiple, ranks.device)
        describe = _describe(config, training, multiple)
        result = loop(config, system, items, judge, describe, run, ranks, events)
    except MedGANSynthError as error:
        events.emit("error", text=str(error))
        raise
    finally:
        run.close()
    state = "stopped; the same command resumes it" if result["stopped"] else "finished"
    return {"text": f"{out}: {state} after {result['images']} images.", "run": str(out), **result}


def dry_run(config: Config) -> dict[str, Any]:
    """The resolved config and every network's size, built without memory."""
    with torch.device("meta"):
        system = system_class(config.system)(config, torch.device("meta"), lambda network: network)
    sizes = {name: count_parameters(network) for name, network in system.networks.items()}
    resolved = schema.to_dict(config)
    lines = [f"{name}: {size:,} parameters" for name, size in sizes.items()]
    return {
        "text": json.dumps(resolved, indent=1) + "\n" + "\n".join(lines),
        "config": resolved,
        "parameters": sizes,
    }


def _deterministic(seed: int) -> None:
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    # Adam's moments of seldom used weights sink into subnormals, which a CPU handles slowly.
    torch.set_flush_denormal(True)


def _describe(config: Config, training: list[Head], multiple: int) -> dict[str, Any]:
    """The parts of `model.json` that a training knows."""
    data = config.data
    channels = {"in_channels": data.slices, "out_channels": data.predicted}
    spec = config.networks["generator"]
    options = schema.to_dict(channels | spec.options)
    ports = {
        m: {"modality": m, "reference_range": list(reference_range(training, m))}
        for m in (data.source, data.target)
    }
    networks, directions = {}, {}
    for role, start, end in (
        ("source_to_target", data.source, data.target),
        ("target_to_source", data.target, data.source),
    ):
        networks[role] = {
            "architecture": spec.architecture,
            "options": options,
            "prefix": f"{role}.",
        }
        directions[f"{start}-to-{end}"] = {
            "network": role,
            "inputs": [ports[start]],
            "output": ports[end],
            "slices": data.slices,
            "step_mm": data.step_mm,
        }
    spacing = list(data.spacing) if data.spacing else None
    return {
        "system": config.system,
        "kind": "translate",
        "networks": networks,
        "directions": directions,
        "grid": {
            "orientation": data.orientation,
            "spacing": [spacing, spacing, None],
            "multiple": [multiple, multiple, 1],
            "size": None,
        },
        "intensity": dataclasses.asdict(data.intensity),
        "training": {"people": len(training)},
    }
