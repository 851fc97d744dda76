"""Random batches of the shapes that a System gets from its data, for measuring without any."""

import torch
from torch import Tensor

from ..data.settings import Modalities, SlicePairs, Volumes
from .config import Config


def example_batch(config: Config, count: int, device: torch.device) -> dict[str, Tensor]:
    """`count` items of what `config.system` learns from; images in [-1, 1], masks of 0 and 1."""
    data = config.data

    def image(channels: int, *size: int) -> Tensor:
        return torch.rand((count, channels, *size), device=device) * 2 - 1

    def mask(channels: int, *size: int) -> Tensor:
        return (image(channels, *size) > 0).float()

    if isinstance(data, SlicePairs):
        batch = {name: image(data.slices, *data.size) for name in ("source", "target")}
        for name in ("source_truth", "target_truth") if data.standardise else ():
            batch[name] = image(data.slices, *data.size)[:, data.compared]
        if data.paired:
            batch["inside"] = mask(data.slices, *data.size)[:, data.compared]
        return batch
    if isinstance(data, Modalities):
        return {
            "inputs": image(len(data.inputs), *data.size),
            "target": image(1, *data.size),
            "inside": mask(1, *data.size),
        }
    if isinstance(data, Volumes):
        return {name: image(1, *data.size) for name in ("image", "other")}
    return {"image": image(data.channels, data.size, data.size)}
