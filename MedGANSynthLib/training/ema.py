"""Moving averages of the weights that are exported."""

import copy
from typing import Any

import torch
from torch import nn

from ..systems.base import bare


class Average:
    """Exponential moving average of networks, with a half-life in images seen.

    During the first images the half-life is at most a twentieth of what was seen (the ramp-up of
    Karras et al. 2020), so that the start is forgotten. The statistics of batch norm are averaged
    as the weights are: those of the network of the moment fit its own weights only.

    Args:
        networks: name -> network to follow.
        half_life: images after which a weight's influence has halved; 0 copies the networks.
    """

    def __init__(self, networks: dict[str, nn.Module], half_life: int) -> None:
        self.sources = {name: bare(network) for name, network in networks.items()}
        self.networks = {name: copy.deepcopy(net) for name, net in self.sources.items()}
        for network in self.networks.values():
            network.eval().requires_grad_(False)
        self.half_life = half_life

    @torch.no_grad()
    def update(self, batch: int, seen: int) -> None:
        """After a step of `batch` images, `seen` of them in all."""
        half_life = min(self.half_life, seen / 20)
        decay = 0.5 ** (batch / half_life) if half_life else 0.0
        for role, average in self.networks.items():
            source = self.sources[role]
            torch._foreach_lerp_(list(average.parameters()), list(source.parameters()), 1.0 - decay)
            current = dict(source.named_buffers())
            for name, kept in average.named_buffers():
                if name.endswith(("running_mean", "running_var")):
                    kept.lerp_(current[name], 1.0 - decay)
                else:
                    kept.copy_(current[name])

    def state_dict(self) -> dict[str, Any]:
        """name -> state dict."""
        return {name: network.state_dict() for name, network in self.networks.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` gave."""
        for name, network in self.networks.items():
            network.load_state_dict(state[name])
