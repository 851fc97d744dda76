"""Generators of pytorch-CycleGAN-and-pix2pix as networks of ours that compute the same function."""

import re
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from ..errors import MedGANSynthError
from ..networks.registry import build_network
from .manifest import NetworkSpec
from .restricted import load_restricted
from .weights import check_shapes, shapes_of

State = dict[str, Tensor]

_STATISTICS = re.compile(r"\.(running_mean|running_var|num_batches_tracked)$")


def import_generator(path: Path, architecture: str) -> tuple[NetworkSpec, State]:
    """Read a generator's state dict and translate it.

    Channels, width and the kind of normalisation are read off the tensors. Batch normalisation
    uses its running statistics, and nothing is dropped out, as with that project's `--eval`.

    Args:
        path: `latest_net_G.pth` or the like.
        architecture: "resnet_9blocks" or "unet_256".

    Returns:
        The network in our registry's terms, and its state dict.

    Raises:
        MedGANSynthError: not a state dict of plain tensors, or not of that architecture.
    """
    if architecture not in IMPORTERS:
        raise MedGANSynthError(
            f"{architecture}: no such architecture; can be imported: {', '.join(IMPORTERS)}."
        )
    path = Path(path)
    state = load_state_dict(path)
    try:
        spec, state = IMPORTERS[architecture](state)
    except (KeyError, ValueError) as missing:
        raise _refuse(path, f"is not a {architecture} generator ({missing} is missing)") from None
    with torch.device("meta"):
        network = build_network(spec.architecture, spec.options, str(path))
    check_shapes(path, {key: tuple(t.shape) for key, t in state.items()}, shapes_of(network))
    return spec, state


def load_state_dict(path: Path) -> State:
    """Read a `.pth` state dict; `module.` prefixes (of DataParallel) are taken off.

    Raises:
        MedGANSynthError: not a state dict, or holding anything but tensors.
    """
    state = load_restricted(path)
    if not isinstance(state, dict) or not state:
        raise _refuse(path, "is not a state dict; save the generator's state_dict() alone")
    if not all(isinstance(k, str) and isinstance(t, Tensor) for k, t in state.items()):
        raise _refuse(path, "holds more than tensors; save the generator's state_dict() alone")
    for key, tensor in state.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise _refuse(path, f"{key} holds numbers that are not finite; give another file")
    if all(key.startswith("module.") for key in state):
        state = {key.removeprefix("module."): tensor for key, tensor in state.items()}
    return dict(state)


def _import_resnet(state: State) -> tuple[NetworkSpec, State]:
    """The layers are in our order; after a dropout layer a block counts one further."""
    batch = "model.2.weight" in state
    shift = {}
    if "model.10.conv_block.5.weight" not in state:
        shift = {".conv_block.6.": ".conv_block.5.", ".conv_block.7.": ".conv_block.6."}
    renamed = {}
    for key, tensor in state.items():
        if not batch and _STATISTICS.search(key):
            continue  # left by old versions of PyTorch; never used
        for old, new in shift.items():
            if old in key:
                key = key.replace(old, new)
                break
        renamed[key] = tensor
    return _describe("resnet", renamed, "model.1.weight", "model.26.weight", 0, batch), renamed


def _import_unet(state: State) -> tuple[NetworkSpec, State]:
    """Blocks nested in each other become two lists, the way down and the way up.

    A block's layers are: down rectifier, convolution, norm, inner block, up rectifier, transposed
    convolution, norm. The outermost has no first rectifier and no norms, the innermost neither
    inner block nor first norm.
    """
    batch = "model.model.1.model.2.weight" in state
    deepest = UNET_LEVELS - 1
    names = {"model.model.0.": "down.0.1.", "model.model.3.": f"up.{deepest}.1."}
    block = "model.model.1.model."
    for level in range(1, deepest):
        names[f"{block}1."] = f"down.{level}.1."
        names[f"{block}2."] = f"down.{level}.2."
        names[f"{block}5."] = f"up.{deepest - level}.1."
        names[f"{block}6."] = f"up.{deepest - level}.2."
        block += "3.model."
    names |= {f"{block}1.": f"down.{deepest}.1.", f"{block}3.": "up.0.1.", f"{block}4.": "up.0.2."}
    renamed = {}
    for key, tensor in state.items():
        if not batch and _STATISTICS.search(key):
            continue
        layer, _, what = key.rpartition(".")
        renamed[names.get(f"{layer}.", f"{layer}.") + what] = tensor
    last = f"up.{deepest}.1.weight"
    return _describe("unet-pix2pix", renamed, "down.0.1.weight", last, 1, batch), renamed


def _describe(
    architecture: str, state: State, first: str, last: str, out_axis: int, batch: bool
) -> NetworkSpec:
    """Channels and width are read off the first and the last convolution."""
    width, channels_in = state[first].shape[:2]
    channels_out = state[last].shape[out_axis]
    if not {channels_in, channels_out} <= {1, 3}:
        raise MedGANSynthError(
            f"a generator from {channels_in} to {channels_out} channels cannot be imported; only 1 "
            "(grey) and 3 (colour) are known."
        )
    options = {
        "in_channels": channels_in,
        "out_channels": channels_out,
        "width": width,
        "norm": "batch" if batch else "instance-plain",
    }
    colour = channels_in == 3 or channels_out == 3
    return NetworkSpec(f"{architecture}-colour" if colour else architecture, options)


def _refuse(path: Path, what: str) -> MedGANSynthError:
    return MedGANSynthError(f"{path}: {what}.")


UNET_LEVELS = 8
MULTIPLES = {"resnet_9blocks": 4, "unet_256": 2**UNET_LEVELS}
"""Sides of the images that each takes."""

IMPORTERS: dict[str, Callable[[State], tuple[NetworkSpec, State]]] = {
    "resnet_9blocks": _import_resnet,
    "unet_256": _import_unet,
}
