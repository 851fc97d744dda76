"""One training from its config, data list and Run folder to the loop."""

import json
import os
from pathlib import Path
from typing import Any

import torch

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events, TeeEvents
from ..files import cannot_write
from ..networks.registry import count_parameters
from ..systems.registry import cohort_class, system_class
from .config import Config
from .distributed import Ranks
from .loop import train as loop
from .people import data_facts
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
    run = Run(out, main=ranks.main)
    try:
        cohort = cohort_class(config.system)(config, data, events if ranks.main else Events())
        run.catch_signals()
        if ranks.main:
            run.adopt(config, data_facts(data, config.data.phantoms))
            events = TeeEvents(events, RunEvents(out))
        else:
            events = Events()
        events.emit("started", process=os.getpid(), device=str(ranks.device), images=config.images)
        _deterministic(config.seed)
        system = system_class(config.system)(config, ranks.device, ranks.wrap)
        judge, describe = cohort.judge(system, ranks.device), cohort.describe(system)
        result = loop(config, system, cohort.items, judge, describe, run, ranks, events)
        events.emit("ended", images=result["images"], stopped=result["stopped"])
    except (MedGANSynthError, OSError) as error:
        if isinstance(error, OSError):
            error = cannot_write(out, error)
        events.emit("error", text=str(error))
        raise error from None
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
