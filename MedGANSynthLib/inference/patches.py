"""Volumes through a 3D network patch by patch, blended where patches overlap.

Beside inputs and result there is never more than one patch in memory: what a voxel's weights add up
to is known for each axis before anything is computed, so no map of it is kept.
"""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from ..networks.layout import channels_last
from ..volume import spill
from ..volume.preprocessing import BACKGROUND

Progress = Callable[[float], None]

OVERLAP = 0.5
_BLANK = 1e-3


@torch.inference_mode()
def run_patches(
    network: nn.Module,
    arrays: Sequence[np.ndarray],
    patch: tuple[int, int, int],
    progress: Progress,
) -> np.ndarray:
    """Translate arrays of any size with a network that sees `patch` voxels at once.

    Neighbouring patches overlap by half; each counts most in its middle and least at its border,
    where the network knows half of the surroundings.

    Args:
        network: in evaluation mode, on the device that shall compute.
        arrays: one `[i, j, k]` in [-1, 1] for each input, all of one shape.

    Returns:
        float32 `[i, j, k]` in [-1, 1]; blank patches are not computed but stay background.
    """
    device = next(network.parameters()).device
    shape = arrays[0].shape
    result = spill.full(shape, 0.0)
    places = [axis_places(count, side) for count, side in zip(shape, patch, strict=True)]
    total = np.prod([len(axis) for axis in places])
    for number, along in enumerate(itertools.product(*places)):
        where = tuple(slice(start, start + len(weights)) for start, weights in along)
        weights = np.einsum("i,j,k->ijk", *(weights for _, weights in along))
        seen = [array[where] for array in arrays]
        if any(block.max() > BACKGROUND + _BLANK for block in seen):
            given = channels_last(torch.from_numpy(_padded(seen, patch)), device)
            made = network(given)[0, 0].float().cpu().numpy()
            result[where] += weights * made[_middle(weights.shape, patch)]
        else:
            result[where] += weights * np.float32(BACKGROUND)
        progress((number + 1) / total)
    return np.clip(result, -1, 1, out=result)


def axis_places(count: int, side: int) -> list[tuple[int, np.ndarray]]:
    """Where patches start along an axis, and how much each of their voxels counts there.

    Args:
        count: voxels of the axis.
        side: voxels of a patch; where the axis is shorter, there is one patch as long as the axis.

    Returns:
        Starts, evenly spread from 0 to the last possible, with float32 weights; at every voxel of
        the axis the weights of all patches add up to 1.
    """
    side = min(side, count)
    steps = -(-(count - side) // max(1, int(side * (1 - OVERLAP))))
    starts = np.rint(np.linspace(0, count - side, steps + 1)).astype(int)
    hat = np.minimum(np.arange(side), np.arange(side)[::-1]) + 1.0
    total = np.zeros(count)
    for start in starts:
        total[start : start + side] += hat
    return [(int(s), (hat / total[s : s + side]).astype(np.float32)) for s in starts]


def _padded(blocks: Sequence[np.ndarray], patch: tuple[int, int, int]) -> np.ndarray:
    """`[1, n, *patch]`, background around axes that are shorter than a patch, as in training."""
    given = np.full((1, len(blocks), *patch), BACKGROUND, np.float32)
    for channel, block in zip(given[0], blocks, strict=True):
        channel[_middle(block.shape, patch)] = block
    return given


def _middle(shape: tuple[int, ...], patch: tuple[int, ...]) -> tuple[slice, ...]:
    """Where a block of `shape` lies in a patch that is as long or longer."""
    firsts = [(long - side) // 2 for side, long in zip(shape, patch, strict=True)]
    return tuple(slice(first, first + side) for first, side in zip(firsts, shape, strict=True))
