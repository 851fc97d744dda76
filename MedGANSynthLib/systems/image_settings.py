"""The `[objective]` tables of the image GANs. Standard library only."""

import dataclasses
from typing import Annotated, Literal

from ..schema import Range

Weight = Annotated[float, Range(0.0, 1e6)]
Label = Annotated[float, Range(0.5, 1.0)]
Steps = Annotated[int, Range(1, 20)]


@dataclasses.dataclass(frozen=True)
class ImageObjective:
    """The loss of an image GAN and how it is descended.

    Attributes:
        loss: equations 1 to 5 of Delplace 2019, or the hinge loss.
        real_label: what D should say of reals: 0.9 is one-sided label smoothing. For gan, dragan
            and lsgan, as the next.
        wanted_label: what G wants D to say of its images.
        penalty: of D's gradient, lambda of wgan-gp and dragan.
        perturbation: where dragan takes it: "published", towards grey noise, or "around" the
            images, on both sides.
        clip: largest size of D's weights with wgan (Arjovsky et al. 2017).
        drift: of E[D(x)^2], which keeps D's scores from wandering off (Karras et al. 2018).
        r1: of half E[|gradient|^2] at reals (Mescheder et al. 2018), besides any loss.
        discriminator_steps: updates of D, each with a batch of its own, for one turn of G.
        generator_steps: updates of G in its turn, each with new codes.
        codes: of G's turn: "fresh"; the "same" as D's in its first update; or "simultaneous": the
            same for both, whose gradients are taken before either is updated.
    """

    loss: Literal["gan", "lsgan", "wgan", "wgan-gp", "dragan", "hinge"] = "gan"
    real_label: Label = 1.0
    wanted_label: Label = 1.0
    penalty: Weight = 0.25
    perturbation: Literal["published", "around"] = "published"
    clip: Annotated[float, Range(1e-6, 100.0)] = 0.01
    drift: Weight = 0.0
    r1: Weight = 0.0
    discriminator_steps: Steps = 1
    generator_steps: Steps = 1
    codes: Literal["fresh", "same", "simultaneous"] = "fresh"

    def __post_init__(self) -> None:
        if self.codes == "simultaneous" and (self.discriminator_steps, self.generator_steps) != (
            1,
            1,
        ):
            raise ValueError('codes="simultaneous" needs one step of each network')


@dataclasses.dataclass(frozen=True)
class ProgressiveObjective(ImageObjective):
    """The same for networks that grow (Karras et al. 2018).

    Training begins at 4x4. Each stage lasts `stable` images; before every stage but the first, new
    layers fade in over `fade` images. The last stage goes on to the end of the run.
    """

    stable: Annotated[int, Range(1, 10**9)] = 600_000
    fade: Annotated[int, Range(1, 10**9)] = 600_000
