"""Self-attention with a gate (Zhang et al. 2019, SAGAN, section 3) as SC-GAN has it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .spectral import spectral_norm


class SelfAttention(nn.Module):
    """y = (x + gate * attention(x)) / (1 + gate), the gate starting at 0; SAGAN does not divide.

    Queries and keys have C/8 channels, values C/2 (4 and 16 where C is 1); keys and values are
    max-pooled. The product of queries and keys is not scaled.

    Args:
        channels: number of channels C.
        dims: 2 or 3.
        stride: one key for each so many voxels along an axis; at most the axis.
        spectral: spectral normalisation of the four 1x1 convolutions.

    Shape: `[batch, C, *spatial]` in and out.
    """

    def __init__(self, channels: int, dims: int, stride: int = 2, spectral: bool = True) -> None:
        super().__init__()
        thin, wide = (4, 16) if channels == 1 else (max(1, channels // 8), max(1, channels // 2))

        def project(before: int, after: int) -> nn.Module:
            layer = (nn.Conv2d, nn.Conv3d)[dims - 2](before, after, 1, bias=False)
            nn.init.xavier_uniform_(layer.weight)
            return spectral_norm(layer) if spectral else layer

        self.query, self.key = project(channels, thin), project(channels, thin)
        self.value, self.out = project(channels, wide), project(wide, channels)
        self.gate = nn.Parameter(torch.zeros(()))
        self.pool = (F.max_pool2d, F.max_pool3d)[dims - 2]
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        spatial = x.shape[2:]
        strides = [min(self.stride, side) for side in spatial]
        # As published, each key sees two voxels along an axis, however long the stride.
        windows = [min(2, side) for side in spatial]
        query, key, value = self.query(x), self.key(x), self.value(x)
        key, value = (self.pool(m, windows, strides) for m in (key, value))
        attended = attend(*(m.flatten(2).transpose(1, 2) for m in (query, key, value)))
        attended = self.out(attended.transpose(1, 2).unflatten(2, spatial))
        return (x + self.gate * attended) / (1 + self.gate)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """softmax(query key^T) value, without the matrix of all queries by all keys.

    PyTorch takes its memory-efficient way only where keys are as wide as values and the numbers of
    a voxel lie side by side; zeros at the ends of keys change no product.

    Args:
        query: `[batch, N, c]`.
        key: `[batch, M, c]`.
        value: `[batch, M, d]`, d at least c.

    Returns:
        `[batch, N, d]`.
    """
    missing = value.shape[2] - query.shape[2]
    query, key = (F.pad(m, (0, missing)) for m in (query, key))
    query, key, value = (m[:, None].contiguous() for m in (query, key, value))  # one head
    return F.scaled_dot_product_attention(query, key, value, scale=1.0)[:, 0]
