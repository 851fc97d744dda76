"""Validation of networks with several inputs: the same people every time, in their middle."""

import dataclasses
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..data.modalities import Examination, cut
from ..errors import MedGANSynthError
from ..evaluation.fit import fit_affine
from ..evaluation.metrics import rmse_over_sd
from ..evaluation.ssim import ssim_in_plane
from ..inference.forward import run_network
from ..models.manifest import Direction
from ..volume.picture import write_montage

SHOWN = 3
LARGEST = 96
"""Voxels along each axis that are judged; of larger volumes the middle."""


class SynthesisJudge:
    """What the generator makes of people it is not trained on, by the way that users go.

    Figures are those of `evaluate paired`: inside the mask, after one affine fit, averaged over
    people.

    Args:
        people: the validation people.
        direction: of the package.
        device: where the network is.
    """

    def __init__(
        self, people: list[Examination], direction: Direction, device: torch.device
    ) -> None:
        self.direction, self.device = direction, device
        self.cases = [_middle(person) for person in people]

    def measure(self, networks: dict[str, nn.Module]) -> dict[str, float]:
        """Means over people of RMSE/sd and SSIM in the slices."""
        figures: dict[str, list[float]] = {"rmse_sd": [], "ssim": []}
        for case in self.cases:
            made = self._run(networks["generator"], case)
            try:
                fitted = fit_affine(made, case.target, case.inside).apply(made)
                error = rmse_over_sd(fitted, case.target, case.inside)
                likeness = ssim_in_plane(fitted, case.target, case.inside, 2.0, 2)
            except MedGANSynthError:  # a target without contrast in the middle
                continue
            figures["rmse_sd"].append(error)
            figures["ssim"].append(likeness)
        return {name: float(np.mean(values)) for name, values in figures.items() if values}

    def preview(self, networks: dict[str, nn.Module], path: Path) -> None:
        """A PNG: for each person one row with the inputs, what is made, and the target."""
        rows = []
        for case in self.cases[:SHOWN]:
            made = self._run(networks["generator"], case)
            rows.append(
                [image[:, :, image.shape[2] // 2] for image in (*case.inputs, made, case.target)]
            )
        write_montage(path, rows, (-1.0, 1.0))

    def _run(self, network: nn.Module, case: Examination) -> np.ndarray:
        return run_network(network, self.direction, case.inputs, case.spacing)


def _middle(person: Examination) -> Examination:
    """The middle of an examination, at most `LARGEST` voxels along each axis."""
    shape = person.inside.shape
    size = tuple(min(side, LARGEST) for side in shape)
    centre = tuple(side // 2 for side in shape)
    return dataclasses.replace(
        person,
        inputs=np.stack([cut(image, centre, size) for image in person.inputs]),
        target=cut(person.target, centre, size),
        inside=cut(person.inside.astype(np.float32), centre, size) > 0,
    )
