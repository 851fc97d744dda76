"""Progressive GAN (Karras et al. 2018): the game of `systems.image_gan` with growing networks."""

import math
from typing import Any

import torch
from torch import Tensor

from ..errors import MedGANSynthError
from ..networks.progan import START, faded, number, split_level
from .base import Wrap
from .image_gan import ImageGAN
from .image_settings import ProgressiveObjective


class ProGAN(ImageGAN):
    """Both networks compute at the resolution that they have grown to, and no further.

    How far that is follows from the number of images seen. Where a new resolution begins both
    optimisers start afresh, as published.
    """

    def __init__(self, config: Any, device: torch.device, wrap: Wrap) -> None:
        super().__init__(config, device, wrap)
        self.top = len(self.g.ups)
        o = self.objective
        needed = self.top * (o.stable + o.fade)
        if needed >= config.images:
            reached = START * 2 ** math.ceil(grown(config.images - 1, o))
            raise MedGANSynthError(
                f"images={config.images}: with stages of {o.stable} and fades of {o.fade} images "
                f"the networks get to {reached}x{reached} of {config.data.size}x{config.data.size};"
                f" take more than {needed} images, or shorten objective.stable and objective.fade."
            )
        self._grow(0)

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        """Grow to where `seen` images lead, then one update of D and the turn of G."""
        before, _ = split_level(self.g.level)
        self._grow(seen)
        if split_level(self.g.level)[0] != before:
            for optimizer in self.optimizers.values():
                optimizer.state.clear()
        return super().step(batch, seen)

    def reals(self, images: Tensor) -> Tensor:
        """Real images at the current resolution, blended as the generator's are."""
        return faded(images, self.d.level)

    def make(self, z: Tensor) -> Tensor:
        """Images at the current resolution."""
        return self.g.grown(z)

    def _grow(self, seen: int) -> None:
        level = min(grown(seen, self.objective), float(self.top))
        for network in (self.g, self.d):
            if network.level.is_meta or number(network.level) != level:
                network.level.fill_(level)


def grown(seen: int, objective: ProgressiveObjective) -> float:
    """The level (see `networks.progan`) after `seen` images, were there no full size."""
    stage, within = divmod(seen, objective.stable + objective.fade)
    # The first image of a fade has a share of the new layers, though a small one.
    return stage + max(0, within - objective.stable + 1) / (objective.fade + 1)
