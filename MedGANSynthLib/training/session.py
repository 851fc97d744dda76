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
from ..inference.device import choose_device
from ..inference.plan import out_of_memory
from ..networks.registry import count_parameters
from ..systems.base import System, bare
from ..systems.registry import cohort_class, system_class
from ..wording import counted
from .config import Config
from .distributed import Ranks
from .loop import train as loop
from .people import DataFacts
from .room import needed, refuse_full_disk, refuse_what_cannot_fit, weightless
from .run import Run, RunEvents


def train(
    config: Config, data: Path | None, facts: DataFacts, out: Path, device: str, events: Events
) -> dict[str, Any]:
    """Train `config` in the Run folder `out`, alone or as one of torchrun's ranks.

    Args:
        facts: what the Run remembers of `data`.
    """
    ranks = Ranks(device)
    try:
        return _train(config, data, facts, out, ranks, events)
    finally:
        ranks.close()


def _train(
    config: Config, data: Path | None, facts: DataFacts, out: Path, ranks: Ranks, events: Events
) -> dict[str, Any]:
    if config.batch % ranks.world:
        raise MedGANSynthError(
            f"batch={config.batch} cannot be divided over {ranks.world} ranks; "
            f"use --set batch={ranks.world * max(1, config.batch // ranks.world)}."
        )
    # What these settings or this computer cannot bear is told before anything is written.
    ranks.agree(lambda: refuse_what_cannot_fit(config, ranks.device, ranks.world))
    checkpoints = out / "checkpoints"  # on the main rank's machine alone
    ranks.agree(lambda: refuse_full_disk(weightless(config), checkpoints) if ranks.main else None)
    quiet = events if ranks.main else Events()
    run = ranks.agree(lambda: Run(out, main=ranks.main))
    log = Events()
    try:
        cohort = ranks.agree(lambda: cohort_class(config.system)(config, data, quiet))
        run.catch_signals()
        ranks.agree(lambda: run.adopt(config, facts))
        log = RunEvents(out) if ranks.main else Events()
        events = TeeEvents(quiet, log)
        low = config.low_precision(ranks.device.type)
        events.emit(
            "started",
            process=os.getpid(),
            device=str(ranks.device),
            precision="bf16" if low else "fp32",
            ranks=ranks.world,
            images=config.images,
        )
        _deterministic(config.seed)
        system = system_class(config.system)(config, ranks.device, ranks.wrap)
        ranks.same_start(list(system.networks.values()))
        if config.compile:
            compile_exported(system)
        judge, describe = cohort.judge(system, ranks.device), cohort.describe(system)
        result = loop(config, system, cohort.items, judge, describe, run, ranks, events)
        events.emit("ended", images=result["images"], stopped=result["stopped"])
    except (MedGANSynthError, OSError) as error:
        if isinstance(error, OSError):
            error = cannot_write(out, error)
        log.emit("error", text=str(error))  # who listens to `events` hears it from the caller
        raise error from None
    except RuntimeError as error:
        if ranks.world > 1 and "peer" in str(error):  # a connection was closed
            raise MedGANSynthError("another rank ended; its own message says why.") from None
        if not out_of_memory(error):
            raise
        kept = "the last checkpoint is good; " if any(run.checkpoints.glob("*.pt")) else ""
        text = (
            f"not enough memory on {ranks.device} for a step of batch={config.batch}; {kept}"
            "start a new run with a smaller batch or preset."
        )
        log.emit("error", text=text)
        raise MedGANSynthError(text) from None
    finally:
        run.close()
    count = counted(result["images"], "image")
    said = f"finished after {count}"
    if result["stopped"]:
        said = f"stopped after {count}; the same command goes on"
    # Other ranks have nothing to add.
    return {"text": f"{out}: {said}." if ranks.main else "", "run": str(out), **result}


def dry_run(config: Config, device: str | None = None) -> dict[str, Any]:
    """The resolved config and every network's size; with `device`, what a step needs there."""
    networks = weightless(config).networks
    sizes = {name: count_parameters(network) for name, network in networks.items()}
    result = {"config": schema.to_dict(config), "parameters": sizes}
    lines = [json.dumps(result["config"], indent=1)]
    lines += [f"{name}: {size:,} parameters" for name, size in sizes.items()]
    if device is not None:
        place = choose_device(device)
        low = config.low_precision(place.type)
        step = needed(config, config.batch, low)
        result |= {"memory": step.total, "flops": step.flops}
        lines.append(
            f"a step of {config.batch} in {'bf16' if low else 'fp32'}: "
            f"{step.flops / 1e9:,.1f} GFLOP, about {step.total / 2**30:.1f} GiB on {place} beside "
            "the images"
        )
        try:
            refuse_what_cannot_fit(config, place)
        except MedGANSynthError as error:
            lines.append(f"Stops: {error}")
    return {"text": "\n".join(lines), **result}


def compile_exported(system: System) -> None:
    """Let `torch.compile` speed up the networks of the package; where it cannot, nothing changes.

    They have no second derivatives, which it does not know.
    """
    import torch._dynamo

    torch._dynamo.config.suppress_errors = True
    for name in system.exported:
        bare(system.networks[name]).compile()


def _deterministic(seed: int) -> None:
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    # Adam's moments of seldom used weights sink into subnormals, which a CPU handles slowly.
    torch.set_flush_denormal(True)
