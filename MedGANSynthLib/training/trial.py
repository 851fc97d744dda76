"""What a training will cost, from a few of its steps on a few of its people."""

import dataclasses
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset, default_collate

from ..data.build import common_root
from ..data.datalist import DataList, write_datalist
from ..events import Events
from ..inference.device import choose_device
from ..networks.layout import channels_last
from ..systems.base import System
from ..systems.registry import cohort_class, system_class
from .config import Config
from .ema import Average
from .findings import is_used
from .needs import Needs, needs_of
from .room import KEPT, refuse_what_cannot_fit
from .usage import peak_memory

PEOPLE = 3
POINTS = (0.125, 0.375, 0.625, 0.875)
"""Steps differ over a run (networks grow, adversaries join): one is timed in each quarter."""
PATIENCE_S = 60.0
"""After so long no further step is begun."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of one whole training.

    Attributes:
        seconds: about how long it takes here.
        step_seconds: the mean step, loading of its images included.
        disk: bytes that the Run will need at most.
        memory: bytes of the device's memory that the steps have used (`usage.peak_memory`).
        device: where they were computed.
    """

    seconds: float
    step_seconds: float
    disk: int
    memory: int | None
    device: str


def try_out(config: Config, listed: DataList | None, device: str, events: Events) -> Cost:
    """Train for a few steps, measure once, and draw one preview; nothing of it is kept.

    Args:
        listed: whom to train on; None for the built-in phantoms.

    Raises:
        MedGANSynthError: it cannot fit into memory; what a training would raise of these people.
    """
    place = choose_device(device)
    refuse_what_cannot_fit(config, place)
    with tempfile.TemporaryDirectory(prefix="MedGANSynth-") as folder:
        path, more = None, 1.0
        if listed is not None:
            few = _few(listed, needs_of(config.data))
            path = _write(few, Path(folder) / "few.json")
            more = max(1.0, len(listed.validation) / max(1, len(few.validation)))
        phantoms = min(PEOPLE, config.data.phantoms)
        config = dataclasses.replace(
            config, data=dataclasses.replace(config.data, phantoms=phantoms)
        )
        cohort = cohort_class(config.system)(config, path, Events())
        system = system_class(config.system)(config, place, lambda network: network)
        average = Average({n: system.networks[n] for n in system.exported}, config.ema)
        step_seconds = _time_steps(config, system, average, cohort.items, place, events)
        memory = peak_memory(place)
        judge = cohort.judge(system, place)
        picture = Path(folder) / "preview.png"
        preview_seconds = _seconds(lambda: judge.preview(average.networks, picture), place)
        events.progress(0.95, "one validation")
        measure_seconds = _seconds(lambda: judge.measure(average.networks), place)
        previews = _times(config.intervals.preview, config.images)
        checkpoint = _bytes(system.state_dict()) + _bytes(average.state_dict())
        return Cost(
            step_seconds * config.images / config.batch
            + preview_seconds * previews
            + measure_seconds * more * _times(config.intervals.validate, config.images),
            step_seconds,
            KEPT * checkpoint + previews * picture.stat().st_size,
            memory,
            str(place),
        )


def _few(listed: DataList, needs: Needs) -> DataList:
    """The first people of each split, and of every modality somebody who has it."""
    few = {}
    for split in ("training", "validation"):
        cases = [case for case in getattr(listed, split) if is_used(case, needs)]
        having = [next((c for c in cases if m in c.images), None) for m in needs.modalities]
        few[split] = []
        for case in filter(None, [*having, *cases[:PEOPLE]]):
            if case not in few[split]:
                few[split].append(case)
    return DataList(listed.modality, tuple(few["training"]), tuple(few["validation"]))


def _write(listed: DataList, path: Path) -> Path:
    root = common_root([*listed.training, *listed.validation], path)
    write_datalist(listed, path, root)
    return path


def _time_steps(
    config: Config,
    system: System,
    average: Average,
    items: Dataset,
    device: torch.device,
    events: Events,
) -> float:
    """The mean time of a step in seconds; the very first one, which prepares things, is extra."""
    began, times = time.monotonic(), []
    for number, seen in enumerate(_places(config)):
        if times and time.monotonic() - began > PATIENCE_S:
            break
        events.progress(0.1 + 0.15 * number, f"trying step {number + 1}")

        def step(seen: int = seen) -> None:
            batch = default_collate([items[seen + n] for n in range(config.batch)])
            batch = {key: channels_last(value, device) for key, value in batch.items()}
            low = config.low_precision(device.type)
            with torch.autocast(device.type, torch.bfloat16, enabled=low):
                system.step(batch, seen)
            average.update(config.batch, seen + config.batch)

        seconds = _seconds(step, device)
        if number or seconds > PATIENCE_S:
            times.append(seconds)
    return sum(times) / len(times)


def _places(config: Config) -> Iterator[int]:
    """Images seen at which to try a step: the first place twice."""
    for share in (POINTS[0], *POINTS):
        yield int(share * config.images) // config.batch * config.batch


def _seconds(action: Any, device: torch.device) -> float:
    began = time.monotonic()
    action()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.monotonic() - began


def _times(interval: int, images: int) -> int:
    """How often something is due: at the start or the end, and at every multiple."""
    return 1 + (images // interval if interval else 0)


def _bytes(state: Any) -> int:
    """Of all tensors in nested dictionaries and lists."""
    if isinstance(state, torch.Tensor):
        return state.numel() * state.element_size()
    if isinstance(state, dict):
        return sum(_bytes(value) for value in state.values())
    if isinstance(state, (list, tuple)):
        return sum(_bytes(value) for value in state)
    return 0
