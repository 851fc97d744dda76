"""Several modalities to one: examinations, their judge, and the direction of the package."""

import dataclasses
from pathlib import Path
from typing import Any

import torch

from .. import schema
from ..data.case_volumes import read_case
from ..data.datalist import Case
from ..data.modalities import Examination, PatchDataset, grid_of, load_examination
from ..data.mr_signal import CONTRASTS
from ..data.phantom import head_phantom
from ..data.standard import median_range
from ..errors import MedGANSynthError
from ..events import Events
from ..models.manifest import Direction, Port
from ..systems.base import System
from ..volume.grid import left_right
from .config import Config
from .people import load_people
from .synthesis_judge import SynthesisJudge

PHANTOM_SHAPE, PHANTOM_SPACING = (48, 56, 48), (4.0, 4.0, 4.0)


class Synthesis:
    """A `cohort.Cohort` for Systems whose data are `data.settings.Modalities`."""

    def __init__(self, config: Config, data: Path | None, events: Events) -> None:
        self.config, self.settings, self.events = config, config.data, events
        self.training, self.validation = load_people(
            data, self.settings.phantoms, self._examination, self._phantom, events
        )
        self.items = PatchDataset(self.training, self.settings, config.seed)

    def judge(self, system: System, device: torch.device) -> SynthesisJudge:
        """Figures and pictures on the validation people."""
        multiple = system.networks["generator"].multiple
        way, axes = self.direction(), self.settings.orientation
        return SynthesisJudge(self.validation, way, axes, multiple, device)

    def describe(self, system: System) -> dict[str, Any]:
        """The one direction, its network, grid and intensities."""
        data = self.settings
        architecture, options = system.specs["generator"]
        multiple = system.networks["generator"].multiple
        slices = len(data.size) == 2
        # No size: what lies outside of the training's box is translated in overlapping blocks.
        grid = dataclasses.replace(
            grid_of(data, cut=False), multiple=(multiple, multiple, 1) if slices else (1, 1, 1)
        )
        return {
            "system": self.config.system,
            "kind": "translate",
            "networks": {
                "generator": {
                    "architecture": architecture,
                    "options": schema.to_dict(options),
                    "prefix": "generator.",
                }
            },
            "directions": {
                "-".join([*data.inputs, "to", data.target]): schema.to_dict(self.direction())
            },
            "grid": schema.to_dict(grid),
            "intensity": dataclasses.asdict(data.intensity),
            "training": {"people": len({person.subject for person in self.training})},
        }

    def direction(self) -> Direction:
        """What the package says of inputs, output, and how the network sees them."""
        data = self.settings
        ranges = zip(*(person.ranges for person in self.training), strict=True)
        return Direction(
            network="generator",
            inputs=tuple(
                Port(name, median_range(of)) for name, of in zip(data.inputs, ranges, strict=True)
            ),
            output=Port(
                data.target,
                median_range(person.target_range for person in self.training),
                min(person.minimum for person in self.training),
            ),
            slices=1 if len(data.size) == 2 else 0,
            patch=None if len(data.size) == 2 else data.size,
            blank=data.stripped,
            mirror=left_right(data.orientation) if data.mirrored else None,
        )

    def _examination(self, case: Case) -> Examination | None:
        s = self.settings
        missing = [name for name in (*s.inputs, s.target) if name not in case.images]
        if missing and s.strict:
            raise MedGANSynthError(
                f"data list: {case.subject} has no {missing[0]}; add it, or train without --strict."
            )
        if missing:
            self.events.warning(f"{case.subject}: left out, has no {' and no '.join(missing)}.")
            return None
        volumes = read_case(case, (*s.inputs, s.target), s.mask)
        examination, notes = load_examination(case.subject, volumes, s)
        for note in notes:
            self.events.warning(note)
        return examination

    def _phantom(self, seed: int) -> Examination:
        s = self.settings
        names = (*s.inputs, s.target)
        if any(name not in CONTRASTS for name in names):
            raise MedGANSynthError(
                f"the built-in phantom has no {next(n for n in names if n not in CONTRASTS)}; "
                "give a data list with --data."
            )
        made = head_phantom(seed, PHANTOM_SHAPE, PHANTOM_SPACING, modalities=names)
        volumes = {name: made[name] for name in names} | {s.mask: made["mask"]}
        return load_examination(f"phantom-{seed}", volumes, s)[0]
