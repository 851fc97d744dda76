"""alpha-WGAN: a generator, an encoder, and a critic for each of the two spaces they connect.

Kwon, Han, Kim 2019 (MICCAI; the ADNI preset) and Ferreira et al. 2022 (SigmaRat1 and SigmaRat2),
after alpha-GAN (Rosca et al. 2017). G makes a scan of a code; E makes a code of a scan; D tells
scans from what G makes; C tells normal codes from what E makes. Equation numbers are those of
Ferreira et al.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..collective import own, whole_shape
from ..errors import MedGANSynthError
from ..networks.layout import placed
from ..networks.registry import build_network
from ..networks.spectral import advance
from ..objectives.gradient_difference import gradient_difference
from ..objectives.gradient_penalty import between, gradient_penalty
from ..objectives.wasserstein import critic_loss, generator_loss
from .base import System, Wrap, adam, average_gradients, entry, frozen

ROLES = ("generator", "encoder", "discriminator", "code_discriminator")


class AlphaWGAN(System):
    """Batches hold `image` and `other`, different scans `[batch, channel, i, j, k]` in [-1, 1].

    As in the published loop, E and G learn from one batch and D and C from another. Gradient
    penalties do not go through a distributed wrapper, so gradients are averaged here.
    """

    exported = ("generator", "encoder")
    specs: dict[str, tuple[str, dict[str, Any]]]
    """Role -> architecture and complete options."""

    def __init__(self, config: Any, device: torch.device, wrap: Wrap) -> None:
        volume = {"size": list(config.data.size)}
        self.latent = entry(config.networks, "generator", "networks").options.get("latent", 500)
        shapes = {
            "generator": volume | {"latent": self.latent},
            "encoder": volume | {"outputs": self.latent},
            "discriminator": volume | {"outputs": 1},
            "code_discriminator": {"latent": self.latent},
        }

        self.specs = {}
        for role in ROLES:
            spec = entry(config.networks, role, "networks")
            self.specs[role] = (spec.architecture, spec.options | shapes[role])

        def make(role: str) -> nn.Module:
            return placed(build_network(*self.specs[role], f"networks.{role}"), device)

        self.networks = {role: make(role) for role in ROLES}
        self.g, self.e, self.d, self.c = (self.networks[role] for role in ROLES)
        self.optimizers = {
            role: adam([self.networks[role]], entry(config.optimizer, role, "optimizer"))
            for role in ROLES
        }
        self.memory: dict[str, Any] = {}
        self.objective = config.objective
        if self.c.mixes_batch and config.batch < 2:
            raise MedGANSynthError(
                f"batch={config.batch}: batch norm needs at least 2 scans a step."
            )

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        """One update of E and G (equation 5 or 6), then of D (4), then of C (3)."""
        losses = self._step_encoder_and_generator(batch["image"])
        x = batch["other"]
        with torch.no_grad():
            z_e, z_r = self.e(x).float(), self._codes(x)
            fakes = [self.g(z_e).float(), self.g(z_r).float()]
        losses |= self._step_critic("discriminator", x, fakes)
        losses |= self._step_critic("code_discriminator", z_r, [z_e])
        return {name: loss.detach() for name, loss in losses.items()}

    def _step_encoder_and_generator(self, x: Tensor) -> dict[str, Tensor]:
        o = self.objective
        advance(self.e, self.g)
        with frozen(self.d, self.c) as (d, c):
            # Encode and make again: -E[D(G(z_e))] - E[C(z_e)] and the reconstruction terms.
            z_e = self.e(x)
            x_e = self.g(z_e).float()
            losses = {
                "adversarial_encoded": generator_loss(d(x_e).float()),
                "code": generator_loss(c(z_e).float()),
            }
            total = losses["adversarial_encoded"] + o.code * losses["code"]
            for name, weight, distance in self._distances():
                losses[name] = distance(x, x_e)
                total = total + weight * losses[name]
            # Two backward passes, because the two graphs share nothing: half of the memory.
            total.backward()
            # Make of a normal code: -E[D(G(z_r))].
            losses["adversarial_random"] = generator_loss(d(self.g(self._codes(x))).float())
            losses["adversarial_random"].backward()
        self._update("encoder")
        self._update("generator", o.generator_steps)
        return losses

    def _distances(self) -> list[tuple[str, float, Callable[[Tensor, Tensor], Tensor]]]:
        """Reconstruction terms with a weight: name, weight, distance between x and G(E(x))."""
        o = self.objective
        terms = [
            ("l1", o.l1, F.l1_loss),
            ("mse", o.mse, F.mse_loss),
            (
                "gradient_difference",
                o.gradient_difference,
                lambda real, fake: gradient_difference(real, fake, o.reduction),
            ),
        ]
        return [term for term in terms if term[1] > 0]

    def _step_critic(self, role: str, real: Tensor, fakes: list[Tensor]) -> dict[str, Tensor]:
        """Sum over the fakes of E[fake] - E[real] + penalty * GP(real, fake)."""
        critic = self.networks[role]
        advance(critic)
        if critic.mixes_batch:
            scores = [critic(volumes) for volumes in (real, *fakes)]
        else:
            scores = critic(torch.cat([real, *fakes])).chunk(1 + len(fakes))
        loss = sum(critic_loss(scores[0].float(), score.float()) for score in scores[1:])
        loss.backward()
        penalty = real.new_zeros(())
        for fake in fakes:
            term = gradient_penalty(critic.input_gradient, between(real, fake))
            (self.objective.penalty * term).backward()
            penalty = penalty + term.detach()
        self._update(role)
        return {role: loss, f"{role}_penalty": penalty}

    def _update(self, role: str, times: int = 1) -> None:
        """Step a network's optimiser, then free its gradients before the next network's come."""
        average_gradients(self.networks[role])
        for _ in range(times):
            self.optimizers[role].step()
        self.optimizers[role].zero_grad(set_to_none=True)

    def _codes(self, x: Tensor) -> Tensor:
        """Normal codes, one for each scan of `x`."""
        return own(torch.randn(whole_shape(x)[0], self.latent, device=x.device))
