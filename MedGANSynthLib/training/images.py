"""Generators of images: slices of one modality, or heart cycles, and what their package makes."""

import dataclasses
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import schema
from ..data.cine_phantom import heart_phantom
from ..data.cycles import cut_cycles
from ..data.datalist import Case
from ..data.image_settings import Cycles, Slices
from ..data.images import ImageDataset, Pictures, common_pixels
from ..data.phantom import head_phantom
from ..data.stacks import load_stack
from ..data.standard import median_range
from ..errors import MedGANSynthError
from ..events import Events
from ..systems.base import System
from ..volume.cine import read_cine
from ..volume.read import read
from ..volume.volume import Volume
from .config import Config
from .image_judge import ImageJudge
from .people import load_people

PHANTOM_MM = 192.0
"""Field of view of a head phantom's slice, enough for a brain."""
PHANTOM_SLICES, PHANTOM_SLICE_MM = 16, 8.0
CYCLE_SECONDS = 1.0
"""Of cycles whose files do not say: a heart at rest."""
FEWEST_TO_COMPARE = 16


class ImageGeneration:
    """A `cohort.Cohort` for Systems of images; subclasses say how people become pictures."""

    orientation: str
    turn = 0.0

    def __init__(self, config: Config, data: Path | None, events: Events) -> None:
        self.config, self.settings = config, config.data
        self.training, self.validation = load_people(
            data, self.settings.phantoms, self._person, self._phantom, events
        )
        self.items = ImageDataset(_all(self.training), config.seed, self.settings.mirror, self.turn)
        self.pixels = common_pixels([*self.training, *self.validation])

    def judge(self, system: System, device: torch.device) -> ImageJudge:
        """Figures against the validation people, or the training people where those are few."""
        kept_out = _all(self.validation)
        real = kept_out if len(kept_out) >= FEWEST_TO_COMPARE else _all(self.training)
        return ImageJudge(real, system.latent, device)

    def describe(self, system: System) -> dict[str, Any]:
        """The generator, and the grid of what it makes: one slice."""
        size = [self.settings.size, self.settings.size, 1]
        thickness = statistics.median(person.spacing[2] for person in self.training)
        architecture, options = system.specs["generator"]
        output = {
            "modality": self.settings.modality,
            "reference_range": median_range(person.intensity_range for person in self.training),
        }
        return {
            "system": self.config.system,
            "kind": "generate",
            "networks": {
                "generator": {
                    "architecture": architecture,
                    "options": schema.to_dict(options),
                    "prefix": "generator.",
                }
            },
            "directions": {},
            "generation": {
                "generator": "generator",
                "latent": system.latent,
                "output": schema.to_dict(output),
                "crop": size,
                **self._form(),
            },
            "grid": {
                "orientation": self.orientation,
                "spacing": [[side, side] for side in (*self.pixels, thickness)],
                "multiple": [1, 1, 1],
                "size": size,
            },
            "intensity": dataclasses.asdict(self.settings.intensity),
            "training": {"people": len({person.subject for person in self.training})},
        }

    def _form(self) -> dict[str, Any]:
        """What the manifest's `generation` says of an image's channels."""
        raise NotImplementedError

    def _person(self, case: Case) -> Pictures:
        raise NotImplementedError

    def _phantom(self, seed: int) -> Pictures:
        raise NotImplementedError


class SliceGeneration(ImageGeneration):
    """For `data.image_settings.Slices`."""

    settings: Slices

    @property
    def orientation(self) -> str:
        """Axis codes of rows, columns, slices."""
        return self.settings.orientation

    def _form(self) -> dict[str, Any]:
        return {"form": "slice"}

    def _person(self, case: Case) -> Pictures:
        s = self.settings
        if s.modality not in case.images:
            raise MedGANSynthError(
                f"data list: {case.subject} has no {s.modality}; check data.modality."
            )
        wanted = [name for name in (s.modality, s.mask) if name in case.images]
        return load_stack(case.subject, {n: read(case.images[n], n) for n in wanted}, s)

    def _phantom(self, seed: int) -> Pictures:
        s = self.settings
        pixel = s.spacing or PHANTOM_MM / s.size
        side = round(PHANTOM_MM / pixel)
        made = head_phantom(
            seed,
            (side, side, PHANTOM_SLICES),
            (pixel, pixel, PHANTOM_SLICE_MM),
            modalities=(s.modality,),
        )
        return load_stack(
            f"phantom-{seed}", {s.modality: made[s.modality], s.mask: made["mask"]}, s
        )


class CineGeneration(ImageGeneration):
    """For `data.image_settings.Cycles`."""

    settings: Cycles
    orientation = "PLS"

    @property
    def turn(self) -> float:
        """Probability of a turn by 90, 180 or 270 degrees."""
        return self.settings.turn

    def _form(self) -> dict[str, Any]:
        known = [person.time_step for person in self.training if person.time_step]
        step = statistics.median(known) if known else CYCLE_SECONDS / self.settings.frames
        return {"form": "cine", "frames": self.settings.frames, "time_step": step}

    def _person(self, case: Case) -> Pictures:
        s = self.settings
        if s.modality not in case.images:
            raise MedGANSynthError(
                f"data list: {case.subject} has no {s.modality}; check data.modality."
            )
        mask = read_cine(case.images[s.mask], s.mask) if s.mask in case.images else None
        return self._cut(case.subject, read_cine(case.images[s.modality], s.modality), mask)

    def _phantom(self, seed: int) -> Pictures:
        made = heart_phantom(seed, frames=self.settings.frames)
        return self._cut(f"phantom-{seed}", made["cine"], made["mask"])

    def _cut(self, subject: str, cine: Volume, mask: Volume | None) -> Pictures:
        s = self.settings
        return cut_cycles(
            subject, cine, s.size, s.field, s.frames, s.intensity, s.centre, s.phases, mask
        )


def _all(people: list[Pictures]) -> np.ndarray:
    """Everybody's images, `[n, channel, rows, cols]`."""
    return np.concatenate([person.images for person in people])
