"""`medgansynth train`: what can be refused is refused before anything heavy is imported."""

import os
from pathlib import Path
from typing import Any

from ..data.datalist import read_datalist
from ..data.doubts import doubts
from ..errors import MedGANSynthError
from ..events import Events
from .config import load_config
from .needs import needs_of
from .people import data_facts
from .refusals import refuse_early


def train(
    preset: str,
    data: Path | None,
    out: Path | None,
    set: tuple[str, ...],
    strict: bool,
    device: str,
    dry_run: bool,
    events: Events,
) -> dict[str, Any]:
    """Train a preset; the same command again resumes. See `tasks.Train`.

    Raises:
        MedGANSynthError: what is wrong with the config, the data or the Run folder.
    """
    config = load_config(preset, (*set, *(["data.strict=true"] if strict else [])))
    if out is None and not dry_run:
        raise MedGANSynthError("train: give the Run folder with -o FOLDER.")
    if data is not None and not data.is_file():
        raise MedGANSynthError(f"{data}: no such data list; medgansynth datalist writes one.")
    facts = data_facts(data, config.data.phantoms)
    if out is not None and os.environ.get("RANK", "0") == "0":
        refuse_early(out, config, facts)
        if data is not None:
            labels = needs_of(config.data).labels
            for doubt in doubts(read_datalist(data), labels):
                if doubt.grave:
                    raise MedGANSynthError(doubt.text)
                events.warning(doubt.text)
    from . import session

    if dry_run:
        return session.dry_run(config, device)
    return session.train(config, data, facts, out, device, events)
