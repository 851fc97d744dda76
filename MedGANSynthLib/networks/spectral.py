"""Spectral normalisation (Miyato et al. 2018), advanced when the training step says so."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

_START = 15  # power iterations on fresh weights


class SpectralNorm(nn.Module):
    """W / sigma(W), where sigma is estimated by power iteration (algorithm 1 of the paper).

    PyTorch's own layer iterates in every forward pass in training mode, so that two passes of one
    step see two different networks. Here a forward pass changes nothing; `advance` iterates.

    Args:
        weight: the layer's weight, seen as a matrix whose rows belong to the outputs.
        out_axis: the axis of the outputs (1 in transposed convolutions).
    """

    def __init__(self, weight: Tensor, out_axis: int = 0) -> None:
        super().__init__()
        self.out_axis = out_axis
        matrix = self._matrix(weight.detach())
        self.register_buffer("u", F.normalize(torch.randn_like(matrix[:, 0]), dim=0))
        self.register_buffer("v", F.normalize(torch.randn_like(matrix[0]), dim=0))
        if not weight.is_meta:  # a loaded network brings its vectors along
            self.advance(weight, _START)

    def forward(self, weight: Tensor) -> Tensor:
        device = "cpu" if weight.is_meta else weight.device.type  # autocast does not know meta
        with torch.autocast(device, enabled=False):  # sigma to all its digits
            # Clones, because `advance` changes u and v in place while a graph may still need them.
            return weight / torch.dot(self.u.clone(), self._matrix(weight) @ self.v.clone())

    @torch.no_grad()
    def advance(self, weight: Tensor, times: int = 1) -> None:
        """Bring u and v closer to the first singular vectors of `weight`."""
        matrix = self._matrix(weight)
        for _ in range(times):
            F.normalize(matrix.T @ self.u, dim=0, out=self.v)
            F.normalize(matrix @ self.v, dim=0, out=self.u)

    def _matrix(self, weight: Tensor) -> Tensor:
        return weight.movedim(self.out_axis, 0).flatten(1)


def spectral_norm(layer: nn.Module) -> nn.Module:
    """Normalise a layer's weight; state dict keys are those of `torch.nn.utils.parametrize`."""
    out_axis = 1 if isinstance(layer, (nn.ConvTranspose2d, nn.ConvTranspose3d)) else 0
    normalised = SpectralNorm(layer.weight, out_axis)
    return parametrize.register_parametrization(layer, "weight", normalised)


def advance(*networks: nn.Module) -> None:
    """One power iteration in every normalised layer: once for each update, as in the paper."""
    for network in networks:
        for layer in network.modules():
            if isinstance(layer, parametrize.ParametrizationList):
                for step in layer:
                    if isinstance(step, SpectralNorm):
                        step.advance(layer.original)
