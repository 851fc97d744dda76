"""Arrays through a network: slices with neighbours, in batches; or in 3D, patches or whole."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.ndimage import binary_opening
from torch import nn

from ..data.slabs import neighbour_step, slab
from ..models.manifest import Direction
from ..networks.layout import channels_last
from ..volume import spill
from ..volume.preprocessing import BACKGROUND
from .footprint import Meter
from .mirrored import mean_with_mirrored
from .patches import Progress, run_patches
from .plan import Plan, attempt, carried_out, fitting_batch, plan_slices, plan_volume

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
    warn: Callable[[str], None] = lambda text: None,
    cpu_fallback: bool = False,
    used: list[str] | None = None,
) -> np.ndarray:
    """Translate prepared arrays, in blocks that fit into the memory there is.

    Args:
        network: in evaluation mode, float32, on the device that shall compute.
        arrays: one `[i, j, k]` in [-1, 1] for each input of `direction`, all of one shape.
        batch: slices at once; 0 chooses by the slice's size and the free memory.
        warn: told when memory does not suffice and less is computed at once.
        cpu_fallback: whether the CPU may take over from a GPU whose memory is too small.
        used: gets one sentence on how it was computed.

    Returns:
        float32 `[i, j, k]` in [-1, 1]; blank slices are not computed but stay background.

    Raises:
        MedGANSynthError: not enough memory for the least of plans.
    """
    if direction.slices:
        channels = len(arrays) * direction.slices
        plan = plan_slices(network, channels, arrays[0].shape[:2], batch)
    else:
        plan = plan_volume(network, len(arrays), arrays[0].shape, direction.patch)
        if plan.patch != direction.patch:
            warn(f"the volume does not fit into memory as the model wants it: {plan}.")

    def compute(plan: Plan) -> np.ndarray:
        with carried_out(plan, network) as placed:
            if direction.slices:
                made, plan = _slices(placed, direction, arrays, spacing, plan, not batch, progress)
            else:
                made = _volume(placed, direction, arrays, plan, progress)
        if used is not None:
            used.append(str(plan))
        return made

    result = attempt(plan, compute, warn, cpu_fallback)
    if direction.blank:
        for part in spill.slabs(result, axes=(2,)):
            result[part][blank([array[part] for array in arrays])] = BACKGROUND
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
    plan: Plan,
    measure: bool,
    progress: Progress,
) -> tuple[np.ndarray, Plan]:
    """All slices that are not blank, and the plan with the batch that was used.

    With `measure` the first slice shows what one takes, and the batch becomes what fits.
    """
    rows, cols, count = arrays[0].shape
    device = torch.device(plan.device)
    step = neighbour_step(direction.step_mm, spacing[2])
    shown = [k for k in range(count) if any(a[:, :, k].max() > BACKGROUND + _BLANK for a in arrays)]
    result = spill.full((rows, cols, count), BACKGROUND)

    def translate(chosen: Sequence[int]) -> None:
        slabs = np.empty((len(chosen), len(arrays) * direction.slices, rows, cols), np.float32)
        for n, k in enumerate(chosen):
            slabs[n] = np.concatenate([slab(a, k, direction.slices, step) for a in arrays])
        output = network(channels_last(torch.from_numpy(slabs), device))
        middle = output[:, output.shape[1] // 2].float().cpu().numpy()
        result[:, :, chosen] = np.moveaxis(middle, 0, 2)

    done = 0
    if measure and shown:
        with Meter() as meter:
            translate(shown[:1])
        done = 1
        plan = dataclasses.replace(plan, batch=fitting_batch(plan.batch, meter.peak, device))
    while done < len(shown):
        translate(shown[done : done + plan.batch])
        done = min(done + plan.batch, len(shown))
        progress(done / len(shown))
    return np.clip(result, -1, 1, out=result), plan


def _volume(
    network: nn.Module,
    direction: Direction,
    arrays: Sequence[np.ndarray],
    plan: Plan,
    progress: Progress,
) -> np.ndarray:
    def run(seen: Sequence[np.ndarray], listener: Progress) -> np.ndarray:
        return (
            run_patches(network, seen, plan.patch, listener)
            if plan.patch
            else _whole(network, seen)
        )

    if direction.mirror is None:
        return run(arrays, progress)
    return mean_with_mirrored(run, arrays, direction.mirror, progress)


def _whole(network: nn.Module, arrays: Sequence[np.ndarray]) -> np.ndarray:
    device = next(network.parameters()).device
    output = network(torch.from_numpy(np.stack(arrays)[None]).to(device))
    return np.clip(output[0, 0].float().cpu().numpy(), -1, 1)
