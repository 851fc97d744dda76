"""Generators of slices with their label maps, to train segmentation networks on."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ..data.datalist import Case
from ..data.images import Pictures
from ..data.label_settings import LabelledSlices
from ..data.labelled import load_labelled
from ..data.phantom import head_phantom
from ..errors import MedGANSynthError
from ..systems.base import System
from ..volume.picture import write_montage
from ..volume.read import read
from .image_judge import COLUMNS, ImageJudge
from .images import PHANTOM_MM, PHANTOM_SLICE_MM, PHANTOM_SLICES, SliceGeneration


class LabelledGeneration(SliceGeneration):
    """For `data.label_settings.LabelledSlices`; a phantom's label map is its brain mask."""

    settings: LabelledSlices

    def judge(self, system: System, device: torch.device) -> "LabelledJudge":
        """Figures of the images alone; the picture shows their labels below them."""
        judge = super().judge(system, device)
        return LabelledJudge(judge.real[:, :1], system.latent, device)

    def _form(self) -> dict[str, Any]:
        return {"form": "labelled", "classes": self.settings.classes}

    def _person(self, case: Case) -> Pictures:
        s = self.settings
        for name in (s.modality, s.label):
            if name not in case.images:
                raise MedGANSynthError(f"data list: {case.subject} has no {name}; add it.")
        return load_labelled(
            case.subject, {n: read(case.images[n], n) for n in (s.modality, s.label)}, s
        )

    def _phantom(self, seed: int) -> Pictures:
        s = self.settings
        pixel = s.spacing or PHANTOM_MM / s.size
        side = round(PHANTOM_MM / pixel)
        shape, spacing = (side, side, PHANTOM_SLICES), (pixel, pixel, PHANTOM_SLICE_MM)
        made = head_phantom(seed, shape, spacing, modalities=(s.modality,))
        volumes = {s.modality: made[s.modality], s.label: made["mask"]}
        return load_labelled(f"phantom-{seed}", volumes, s)


class LabelledJudge(ImageJudge):
    """Judges channel 0 and shows both."""

    caption = "Generated slices, below each its label map"

    def preview(self, networks: dict[str, nn.Module], path: Path) -> None:
        """A PNG: generated images in a row, their label maps below them."""
        both = super()._images(networks["generator"], 2 * COLUMNS)
        rows = [
            list(both[start : start + COLUMNS, channel])
            for start in (0, COLUMNS)
            for channel in (0, 1)
        ]
        write_montage(path, rows, (-1.0, 1.0))

    def _images(self, generator: nn.Module, count: int) -> np.ndarray:
        return super()._images(generator, count)[:, :1]
