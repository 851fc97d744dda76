"""Generators: whole volumes of one modality, and what their package makes."""

import dataclasses
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import schema
from ..data.case_volumes import read_case
from ..data.datalist import Case
from ..data.phantom import head_phantom
from ..data.standard import median_range
from ..data.volumes import Scan, VolumeDataset, common_spacing, load_scan
from ..errors import MedGANSynthError
from ..events import Events
from ..systems.base import System
from ..volume.geometry import centred_affine
from .config import Config
from .generation_judge import GenerationJudge
from .people import load_people

PHANTOM_MM = 192.0
"""Field of view along each axis, enough for a brain."""

FEWEST_TO_COMPARE = 4


class Generation:
    """A `cohort.Cohort` for Systems whose data are `data.settings.Volumes`."""

    def __init__(self, config: Config, data: Path | None, events: Events) -> None:
        self.config, self.settings = config, config.data
        self.training, self.validation = load_people(
            data, self.settings.phantoms, self._scan, self._phantom, events
        )
        scans = [*self.training, *self.validation]
        if cut := sum(scan.is_cut for scan in scans):
            events.warning(
                f"{cut} of {len(scans)} scans do not fit data.size and lose tissue; take a larger "
                "one, or a coarser data.spacing."
            )
        self.items = VolumeDataset(self.training, self.settings, config.seed)
        self.spacing = common_spacing(scans)

    def judge(self, system: System, device: torch.device) -> GenerationJudge:
        """Figures against the validation people, or the training people where those are few."""
        enough = len(self.validation) >= FEWEST_TO_COMPARE
        real = self.validation if enough else self.training
        return GenerationJudge(
            np.stack([scan.array for scan in real[:16]]),
            np.stack([scan.array for scan in self.validation[:8]]),
            centred_affine(self.settings.size, self.settings.orientation, self.spacing),
            system.latent,
            device,
        )

    def describe(self, system: System) -> dict[str, Any]:
        """Generator, encoder, and the grid of what they make: the data's, without the padding."""
        data = self.settings
        extents = zip(*(scan.extent for scan in self.training), strict=True)
        crop = [
            min(size, round(statistics.median(extent)))
            for size, extent in zip(data.size, extents, strict=True)
        ]
        networks = {}
        for role in system.exported:
            architecture, options = system.specs[role]
            networks[role] = {
                "architecture": architecture,
                "options": schema.to_dict(options),
                "prefix": f"{role}.",
            }
        output = {
            "modality": data.modality,
            "reference_range": median_range(s.intensity_range for s in self.training),
        }
        return {
            "system": self.config.system,
            "kind": "generate",
            "networks": networks,
            "directions": {},
            "generation": {
                "generator": "generator",
                "encoder": "encoder" if "encoder" in networks else None,
                "latent": system.latent,
                "output": schema.to_dict(output),
                "crop": crop,
            },
            "grid": {
                "orientation": data.orientation,
                "spacing": [[side, side] for side in self.spacing],
                "multiple": [1, 1, 1],
                "size": list(data.size),
            },
            "intensity": dataclasses.asdict(data.intensity),
            "training": {"people": len({scan.subject for scan in self.training})},
        }

    def _scan(self, case: Case) -> Scan:
        s = self.settings
        if s.modality not in case.images:
            raise MedGANSynthError(
                f"data list: {case.subject} has no {s.modality}; check data.modality."
            )
        return load_scan(case.subject, read_case(case, (s.modality,), s.mask), s)

    def _phantom(self, seed: int) -> Scan:
        s = self.settings
        spacing = s.spacing or tuple(PHANTOM_MM / side for side in s.size)
        made = head_phantom(seed, s.size, spacing, modalities=(s.modality,))
        volumes = {s.modality: made[s.modality], s.mask: made["mask"]}
        return load_scan(f"phantom-{seed}", volumes, s)
