"""Translators: heads in two modalities, and the directions of the package."""

import dataclasses
import statistics
from pathlib import Path
from typing import Any

import torch

from .. import schema
from ..data.case_volumes import read_case
from ..data.datalist import Case
from ..data.phantom import head_phantom
from ..data.slices import Head, SlicePairDataset, load_head
from ..data.standard import median_range
from ..errors import MedGANSynthError
from ..events import Events
from ..systems.base import System, bare
from .config import Config
from .judge import TranslationJudge
from .people import load_people

PHANTOM_SHAPE, PHANTOM_SPACING = (128, 128, 24), (1.6, 1.6, 6.0)


class Translation:
    """A `cohort.Cohort` for Systems whose data are `data.settings.SlicePairs`."""

    def __init__(self, config: Config, data: Path | None, events: Events) -> None:
        self.config, self.settings = config, config.data
        self.training, self.validation = load_people(
            data, self.settings.phantoms, self._head, self._phantom, events
        )
        self.items = SlicePairDataset(self.training, self.settings, config.seed)

    def judge(self, system: System, device: torch.device) -> TranslationJudge:
        """Figures and pictures on the validation people."""
        return TranslationJudge(
            self.validation,
            self.settings,
            _multiple(system),
            device,
            self.config.objective.blank,
        )

    def describe(self, system: System) -> dict[str, Any]:
        """Both directions, their networks, grid and intensities."""
        data, multiple = self.settings, _multiple(system)
        channels = {"in_channels": data.slices, "out_channels": data.predicted}
        spec = self.config.networks["generator"]
        options = schema.to_dict(channels | spec.options)
        inputs, outputs = {}, {}
        for m in (data.source, data.target):
            heads = [head for head in self.training if m in head.ranges]
            inputs[m] = {
                "modality": m,
                "reference_range": list(median_range(h.ranges[m] for h in heads)),
            }
            outputs[m] = {
                "modality": m,
                "reference_range": list(median_range(h.target_ranges[m] for h in heads)),
                "minimum": statistics.median(h.minima[m] for h in heads),
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
                "inputs": [inputs[start]],
                "output": outputs[end],
                "slices": data.slices,
                "step_mm": data.step_mm,
                "blank": self.config.objective.blank,
            }
        spacing = list(data.spacing) if data.spacing else None
        return {
            "system": self.config.system,
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
            "training": {"people": len(self.training)},
        }

    def _head(self, case: Case) -> Head:
        s = self.settings
        volumes = read_case(case, (s.source, s.target), s.mask)
        if not volumes.keys() & {s.source, s.target}:
            raise MedGANSynthError(
                f"data list: {case.subject} has neither {s.source} nor {s.target}; "
                "check the modality names."
            )
        return load_head(case.subject, volumes, s)

    def _phantom(self, seed: int) -> Head:
        s = self.settings
        made = head_phantom(seed, PHANTOM_SHAPE, PHANTOM_SPACING, modalities=(s.source, s.target))
        volumes = {s.source: made[s.source], s.target: made[s.target], s.mask: made["mask"]}
        return load_head(f"phantom-{seed}", volumes, s)


def _multiple(system: System) -> int:
    """The exported networks take sides that are multiples of this."""
    return bare(system.networks[system.exported[0]]).multiple
