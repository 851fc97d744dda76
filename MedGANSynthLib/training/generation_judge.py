"""Validation of generators during training: the same codes every time, beside real volumes."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..evaluation.unconditional import diversity_ratio, gap, mmd_rbf, sharpness_ratio
from ..volume.picture import write_montage
from ..volume.planes import middle_planes
from ..volume.volume import Volume

FAKES = 8
SHOWN = 6


class GenerationJudge:
    """Figures of `evaluation.unconditional`, and how well an encoded scan comes back.

    Args:
        real: volumes to compare with, `[n, i, j, k]` in [-1, 1], at least two.
        kept_out: scans that the networks are not trained on, the same shape.
        affine: of these arrays, for the picture's orientation.
        latent: length of the code.
        device: where the networks are.
    """

    caption = (
        "Above generated scans in three planes; below, where there is an encoder, real scans, each "
        "beside what the networks make of it"
    )

    def __init__(
        self,
        real: np.ndarray,
        kept_out: np.ndarray,
        affine: np.ndarray,
        latent: int,
        device: torch.device,
    ) -> None:
        self.real, self.kept_out, self.affine, self.device = real, kept_out, affine, device
        codes = np.random.default_rng(0).standard_normal((FAKES, latent))
        self.codes = torch.from_numpy(codes.astype(np.float32))

    def measure(self, networks: dict[str, nn.Module]) -> dict[str, float]:
        """mmd (0 is best), diversity and sharpness (1), their gap (0), reconstruction RMSE (0)."""
        fakes = self._volumes(networks["generator"], self.codes)
        figures = {
            "mmd": mmd_rbf(self.real, fakes),
            "diversity": diversity_ratio(self.real, fakes),
            "sharpness": sharpness_ratio(self.real, fakes),
        }
        figures["gap"] = gap(**figures)
        if "encoder" in networks:
            again = self._again(networks, self.kept_out)
            figures["reconstruction"] = float(np.sqrt(np.mean((again - self.kept_out) ** 2)))
        return figures

    def preview(self, networks: dict[str, nn.Module], path: Path) -> None:
        """A PNG: generated volumes in columns, three planes in rows; then scans come and gone."""
        columns = list(self._volumes(networks["generator"], self.codes[:SHOWN]))
        if "encoder" in networks:
            scans = self.kept_out[: SHOWN // 2]
            for scan, again in zip(scans, self._again(networks, scans), strict=True):
                columns += [scan, again]
        planes = [middle_planes(Volume(array, self.affine)) for array in columns]
        rows = [
            [shown[plane] for shown in part]
            for part in (planes[:SHOWN], planes[SHOWN:])
            for plane in range(3)
            if part
        ]
        write_montage(path, rows, (-1.0, 1.0))

    @torch.inference_mode()
    def _volumes(self, generator: nn.Module, codes: torch.Tensor) -> np.ndarray:
        """One at a time: a validation must not need more memory than a step."""
        made = [generator(code[None].to(self.device))[0, 0].float().cpu() for code in codes]
        return torch.stack(made).numpy()

    @torch.inference_mode()
    def _again(self, networks: dict[str, nn.Module], scans: np.ndarray) -> np.ndarray:
        inputs = [torch.from_numpy(scan)[None, None].to(self.device) for scan in scans]
        codes = torch.cat([networks["encoder"](x).float().cpu() for x in inputs])
        return self._volumes(networks["generator"], codes)
