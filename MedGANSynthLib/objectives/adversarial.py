"""Adversarial losses on logits. D scores real and fake, G wants its fakes to score as real.

All take logits of any shape and return the mean over every element as a scalar.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor


class AdversarialLoss(NamedTuple):
    """`discriminator(real_logits, fake_logits)` and `generator(fake_logits)`."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


# -log s(r) - log(1 - s(f)) and -log s(f), the non-saturating form (Goodfellow et al. 2014);
# -log s(x) = softplus(-x) is exact where sigmoid would round to 0 or 1.
VANILLA = AdversarialLoss(
    discriminator=lambda real, fake: F.softplus(-real).mean() + F.softplus(fake).mean(),
    generator=lambda fake: F.softplus(-fake).mean(),
)

# (r - 1)^2 + f^2 and (f - 1)^2 (Mao et al. 2017, with a=0, b=c=1 and without the factor 1/2).
LEAST_SQUARES = AdversarialLoss(
    discriminator=lambda real, fake: (real - 1).square().mean() + fake.square().mean(),
    generator=lambda fake: (fake - 1).square().mean(),
)

ADVERSARIAL_LOSSES = {"vanilla": VANILLA, "least-squares": LEAST_SQUARES}
