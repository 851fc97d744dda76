"""The memory layout in which convolutions are fastest: channels last, with few exceptions."""

import torch
from torch import Tensor, nn

_CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


def placed(network: nn.Module, device: torch.device) -> nn.Module:
    """`network` on `device`, its kernels in the layout that is fastest there.

    A network whose `plain_on_cpu` is true keeps PyTorch's default on a CPU: its images are so small
    in the middle that nothing is gained, and reordering them costs.
    """
    if device.type == "cpu" and getattr(network, "plain_on_cpu", False):
        return network.to(device, memory_format=torch.contiguous_format)
    dims = max((parameter.ndim for parameter in network.parameters()), default=0)
    return network.to(device, memory_format=_CHANNELS_LAST.get(dims, torch.preserve_format))


def channels_last(images: Tensor, device: torch.device) -> Tensor:
    """`[batch, channel, ...]` images or volumes on `device` in the layout for `placed` networks."""
    layout = _CHANNELS_LAST.get(images.ndim, torch.preserve_format)
    return images.to(device, memory_format=layout, non_blocking=True)
