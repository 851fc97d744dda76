"""The losses of the slice study by name (Delplace 2019, equations 1 to 5), and the hinge loss.

All take logits of any shape and return scalars.
"""

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

from .adversarial import AdversarialLoss
from .wasserstein import critic_loss, generator_loss


class NamedLoss(NamedTuple):
    """A loss and what belongs to it.

    Attributes:
        adversarial: the loss of discriminator and generator.
        penalised: "fakes" (between reals and fakes), "noise" (around reals) or "" (no penalty).
        clipped: the discriminator's weights are kept small.
    """

    adversarial: AdversarialLoss
    penalised: str = ""
    clipped: bool = False


def named_loss(name: str, real_label: float = 1.0, wanted_label: float = 1.0) -> NamedLoss:
    """The loss called "gan", "lsgan", "wgan", "wgan-gp", "dragan" or "hinge".

    Args:
        real_label: what the discriminator should say of real images, below 1 for one-sided label
            smoothing (Salimans et al. 2016); for losses with labels: gan, dragan, lsgan.
        wanted_label: what the generator wants it to say of its images, likewise.
    """
    cross_entropy = AdversarialLoss(  # (1), non-saturating
        discriminator=lambda real, fake: _toward(real, real_label) + _toward(fake, 0.0),
        generator=lambda fake: _toward(fake, wanted_label),
    )
    squares = AdversarialLoss(  # (2), on logits
        discriminator=lambda real, fake: (real - real_label).square().mean() + fake.square().mean(),
        generator=lambda fake: (fake - wanted_label).square().mean(),
    )
    wasserstein = AdversarialLoss(discriminator=critic_loss, generator=generator_loss)  # (3)
    hinge = AdversarialLoss(  # Lim & Ye 2017
        discriminator=lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(),
        generator=generator_loss,
    )
    losses = {
        "gan": NamedLoss(cross_entropy),
        "lsgan": NamedLoss(squares),
        "wgan": NamedLoss(wasserstein, clipped=True),
        "wgan-gp": NamedLoss(wasserstein, penalised="fakes"),  # (4)
        "dragan": NamedLoss(cross_entropy, penalised="noise"),  # (5)
        "hinge": NamedLoss(hinge),
    }
    return losses[name]


def _toward(logits: Tensor, label: float) -> Tensor:
    """Cross entropy -y log s(x) - (1 - y) log(1 - s(x)) with the label y, a scalar.

    softplus(x) - y x is the same, and exact where a sigmoid would round to 0 or 1.
    """
    return (F.softplus(logits) - label * logits).mean()
