"""Arrays through a network: slices with neighbours, in batches; or in 3D, patches or whole."""

from collections.abc import Sequence

import numpy as np
import torch
from scipy.ndimage import binary_opening
from torch import nn

from ..data.slabs import neighbour_step, slab
from ..errors import MedGANSynthError
from ..models.manifest import Direction
from ..volume.preprocessing import BACKGROUND
from .patches import Progress, run_patches

# Pixels at once: what a CPU's caches hold of the feature maps; a GPU wants to be filled.
_BATCH_PIXELS = {"cpu": 2**16, "cuda": 2**20}
_BLANK = 1e-3


def silent(fraction: float) -> None:
    """Nobody listens."""


@torch.inference_mode()
def run_network(
    network: nn.Module,
    direction: Direction,
    arrays: Sequence[np.ndarray],
    spacing: tuple[float, float, float],
    batch: int = 0,
    progress: Progress = silent,
) -> np.ndarray:
    """Translate prepared arrays.

    Args:
        network: in evaluation mode, float32, on the device that shall compute.
        arrays: one `[i, j, k]` in [-1, 1] for each input of `direction`, all of one shape.
        batch: slices at once; 0 chooses by the slice's size.

    Returns:
        float32 `[i, j, k]` in [-1, 1]; blank slices are not computed but stay background.

    Raises:
        MedGANSynthError: not enough memory.
    """
    try:
        if direction.slices:
            result = _slices(network, direction, arrays, spacing, batch, progress)
        elif direction.patch:
            result = run_patches(network, arrays, direction.patch, progress)
        else:
            result = _whole(network, arrays)
    except torch.OutOfMemoryError:
        raise MedGANSynthError(
            "not enough GPU memory for this volume; use --device cpu or a smaller --batch."
        ) from None
    except RuntimeError as error:
        if "not enough memory" not in str(error):  # the CPU allocator's words
            raise
        raise MedGANSynthError(
            "not enough memory for this volume; use a smaller --batch or crop the volume."
        ) from None
    if direction.blank:
        result[blank(arrays)] = BACKGROUND
    return result


def blank(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Where all of the arrays `[i, j, k]` are background, as booleans.

    Spots that no square of 3x3 voxels fits into are left out: dark voxels inside a body.
    """
    dark = np.all([array <= BACKGROUND for array in arrays], axis=0)
    return dark & binary_opening(dark, np.ones((3, 3, 1), bool), border_value=1)


def _slices(
    network: nn.Module,
    direction: Direction,
    arrays: Sequence[np.ndarray],
    spacing: tuple[float, float, float],
    batch: int,
    progress: Progress,
) -> np.ndarray:
    rows, cols, count = arrays[0].shape
    device = next(network.parameters()).device
    pixels = _BATCH_PIXELS.get(device.type, 2**18)
    batch = batch or max(1, min(32, pixels // (rows * cols)))
    step = neighbour_step(direction.step_mm, spacing[2])
    shown = [k for k in range(count) if any(a[:, :, k].max() > BACKGROUND + _BLANK for a in arrays)]
    result = np.full((rows, cols, count), BACKGROUND, dtype=np.float32)
    for start in range(0, len(shown), batch):
        chosen = shown[start : start + batch]
        slabs = np.empty((len(chosen), len(arrays) * direction.slices, rows, cols), np.float32)
        for n, k in enumerate(chosen):
            slabs[n] = np.concatenate([slab(a, k, direction.slices, step) for a in arrays])
        tensor = torch.from_numpy(slabs).to(device, memory_format=torch.channels_last)
        output = network(tensor)
        middle = output[:, output.shape[1] // 2].float().cpu().numpy()
        result[:, :, chosen] = np.moveaxis(middle, 0, 2)
        progress((start + len(chosen)) / len(shown))
    return np.clip(result, -1, 1, out=result)


def _whole(network: nn.Module, arrays: Sequence[np.ndarray]) -> np.ndarray:
    device = next(network.parameters()).device
    output = network(torch.from_numpy(np.stack(arrays)[None]).to(device))
    return np.clip(output[0, 0].float().cpu().numpy(), -1, 1)
