"""Minibatch standard deviation (Karras et al. 2018, section 3): a critic sees the variety."""

import torch
from torch import Tensor, nn

from ..collective import gathered, own

EPS = 1e-8


class MinibatchDeviation(nn.Module):
    """Appends one channel with how much the images of a group differ.

    The standard deviation over the group (population, eps in the variance), at each place of each
    channel, averaged to one number for the group.

    Args:
        group: images in a group; 0 is the whole batch, and so is a number that does not divide it.

    Shape: `[batch, channels, rows, cols]` to `[batch, channels + 1, rows, cols]`.
    """

    def __init__(self, group: int) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            batch = gathered(x.float())  # of several ranks all see the same groups
            count = len(batch)
            group = count if self.group == 0 or count % self.group else self.group
            groups = batch.reshape(group, -1, *x.shape[1:])
            deviation = (groups.var(0, correction=0) + EPS).sqrt().mean((1, 2, 3))
        plane = own(deviation.repeat(group))[:, None, None, None].to(x.dtype)
        return torch.cat([x, plane.expand(-1, 1, *x.shape[2:])], dim=1)
