"""Validation of image generators during training: the same codes every time, beside real images."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..evaluation.unconditional import diversity_ratio, gap, mmd_rbf, sharpness_ratio
from ..volume.picture import write_montage

COMPARED = 64
ROWS, COLUMNS = 4, 8


class ImageJudge:
    """Figures of `evaluation.unconditional`, and a picture.

    Args:
        real: images to compare with, `[n, channel, rows, cols]` in [-1, 1], at least two.
        latent: length of the code.
        device: where the networks are.
    """

    def __init__(self, real: np.ndarray, latent: int, device: torch.device) -> None:
        chosen = np.linspace(0, len(real) - 1, min(COMPARED, len(real))).astype(int)
        self.real, self.device = real[chosen], device
        codes = np.random.default_rng(0).standard_normal((COMPARED, latent))
        self.codes = torch.from_numpy(codes.astype(np.float32))

    @property
    def caption(self) -> str:
        """What `preview` shows."""
        cycles = self.real.shape[1] > 1
        return "In each row one generated heart cycle" if cycles else "Generated slices"

    def measure(self, networks: dict[str, nn.Module]) -> dict[str, float]:
        """mmd (0 is best), diversity and sharpness (1), and their gap (0)."""
        fakes = self._images(networks["generator"], COMPARED)
        figures = {
            "mmd": mmd_rbf(self.real, fakes),
            "diversity": diversity_ratio(self.real, fakes),
            "sharpness": sharpness_ratio(self.real, fakes),
        }
        return figures | {"gap": gap(**figures)}

    def preview(self, networks: dict[str, nn.Module], path: Path) -> None:
        """A PNG: generated slices in rows and columns, or a cycle in each row."""
        fakes = self._images(networks["generator"], ROWS * COLUMNS)
        frames = fakes.shape[1]
        if frames == 1:
            rows = fakes[:, 0].reshape(ROWS, COLUMNS, *fakes.shape[2:])
        else:
            shown = np.linspace(0, frames - 1, min(COLUMNS, frames)).astype(int)
            rows = fakes[:ROWS, shown]
        write_montage(path, [list(row) for row in rows], (-1.0, 1.0))

    @torch.inference_mode()
    def _images(self, generator: nn.Module, count: int) -> np.ndarray:
        """A few at a time: a validation must not need more memory than a step."""
        made = [
            generator(part.to(self.device)).float().cpu() for part in self.codes[:count].split(8)
        ]
        return torch.cat(made).clamp(-1, 1).numpy()
