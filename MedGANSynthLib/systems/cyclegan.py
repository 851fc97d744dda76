"""CycleGAN (Zhu, Park, Isola, Efros 2017): two domains, a generator each way, a cycle between.

G: X -> Y and F: Y -> X are trained against D_Y and D_X. Where the data list has pairs, an L1 term
against the true image can be added (Isola et al. 2017, equation 3).
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import MedGANSynthError
from ..networks.layout import placed
from ..networks.registry import build_network
from ..objectives.adversarial import ADVERSARIAL_LOSSES
from ..objectives.image_pool import ImagePool
from ..objectives.reconstruction import DISTANCES, masked_mean, structure_loss
from ..volume.preprocessing import BACKGROUND
from .base import System, Wrap, adam, freeze_statistics, frozen


class CycleGAN(System):
    """Networks "generator" and "discriminator" of the config, each built for both directions.

    Batches hold `source` (X) and `target` (Y), `[batch, slices, rows, cols]` in [-1, 1]; without
    the paired term their items need not belong together.
    """

    roles = ("generator", "discriminator")
    exported = ("source_to_target", "target_to_source")

    def __init__(self, config: Any, device: torch.device, wrap: Wrap) -> None:
        def make(role: str) -> nn.Module:
            spec, channels = config.networks[role], {"in_channels": self.predicted}
            if role == "generator":
                channels = {"in_channels": config.data.slices, "out_channels": self.predicted}
            network = build_network(spec.architecture, channels | spec.options, f"networks.{role}")
            return wrap(placed(network, device))

        self.objective, self.images = config.objective, config.images
        self.predicted = config.data.predicted
        if self.objective.cycle and self.predicted < config.data.slices:
            raise MedGANSynthError(
                'objective.cycle: a cycle needs every slice back; use data.predict="all", or 0.'
            )
        self.distance = DISTANCES[self.objective.distance]
        self.adversarial = ADVERSARIAL_LOSSES[config.objective.adversarial]
        self.g, self.f = make("generator"), make("generator")
        self.d_y, self.d_x = make("discriminator"), make("discriminator")
        self.networks = {
            "source_to_target": self.g,
            "target_to_source": self.f,
            "discriminator_target": self.d_y,
            "discriminator_source": self.d_x,
        }
        # One optimiser for both directions: Adam works parameter by parameter.
        self.g_optimizer = adam([self.g, self.f], config.optimizer["generator"])
        self.d_optimizer = adam([self.d_y, self.d_x], config.optimizer["discriminator"])
        self.optimizers = {"generator": self.g_optimizer, "discriminator": self.d_optimizer}
        self.pool_x, self.pool_y = ImagePool(self.objective.pool), ImagePool(self.objective.pool)
        self.memory = {"pool_source": self.pool_x, "pool_target": self.pool_y}

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        """One update of G and F (equation 3), then one of D_X and D_Y (equation 1)."""
        x, y, o = batch["source"], batch["target"], self.objective
        # What should come out: x and y themselves, or the same on the targets' scale.
        true_x = self._blanked(self._predicted(batch.get("source_truth", x)), x)
        true_y = self._blanked(self._predicted(batch.get("target_truth", y)), y)
        warm = seen >= o.warmup * self.images
        adversarial = o.adversarial_weight > 0 and warm
        if seen >= o.freeze * self.images:
            freeze_statistics(self.g, self.f)
        losses: dict[str, Tensor] = {}

        # Translations, and what each generator makes of its own target domain, in one pass.
        if o.identity:
            fake_y, same_y = self.g(torch.cat([x, y])).chunk(2)
            fake_x, same_x = self.f(torch.cat([y, x])).chunk(2)
            losses["identity"] = F.l1_loss(same_y, true_y) + F.l1_loss(
                same_x, true_x
            )  # section 5.2
        else:
            fake_y, fake_x = self.g(x), self.f(y)
        fake_y, fake_x = self._blanked(fake_y, x), self._blanked(fake_x, y)
        if o.cycle:
            # Equation 2: F(G(x)) = x and G(F(y)) = y.
            losses["cycle"] = F.l1_loss(self.f(fake_y), x) + F.l1_loss(self.g(fake_x), y)
        if o.paired:
            off_y, off_x = self.distance(fake_y, true_y), self.distance(fake_x, true_x)
            losses["paired"] = off_y.mean() + off_x.mean()
            if o.inside:
                inside = self._predicted(batch["inside"])
                losses["inside"] = masked_mean(off_y, inside) + masked_mean(off_x, inside)
        if o.structure and warm:
            inside = self._predicted(batch["inside"]) if "inside" in batch else None
            losses["structure"] = structure_loss(fake_y, true_y, inside) + structure_loss(
                fake_x, true_x, inside
            )
        with frozen(self.d_y, self.d_x) as (d_y, d_x):
            if adversarial:
                fooled = self.adversarial.generator
                losses["adversarial"] = fooled(d_y(fake_y)) + fooled(d_x(fake_x))
            total = (
                o.adversarial_weight * losses.get("adversarial", 0.0)
                + o.cycle * losses.get("cycle", 0.0)
                + o.identity * losses.get("identity", 0.0)
                + o.paired * losses.get("paired", 0.0)
                + o.paired * o.inside * losses.get("inside", 0.0)
                + o.structure * losses.get("structure", 0.0)
            )
            self.g_optimizer.zero_grad(set_to_none=True)
            total.backward()
            self.g_optimizer.step()

        # Discriminators, on fakes from before that update, real and fake in one pass.
        if adversarial:
            for name, d, real, fake in (
                ("discriminator_target", self.d_y, true_y, self.pool_y.query(fake_y)),
                ("discriminator_source", self.d_x, true_x, self.pool_x.query(fake_x)),
            ):
                real_logits, fake_logits = d(torch.cat([real, fake])).chunk(2)
                losses[name] = self.adversarial.discriminator(real_logits, fake_logits)
            self.d_optimizer.zero_grad(set_to_none=True)
            loss = losses["discriminator_target"] + losses["discriminator_source"]
            (o.discriminator_weight * loss).backward()
            self.d_optimizer.step()
        return {name: loss.detach() for name, loss in losses.items()}

    def _predicted(self, slab: Tensor) -> Tensor:
        """Those slices of a slab that the generators predict."""
        skipped = (slab.shape[1] - self.predicted) // 2
        return slab[:, skipped : slab.shape[1] - skipped]

    def _blanked(self, image: Tensor, seen: Tensor) -> Tensor:
        """Background wherever the slab is, from which `image` comes or with which it goes."""
        if not self.objective.blank:
            return image
        return image.masked_fill(self._predicted(seen) <= BACKGROUND, BACKGROUND)
