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
from ..volume.geometry import centred_affine
from ..volume.picture import write_montage
from ..volume.planes import middle_planes
from ..volume.volume import Volume

SHOWN = 3
LARGEST = 96
"""Voxels along an axis that are judged where the network takes any size; else the middle."""


class SynthesisJudge:
    """What the generator makes of people it is not trained on, by the way that users go.

    Figures are those of `evaluate paired`: inside the mask, after one affine fit, averaged over
    people.

    Args:
        people: the validation people.
        direction: of the package.
        orientation: of their arrays' axes.
        multiple: the sides of slices are padded to multiples of this, as in the package.
        device: where the network is.
    """

    def __init__(
        self,
        people: list[Examination],
        direction: Direction,
        orientation: str,
        multiple: int,
        device: torch.device,
    ) -> None:
        self.direction, self.orientation = direction, orientation
        self.multiple, self.device = multiple, device
        real = ", ".join(port.modality for port in direction.inputs)
        target = direction.output.modality
        self.caption = f"In each row one person's real {real}, {target} made of it, real {target}"
        self.cases = [_middle(person, self._size(person.inside.shape)) for person in people]

    def measure(self, networks: dict[str, nn.Module]) -> dict[str, float]:
        """Means over people of RMSE/sd and SSIM in the slices.

        For super-resolution also those of cubic and of linear interpolation.
        """
        figures: dict[str, list[float]] = {}
        for case in self.cases:
            images = {"": self._run(networks["generator"], case)}
            if case.linear is not None:
                images |= {"_cubic": case.inputs[0], "_linear": case.linear}
            for name, image in images.items():
                try:
                    fitted = fit_affine(image, case.target, case.inside).apply(image)
                    error = rmse_over_sd(fitted, case.target, case.inside)
                    likeness = ssim_in_plane(fitted, case.target, case.inside, 2.0, 2)
                except MedGANSynthError:  # a target without contrast in the middle
                    continue
                figures.setdefault(f"rmse_sd{name}", []).append(error)
                figures.setdefault(f"ssim{name}", []).append(likeness)
        return {name: float(np.mean(values)) for name, values in figures.items()}

    def preview(self, networks: dict[str, nn.Module], path: Path) -> None:
        """A PNG: for each person one row with the inputs, what is made, and the target.

        Axial slices, each modality with grey values of its own.
        """
        rows = []
        for case in self.cases[:SHOWN]:
            made = self._run(networks["generator"], case)
            windows = [np.percentile(im, (0.5, 99.5)) for im in (*case.inputs, case.target)]
            images = zip((*case.inputs, made, case.target), (*windows, windows[-1]), strict=True)
            rows.append([_within(self._axial(image), *window) for image, window in images])
        write_montage(path, rows, (0.0, 1.0))

    def _axial(self, image: np.ndarray) -> np.ndarray:
        affine = centred_affine(image.shape, self.orientation, (1.0, 1.0, 1.0))
        return middle_planes(Volume(image, affine))[0]

    def _size(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """What is judged of a volume of `shape`."""
        if self.direction.slices:
            rows, cols = (-(-side // self.multiple) * self.multiple for side in shape[:2])
            return (rows, cols, min(shape[2], LARGEST))
        if self.direction.patch is None:
            return shape
        return tuple(min(side, LARGEST) for side in shape)

    def _run(self, network: nn.Module, case: Examination) -> np.ndarray:
        return run_network(network, self.direction, case.inputs, case.spacing)


def _within(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """Intensities so that 0 is `low` and 1 is `high`."""
    return (image - low) / max(high - low, 1e-6)


def _middle(person: Examination, size: tuple[int, ...]) -> Examination:
    """The middle of an examination, padded where it is smaller."""
    centre = tuple(side // 2 for side in person.inside.shape)
    return dataclasses.replace(
        person,
        inputs=np.stack([cut(image, centre, size) for image in person.inputs]),
        target=cut(person.target, centre, size),
        inside=cut(person.inside.astype(np.float32), centre, size) > 0,
        linear=None if person.linear is None else cut(person.linear, centre, size),
    )
