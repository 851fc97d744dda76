"""Validation of translators during training: fixed people, fixed slices, both directions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..data.settings import SlicePairs
from ..data.slabs import neighbour_step, slab
from ..data.slices import Head
from ..data.standard import on_scale
from ..errors import MedGANSynthError
from ..evaluation.fit import fit_affine
from ..evaluation.metrics import rmse_over_sd
from ..evaluation.ssim import ssim_in_plane
from ..volume.picture import write_montage
from ..volume.preprocessing import BACKGROUND

PREVIEW_CASES = 3
SLICES = 12


class TranslationJudge:
    """Measures and shows what the generators do on people they are not trained on.

    Figures are those of `evaluate paired` (inside the mask, after one affine fit), on every few
    slices, whole and stripped, averaged over people. `cycle` needs no pairs.

    Args:
        heads: the validation people.
        settings: the `[data]` table.
        multiple: the network takes sides that are multiples of this.
        device: where the networks are.
        blank: put background into predictions wherever the source is background.
    """

    def __init__(
        self,
        heads: list[Head],
        settings: SlicePairs,
        multiple: int,
        device: torch.device,
        blank: bool = False,
    ) -> None:
        self.heads, self.settings = heads, settings
        self.multiple, self.device, self.blank = multiple, device, blank
        one, other = settings.source, settings.target
        made = f"{other} made of it, real {other}, {one} made of it"
        self.caption = f"In each row one person's real {one}, {made}"

    def measure(self, networks: dict[str, nn.Module]) -> dict[str, float]:
        """Mean figures over people, variants and directions, and for each direction."""
        s = self.settings
        rows: dict[str, list[float]] = {}
        for head in self.heads:
            for arrays in (head.arrays, head.stripped):
                if arrays is None:
                    continue
                for name, source, target in (
                    ("source_to_target", s.source, s.target),
                    ("target_to_source", s.target, s.source),
                ):
                    if source not in arrays:
                        continue
                    self._judge(networks, name, arrays, source, target, head, rows)
        means = {key: float(np.mean(values)) for key, values in sorted(rows.items())}
        for key in ("rmse_sd", "ssim", "cycle"):
            parts = [value for name, value in means.items() if name.startswith(f"{key}_")]
            if parts:
                means[key] = float(np.mean(parts))
        return means

    def _judge(
        self,
        networks: dict[str, nn.Module],
        name: str,
        arrays: dict[str, np.ndarray],
        source: str,
        target: str,
        head: Head,
        rows: dict[str, list[float]],
    ) -> None:
        chosen = self._slices(arrays[source])
        slabs = self._slabs(arrays[source], chosen, head)
        fake = self._run(networks[name], slabs)
        if fake.shape == slabs.shape:
            back = next(n for n in networks if n != name)
            cycle = self._run(networks[back], fake)
            rows.setdefault(f"cycle_{name}", []).append(float((cycle - slabs).abs().mean()))
        if target not in arrays or arrays[target].shape != arrays[source].shape:
            return
        predicted = self._predicted(fake, arrays[source], chosen)
        real = head.targets[target][:, :, chosen]
        mask = arrays.get(self.settings.mask, arrays[target] > -1)[:, :, chosen]
        try:
            fitted = fit_affine(predicted, real, mask).apply(predicted)
            rows.setdefault(f"rmse_sd_{name}", []).append(rmse_over_sd(fitted, real, mask))
            rows.setdefault(f"ssim_{name}", []).append(ssim_in_plane(fitted, real, mask, 2.0, 2))
        except MedGANSynthError:  # an untrained network may answer with a constant
            rows.setdefault(f"rmse_sd_{name}", []).append(1.0)

    def preview(self, networks: dict[str, nn.Module], path: Path) -> None:
        """A PNG: for each person one row with x, G(x), y, F(y)."""
        rows = []
        brightest = 2 / (1 + self.settings.intensity.headroom) - 1
        for head in self.heads[:PREVIEW_CASES]:
            row = []
            for name, modality, target in (
                ("source_to_target", self.settings.source, self.settings.target),
                ("target_to_source", self.settings.target, self.settings.source),
            ):
                if modality not in head.arrays:
                    continue
                array = head.arrays[modality]
                chosen = self._slices(array)
                middle = chosen[len(chosen) // 2]
                slabs = self._slabs(array, np.array([middle]), head)
                fake = self._run(networks[name], slabs)
                made = self._predicted(fake, array, [middle])[:, :, 0]
                if target in head.ranges:
                    made = on_scale(made, head.target_ranges[target], head.ranges[target])
                row += [array[:, :, middle], _visible(made, brightest)]
            rows.append(row)
        write_montage(path, rows, (-1.0, brightest))

    def _slices(self, array: np.ndarray) -> np.ndarray:
        share = (array > -0.9).mean(axis=(0, 1))
        usable = np.flatnonzero(share > max(self.settings.blank, 0.5 * share.max()))
        return usable[np.linspace(0, len(usable) - 1, min(SLICES, len(usable))).astype(int)]

    def _slabs(self, array: np.ndarray, chosen: np.ndarray, head: Head) -> torch.Tensor:
        count = self.settings.slices
        step = neighbour_step(self.settings.step_mm, head.spacing[2])
        stack = np.stack([slab(array, int(k), count, step) for k in chosen])
        padding = [(0, -n % self.multiple) for n in stack.shape[2:]]
        return torch.from_numpy(np.pad(stack, [(0, 0), (0, 0), *padding], constant_values=-1.0))

    @torch.inference_mode()
    def _run(self, network: nn.Module, slabs: torch.Tensor) -> torch.Tensor:
        parts = [network(part.to(self.device)).cpu() for part in slabs.split(8)]
        return torch.cat(parts).float()

    def _predicted(
        self, fake: torch.Tensor, source: np.ndarray, chosen: Sequence[int]
    ) -> np.ndarray:
        """`[n, slices, rows, cols]` to the wanted slices `[rows, cols, n]`, without padding."""
        rows, cols = source.shape[:2]
        wanted = np.moveaxis(fake[:, fake.shape[1] // 2, :rows, :cols].numpy(), 0, 2)
        if self.blank:
            wanted = np.where(source[:, :, chosen] > BACKGROUND, wanted, BACKGROUND)
        return wanted


def _visible(image: np.ndarray, brightest: float) -> np.ndarray:
    """What to show of a prediction in the window from -1 to `brightest`.

    An untrained network answers with values about 0, far above the window of brains, where all is
    white. As long as half of the picture lies there it is shown in its own range.
    """
    head = image[image > BACKGROUND]
    if not head.size or np.median(head) <= brightest:
        return image
    low, high = np.percentile(head, (0.5, 99.5))
    share = (image - low) / max(float(high - low), 1e-6)
    return np.clip(share, 0, 1) * (brightest + 1) - 1
