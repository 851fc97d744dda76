"""The `[objective]` tables of the Systems. Standard library only."""

import dataclasses
from typing import Annotated, Literal

from ..schema import Range

Weight = Annotated[float, Range(0.0, 1e6)]


@dataclasses.dataclass(frozen=True)
class CycleGANObjective:
    """Weights of the CycleGAN objective; a term of weight 0 is not computed.

    Attributes:
        adversarial: loss of generators and discriminators.
        adversarial_weight: of the adversarial term in the generators' loss.
        discriminator_weight: factor on the discriminators' loss (the tutorial halves it).
        cycle: lambda of the cycle term (Zhu et al. 2017, equation 2).
        identity: of the identity term (Zhu et al. 2017, section 5.2).
        paired: of a term against the true target (Isola et al. 2017, equation 3); needs pairs.
        distance: of the paired term; "squared" leads to smaller errors from few pairs and leaves
            sharpness to the adversary, "absolute" (L1) is the published one.
        inside: extra weight of the paired term inside the mask: the organ, not the scalp.
        structure: of 1 - the contrast and structure part of SSIM, against the true target, from
            the end of the warmup on; inside the mask where there is one.
        blank: put background into outputs wherever the input is background, here and in whatever
            uses the model. The edge of a mask is then nothing to be learned.
        warmup: fraction of the run before the adversarial and structure terms join the others.
        freeze: fraction of the run after which the generators' batch norm keeps its statistics, so
            that the last part of the run trains the network that is going to be used.
        pool: past fakes kept for the discriminators.
    """

    adversarial: Literal["vanilla", "least-squares"] = "vanilla"
    adversarial_weight: Weight = 1.0
    discriminator_weight: Weight = 0.5
    cycle: Weight = 10.0
    identity: Weight = 5.0
    paired: Weight = 0.0
    distance: Literal["absolute", "squared"] = "absolute"
    inside: Weight = 0.0
    structure: Weight = 0.0
    blank: bool = False
    warmup: Annotated[float, Range(0.0, 1.0)] = 0.0
    freeze: Annotated[float, Range(0.0, 1.0)] = 1.0
    pool: Annotated[int, Range(0, 1000)] = 0


@dataclasses.dataclass(frozen=True)
class AlphaWGANObjective:
    """Weights of the alpha-WGAN objective; a term of weight 0 is not computed.

    Attributes:
        l1, mse, gradient_difference: reconstruction terms, lambda of equations 2, 5 and 6.
        reduction: of the gradient difference; "sum" over voxels (then means over the batch) is the
            published one, "mean" does not grow with the volume.
        code: of -E[C(z_e)] in the encoder's loss.
        penalty: gradient penalty of both critics, lambda 1 of equations 3 and 4.
        generator_steps: 2 repeats the generator's update with the same gradient, as the published
            code does; with Adam that about doubles its learning rate.
    """

    l1: Weight = 0.0
    mse: Weight = 0.0
    gradient_difference: Weight = 0.0
    reduction: Literal["sum", "mean"] = "sum"
    code: Weight = 1.0
    penalty: Weight = 10.0
    generator_steps: Annotated[int, Range(1, 2)] = 1


@dataclasses.dataclass(frozen=True)
class SCGANObjective:
    """Weights of the SC-GAN objective; a term of weight 0 is not computed.

    Attributes:
        adversarial: of -log D(a, G(a)); where it and `features` are 0 there is no adversary.
        l1: of the mean absolute error over all voxels.
        brain: of the root of the mean squared error inside the mask (the paper's B-rmse).
        features: of the feature matching.
        generator_weights, discriminator_weights: of half the sum of the squared weights.
        recompute: keep less for the backward pass and compute it again: less memory, more time.
    """

    adversarial: Weight = 1.0
    l1: Weight = 200.0
    brain: Weight = 200.0
    features: Weight = 20.0
    generator_weights: Weight = 0.001
    discriminator_weights: Weight = 0.001
    recompute: bool = False
