"""What a generator makes of a normal code before its first layer.

Codes are N(0, 1) numbers everywhere outside the networks, so that seeds, walks and temperatures
mean the same for every generator; a method that was published with other codes changes them here.
"""

import math
from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

CodeKind = Literal["normal", "uniform", "unit", "pixel"]

CODES: dict[str, Callable[[Tensor], Tensor]] = {
    "normal": lambda z: z,
    # The probability integral transform: N(0, 1) becomes U(-1, 1).
    "uniform": lambda z: torch.erf(z / math.sqrt(2)),
    # On the sphere of radius 1, and of radius sqrt(latent) (Karras et al. 2018).
    "unit": lambda z: F.normalize(z, dim=1),
    "pixel": lambda z: F.normalize(z, dim=1) * math.sqrt(z.shape[1]),
}
"""Kind -> codes `[batch, latent]` to codes of the same shape."""
