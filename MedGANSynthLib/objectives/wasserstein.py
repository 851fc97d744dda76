"""The Wasserstein objective (Arjovsky, Chintala, Bottou 2017) on critics' scores of any shape."""

from torch import Tensor


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """E[fake] - E[real]: minus the critic's estimate of the distance, a scalar."""
    return fake.mean() - real.mean()


def generator_loss(fake: Tensor) -> Tensor:
    """-E[fake], a scalar."""
    return -fake.mean()
