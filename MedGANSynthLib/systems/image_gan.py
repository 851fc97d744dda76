"""A generator and a discriminator of images or cycles, with the losses of the slice study.

Delplace 2019 compares DCGAN and SRResNet (here) and ProGAN (`systems.progan`) under five losses.
The cardiac cine models are the same game with a cycle's frames as channels.
"""

from typing import Any

import torch
from torch import Tensor, nn

from ..collective import own, whole_shape
from ..errors import MedGANSynthError
from ..networks.layout import placed
from ..networks.registry import build_network
from ..objectives.gradient_penalty import (
    around,
    between,
    gradient_penalty,
    input_gradient,
    zero_centred,
)
from ..objectives.named import named_loss
from .base import System, Wrap, adam, average_gradients, entry, frozen

ROLES = ("generator", "discriminator")


class ImageGAN(System):
    """Batches hold `image`, `[batch, channel, rows, cols]` in [-1, 1].

    Gradient penalties do not go through a distributed wrapper, so gradients are averaged here.
    """

    exported = ("generator",)
    specs: dict[str, tuple[str, dict[str, Any]]]
    """Role -> architecture and complete options."""

    def __init__(self, config: Any, device: torch.device, wrap: Wrap) -> None:
        shape = {"size": config.data.size, "channels": config.data.channels}
        self.specs = {}
        for role in ROLES:
            spec = entry(config.networks, role, "networks")
            self.specs[role] = (spec.architecture, spec.options | shape)

        def make(role: str) -> nn.Module:
            return placed(build_network(*self.specs[role], f"networks.{role}"), device)

        self.networks = {role: make(role) for role in ROLES}
        self.g, self.d = self.networks.values()
        self.latent = self.g.latent
        self.optimizers = {
            role: adam([self.networks[role]], entry(config.optimizer, role, "optimizer"))
            for role in ROLES
        }
        self.memory: dict[str, Any] = {}
        self.objective, self.batch = config.objective, config.batch
        o = self.objective
        self.loss = named_loss(o.loss, o.real_label, o.wanted_label)
        if config.batch < 2:
            raise MedGANSynthError(
                f"batch={config.batch}: batch norm and minibatch deviation need at least 2 images "
                "a step."
            )

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        """One update of D and, when its turn has come, `generator_steps` of G."""
        o, x = self.objective, self.reals(batch["image"])
        z = self._codes(x)
        if o.codes == "simultaneous":
            fake = self.make(z)
            losses = self._judge(x, fake.detach()) | self._persuade(fake)
            self._update("discriminator")
            self._update("generator")
            return losses
        turn = (seen // self.batch + 1) % o.discriminator_steps == 0
        # The same codes give the same images in G's turn: its graph waits until then.
        again = turn and o.codes == "same"
        with torch.set_grad_enabled(again):
            fake = self.make(z)
        losses = self._judge(x, fake.detach())
        self._update("discriminator")
        for number in range(o.generator_steps if turn else 0):
            if number or not again:
                fake = self.make(self._codes(x))
            losses |= self._persuade(fake)
            self._update("generator")
        return losses

    def reals(self, images: Tensor) -> Tensor:
        """The real images as the discriminator sees them."""
        return images

    def make(self, z: Tensor) -> Tensor:
        """The generator's images as the discriminator sees them."""
        return self.g(z)

    def _judge(self, x: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Gradients of D's loss; its terms."""
        o = self.objective
        # Apart, because batch norm and minibatch deviation must not mix reals and fakes.
        real, made = self.d(x).float(), self.d(fake).float()
        losses = {"discriminator": self.loss.adversarial.discriminator(real, made)}
        total = losses["discriminator"]
        if o.drift:
            losses["drift"] = real.square().mean()
            total = total + o.drift * losses["drift"]
        total.backward()
        if self.loss.penalised and o.penalty:
            near = (
                between(x, fake.float())
                if self.loss.penalised == "fakes"
                else around(x, o.perturbation == "published")
            )
            losses["penalty"] = gradient_penalty(self._gradient, near)
            (o.penalty * losses["penalty"]).backward()
        if o.r1:
            losses["r1"] = zero_centred(self._gradient, x)
            (o.r1 * losses["r1"]).backward()
        return {name: loss.detach() for name, loss in losses.items()}

    def _persuade(self, fake: Tensor) -> dict[str, Tensor]:
        """Gradients of G's loss; the loss."""
        with frozen(self.d) as (d,):
            loss = self.loss.adversarial.generator(d(fake).float())
            loss.backward()
        return {"generator": loss.detach()}

    def _update(self, role: str) -> None:
        """Step a network's optimiser, then free its gradients."""
        network = self.networks[role]
        average_gradients(network)
        self.optimizers[role].step()
        self.optimizers[role].zero_grad(set_to_none=True)
        if role == "discriminator" and self.loss.clipped:
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter.clamp_(-self.objective.clip, self.objective.clip)

    def _gradient(self, points: Tensor) -> Tensor:
        return input_gradient(self.d, points)

    def _codes(self, x: Tensor) -> Tensor:
        """Normal codes, one for each image of `x`."""
        return own(torch.randn(whole_shape(x)[0], self.latent, device=x.device))
