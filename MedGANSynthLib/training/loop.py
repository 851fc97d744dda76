"""The training loop, read top to bottom. Time is counted in images seen by all ranks together."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from ..data.sampler import EndlessSampler
from ..errors import MedGANSynthError
from ..events import Events
from ..networks.layout import channels_last
from ..systems.base import System
from . import checkpoint
from .cohort import Judge
from .config import Config
from .distributed import Ranks
from .ema import Average
from .run import Run
from .tensorboard import tensorboard_writer
from .usage import peak_memory

Batch = dict[str, torch.Tensor]


def train(
    config: Config,  # the resolved configuration
    system: System,  # networks, optimisers and the step
    items: Dataset,  # endless training items by number
    judge: Judge,  # validation figures and previews
    describe: dict[str, Any],  # what `model.json` of an export needs to know
    run: Run,  # the folder that is written
    ranks: Ranks,  # this process among all
    events: Events,
) -> dict[str, Any]:
    """Train until `config.images` are seen or the user stops; resume where the Run left off."""
    # Training state.
    average = Average({n: system.networks[n] for n in system.exported}, config.ema)
    seen, best = 0, math.inf
    gathered: list[dict[str, torch.Tensor]] = []  # losses since the last row of metrics.csv
    saved = ranks.from_main(
        checkpoint.load_latest(run.checkpoints, events.warning) if ranks.main else None
    )
    if saved is not None:
        try:
            system.load_state_dict(saved["system"])
            average.load_state_dict(saved["average"])
            seen, best, gathered = saved["seen"], saved["best"], saved["gathered"]
        except (KeyError, TypeError, ValueError, RuntimeError):
            raise MedGANSynthError(
                f"{run.folder}: its checkpoint was written by another version of MedGANSynth; "
                "resume it with that version, or train in a new folder."
            ) from None
    if ranks.main:
        run.rewind(seen)

    # Data and precision.
    local = config.batch // ranks.world
    loader = DataLoader(
        items,
        batch_size=local,
        sampler=EndlessSampler(seen, config.batch, ranks.rank, ranks.world),
        num_workers=config.workers,
        persistent_workers=config.workers > 0,
        pin_memory=ranks.device.type == "cuda",
    )
    low = config.low_precision(ranks.device.type)
    autocast = torch.autocast(ranks.device.type, torch.bfloat16, enabled=low)
    writer = tensorboard_writer(run.folder) if ranks.main else None

    def save(is_best: bool = False) -> None:
        _check_networks(system, seen)
        state = {
            "seen": seen,
            "best": best,
            "gathered": [{n: loss.cpu() for n, loss in g.items()} for g in gathered],
            "system": system.state_dict(),
            "average": average.state_dict(),
            "export": {"networks": average.state_dict(), "manifest": describe},
        }
        checkpoint.save(run.checkpoints, state, is_best)

    def report(table: str, values: dict[str, float]) -> None:
        run.record(table, seen, values)
        text, memory = _line(seen, values), peak_memory(ranks.device)
        events.emit("metric", table=table, images=seen, values=values, text=text, memory=memory)
        if writer is not None:
            for name, value in values.items():
                writer.add_scalar(f"{table}/{name}", value, seen)

    def preview() -> None:
        path = run.previews / f"{seen:09d}.png"
        judge.preview(average.networks, path)
        events.emit("preview", path=str(path), images=seen, caption=judge.caption)

    # The picture before the first step, which also shows that everything can be written.
    if ranks.main and not (run.previews / f"{seen:09d}.png").exists():
        preview()

    # Train.
    stopped = ranks.any(run.wants_stop())
    batches = iter(loader) if config.workers else _ahead(iter(loader))
    start = seen
    events.begin(start / config.images)
    while seen < config.images and not stopped:
        # Every random choice of a step follows from the seed and its place in the run, so that
        # nothing but `seen` has to be remembered for an exact resume. All ranks draw the same
        # numbers, for the whole batch, so that their number may change (`collective`).
        torch.manual_seed(_seed(config.seed, seen))
        batch = {key: channels_last(value, ranks.device) for key, value in next(batches).items()}
        _set_rates(system, config, seen)
        with autocast:
            losses = system.step(batch, seen)
        before, seen = seen, seen + config.batch
        average.update(config.batch, seen)
        gathered.append(losses)

        def due(interval: int, before: int = before, now: int = seen) -> bool:
            """At multiples of `interval`, and at the end."""
            crossed = interval > 0 and before // interval < now // interval
            return crossed or now >= config.images

        # Status. Reading a loss waits for the GPU, so it happens here and not at every step.
        if ranks.device.type == "cpu" or due(config.intervals.metrics):
            _check_losses(losses, seen)
        if due(config.intervals.metrics):
            means = ranks.mean(_means(gathered))
            gathered = []
            if ranks.main:
                report("metrics", means)
        if ranks.main:
            events.progress(min(1.0, seen / config.images), f"{seen} of {config.images} images")

        # Figures, pictures, checkpoint.
        stopped = ranks.any(run.wants_stop())
        improved = False
        if ranks.main and due(config.intervals.validate):
            values = judge.measure(average.networks)
            report("validation", values)
            chosen = values.get(config.best, values.get("cycle", math.inf))
            improved = chosen < best
            best = min(best, chosen)
        if ranks.main and due(config.intervals.preview):
            preview()
        if ranks.main and (improved or stopped or due(config.intervals.checkpoint)):
            save(improved)

    if writer is not None:
        writer.close()
    return {"images": seen, "trained": seen - start, "best": best, "stopped": stopped}


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches; the next one is read, in a thread, while a step computes."""
    with ThreadPoolExecutor(1) as reader:
        waiting = reader.submit(next, batches)
        while True:
            batch = waiting.result()
            waiting = reader.submit(next, batches)
            yield batch


def _seed(seed: int, seen: int) -> int:
    return int(np.random.SeedSequence([seed, seen, 0]).generate_state(1)[0])


def _set_rates(system: System, config: Config, seen: int) -> None:
    """Constant learning rates, then a linear fall to 0 from the fraction `decay` on."""
    fraction = seen / config.images
    for name, optimizer in system.optimizers.items():
        settings = config.optimizer[name]
        left = (1 - fraction) / (1 - settings.decay) if settings.decay < 1 else 1.0
        for group in optimizer.param_groups:
            group["lr"] = settings.lr * min(1.0, left)


def _check_losses(losses: dict[str, torch.Tensor], seen: int) -> None:
    for name, loss in losses.items():
        if not math.isfinite(float(loss)):
            raise MedGANSynthError(
                f"training diverged: the loss {name} is {float(loss)} at image {seen}; the last "
                "checkpoint is good; start a new run with a smaller learning rate."
            )


def _check_networks(system: System, seen: int) -> None:
    for name, network in system.networks.items():
        if not all(bool(p.isfinite().all()) for p in network.parameters()):
            raise MedGANSynthError(
                f"training diverged: {name} has weights that are not finite at image {seen}; the "
                "last checkpoint is good; start a new run with a smaller learning rate."
            )


def _means(gathered: list[dict[str, torch.Tensor]]) -> dict[str, float]:
    """The mean of each term over the steps that computed it."""
    names = {name: None for losses in gathered for name in losses}
    return {
        name: float(torch.stack([g[name].float().cpu() for g in gathered if name in g]).mean())
        for name in names
    }


def _line(seen: int, values: dict[str, float]) -> str:
    return f"{seen:>9}  " + "  ".join(f"{name} {value:z.4g}" for name, value in values.items())
