"""SC-GAN: several modalities to one that was not acquired.

Lan, Toga, Sepehrband 2021 (Magnetic Resonance in Medicine 86:1718-1733): a conditional GAN whose
networks attend to the whole volume, with spectral normalisation, feature matching, L1 and the
error inside the brain.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..networks.layout import placed
from ..networks.registry import build_network
from ..networks.spectral import advance
from ..objectives.adversarial import VANILLA
from ..objectives.feature_matching import feature_matching
from ..objectives.reconstruction import masked_rmse
from ..objectives.weight_penalty import half_squared_weights
from .base import System, Wrap, adam, average_gradients, entry, frozen


class SCGAN(System):
    """Batches hold `inputs` `[batch, n, *spatial]`, `target` and `inside` `[batch, 1, *spatial]`.

    Images are in [-1, 1], `inside` is 1 in the mask and 0 elsewhere. The discriminator judges real
    and made targets in passes of their own, so gradients are averaged over the ranks here.
    """

    exported = ("generator",)

    def __init__(self, config: Any, device: torch.device, wrap: Wrap) -> None:
        self.objective, data = config.objective, config.data
        dims, inputs = len(data.size), len(data.inputs)
        self.specs = {}

        def make(role: str, channels: int, **fitting: int) -> nn.Module:
            spec = entry(config.networks, role, "networks")
            self.specs[role] = (
                spec.architecture,
                {"dims": dims, "in_channels": channels} | spec.options | fitting,
            )
            network = build_network(*self.specs[role], f"networks.{role}")
            network.recompute = self.objective.recompute
            return placed(network, device)

        self.g = make("generator", inputs)
        if min(data.size) < self.g.smallest:  # as many levels as the volumes can be halved
            self.g = make("generator", inputs, levels=(min(data.size) - 1).bit_length())
        self.d = make("discriminator", inputs + 1)
        self.networks = {"generator": self.g, "discriminator": self.d}
        self.optimizers = {
            role: adam([network], entry(config.optimizer, role, "optimizer"))
            for role, network in self.networks.items()
        }
        self.memory: dict[str, Any] = {}

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        """One update of the generator, then one of the discriminator."""
        a, t, o = batch["inputs"], batch["target"], self.objective
        advance(self.g, self.d)
        fake = self.g(a).float()
        losses = self._step_generator(a, t, batch["inside"], fake)
        if o.adversarial or o.features:
            losses |= self._step_discriminator(a, t, fake.detach())
        return {name: loss.detach() for name, loss in losses.items()}

    def _step_generator(
        self, a: Tensor, t: Tensor, inside: Tensor, fake: Tensor
    ) -> dict[str, Tensor]:
        """-log D(a, G(a)) + 200 L1 + 200 B-rmse + 20 FM + 0.001 sum(w^2) / 2."""
        o = self.objective
        losses = {"l1": F.l1_loss(fake, t)}
        total = o.l1 * losses["l1"]
        if o.brain:
            losses["brain"] = masked_rmse(fake, t, inside)
            total = total + o.brain * losses["brain"]
        if o.generator_weights:
            losses["generator_weights"] = half_squared_weights(self.g)
            total = total + o.generator_weights * losses["generator_weights"]
        with frozen(self.d) as (d,):
            if o.adversarial or o.features:
                *fake_maps, logits = d(torch.cat([a, fake], dim=1))
            if o.adversarial:
                losses["adversarial"] = VANILLA.generator(logits.float())
                total = total + o.adversarial * losses["adversarial"]
            if o.features:
                with torch.no_grad():
                    *real_maps, _ = d(torch.cat([a, t], dim=1))
                losses["features"] = feature_matching(real_maps, fake_maps)
                total = total + o.features * losses["features"]
            total.backward()
        self._update("generator")
        return losses

    def _step_discriminator(self, a: Tensor, t: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """-log D(a, t) - log(1 - D(a, G(a))) + 0.001 sum(w^2) / 2."""
        o = self.objective
        # The two halves share nothing but weights: one backward pass for each, half of the memory.
        parts = {}
        for name, image, sign in (("real", t, -1.0), ("fake", fake, 1.0)):
            logits = self.d(torch.cat([a, image], dim=1))[-1].float()
            parts[name] = F.softplus(sign * logits).mean()
            parts[name].backward()
        losses = {"discriminator": parts["real"] + parts["fake"]}
        if o.discriminator_weights:
            losses["discriminator_weights"] = half_squared_weights(self.d)
            (o.discriminator_weights * losses["discriminator_weights"]).backward()
        self._update("discriminator")
        return losses

    def _update(self, role: str) -> None:
        average_gradients(self.networks[role])
        self.optimizers[role].step()
        self.optimizers[role].zero_grad(set_to_none=True)
