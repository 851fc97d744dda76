"""The gradient difference loss (Mathieu, Couprie, LeCun 2016, section 3.2) in three dimensions."""

from torch import Tensor


def gradient_difference(real: Tensor, fake: Tensor, reduction: str = "sum") -> Tensor:
    """Squared differences of the absolute neighbour differences along i, j and k; a scalar.

    Args:
        real, fake: `[batch, channel, i, j, k]`.
        reduction: "sum" over channels, voxels and axes, mean over the batch; "mean" over all, for
            each axis, then added: of the order of a squared error whatever the size.
    """
    total = real.new_zeros(())
    for axis in (2, 3, 4):
        squared = (real.diff(dim=axis).abs() - fake.diff(dim=axis).abs()).square()
        total = total + (squared.mean() if reduction == "mean" else squared.sum() / len(real))
    return total
