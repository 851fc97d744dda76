"""One training among the many of an experiment: done once, found again the next time."""

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .. import schema
from ..errors import Cancelled, MedGANSynthError
from ..events import Events
from ..files import write_text
from ..models.restricted import load_restricted
from ..networks.registry import build_network
from ..training.checkpoint import LAST
from ..training.config import Config
from ..training.people import data_facts
from ..training.session import train

OUTCOME = "outcome.json"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a training ended; kept in its Run folder.

    Attributes:
        config: the resolved configuration, as JSON has it.
        seconds: it took, all parts of an interrupted one together.
        failed: the sentence of a training that diverged, else "".
    """

    config: dict[str, Any]
    seconds: float
    failed: str = ""


def trained(config: Config, data: Path | None, run: Path, device: str, events: Events) -> Outcome:
    """Train in the Run folder `run`, go on where it was stopped, or find it finished.

    A training that diverges is an outcome, too.

    Raises:
        MedGANSynthError: data or settings that cannot be used, a Run of other settings.
        Cancelled: the user stopped it; the same experiment goes on from there.
    """
    path, plain = run / OUTCOME, schema.to_dict(config)
    before = 0.0
    if path.is_file():
        kept = schema.read_json(Outcome, path)
        if kept.config == plain:
            return kept
        before = kept.seconds
    started, failed, stopped = time.monotonic(), "", False
    try:
        facts = data_facts(data, config.data.phantoms)
        stopped = train(config, data, facts, run, device, events)["stopped"]
    except MedGANSynthError as error:
        if "training diverged" not in str(error):
            raise
        failed = str(error)
    if stopped:
        raise Cancelled("the experiment was stopped; the same command goes on.")
    outcome = Outcome(plain, before + time.monotonic() - started, failed)
    write_text(path, json.dumps(dataclasses.asdict(outcome), indent=1))
    return outcome


def load_trained(run: Path, role: str, device: torch.device) -> nn.Module | None:
    """The averaged network `role` of a Run's last checkpoint; None where it has none."""
    path = run / "checkpoints" / LAST
    if not path.is_file():
        return None
    exported = load_restricted(path)["export"]
    spec = exported["manifest"]["networks"][role]
    network = build_network(spec["architecture"], spec["options"], f"{run}: {role}")
    network.load_state_dict(exported["networks"][role])
    return network.to(device).eval().requires_grad_(False)
