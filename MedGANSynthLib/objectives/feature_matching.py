"""Feature matching (Salimans et al. 2016, section 3.1; pix2pixHD's form with L1)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def feature_matching(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Mean over the maps of their mean absolute difference, a scalar.

    Args:
        real, fake: the discriminator's maps of a real and a made target, of equal shapes.
    """
    terms = [F.l1_loss(f.float(), r.float()) for r, f in zip(real, fake, strict=True)]
    return torch.stack(terms).mean()
