"""Voxel-wise figures of a prediction against a target, inside a mask.

Every function takes plain arrays of one shape, casts to float64 before the first subtraction and
accumulates in float64. `mask` selects the voxels (`None`: all of them) and must be made without
looking at the prediction. A NaN or infinite voxel inside the mask is an error, never left out.
"""

import numpy as np

from ..errors import MedGANSynthError


def inside(
    prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """The voxels of both images inside `mask` as two float64 vectors.

    Raises:
        MedGANSynthError: different shapes, an empty mask, or a voxel that is not finite.
    """
    check_shapes(prediction, target, mask)
    if mask is None:
        vectors = tuple(np.asarray(a).ravel().astype(np.float64) for a in (prediction, target))
    else:
        mask = np.asarray(mask) > 0
        vectors = tuple(np.asarray(a)[mask].astype(np.float64) for a in (prediction, target))
    if not vectors[0].size:
        raise MedGANSynthError("the mask is empty; give a mask that covers the organ.")
    for name, values in zip(("prediction", "target"), vectors, strict=True):
        bad = int(np.count_nonzero(~np.isfinite(values)))
        if bad:
            raise MedGANSynthError(
                f"the {name} has {bad} NaN or infinite voxels inside the mask; mend it first."
            )
    return vectors


def check_shapes(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> None:
    """Refuse images or a mask of different shapes."""
    shapes = [np.shape(prediction), np.shape(target)]
    if mask is not None:
        shapes.append(np.shape(mask))
    if len(set(shapes)) > 1:
        raise MedGANSynthError(
            f"prediction, target and mask differ in shape ({', '.join(map(str, shapes))}); "
            "bring them to the target's grid first."
        )


def bias(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """Mean of prediction - target, in the target's unit; 0 after the affine fit."""
    p, t = inside(prediction, target, mask)
    return float(np.mean(p - t))


def mae(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """Mean absolute error, in the target's unit."""
    p, t = inside(prediction, target, mask)
    return float(np.mean(np.abs(p - t)))


def mse(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """Mean squared error, in the target's unit squared."""
    p, t = inside(prediction, target, mask)
    return float(np.mean((p - t) ** 2))


def rmse(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """Root of the mean squared error over all mask voxels at once (no mean over slices)."""
    return mse(prediction, target, mask) ** 0.5


def rmse_over_sd(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """RMSE divided by the target's standard deviation (population) inside the mask.

    1 is what the target's own mean would score. Not symmetric: the target comes second.
    """
    p, t = inside(prediction, target, mask)
    spread = t.std()
    if spread == 0:
        raise MedGANSynthError("RMSE/sd is undefined: the target is constant inside the mask.")
    return float(np.sqrt(np.mean((p - t) ** 2)) / spread)


def psnr(
    prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None, data_range: float
) -> float:
    """Peak signal-to-noise ratio 10 log10(data_range^2 / MSE) in dB; identical images give inf."""
    check_range(data_range)
    error = mse(prediction, target, mask)
    return float("inf") if error == 0 else float(10 * np.log10(data_range**2 / error))


def correlation(prediction: np.ndarray, target: np.ndarray, mask: np.ndarray | None) -> float:
    """Pearson's correlation coefficient."""
    p, t = inside(prediction, target, mask)
    for name, values in (("prediction", p), ("target", t)):
        if values.min() == values.max():
            raise MedGANSynthError(
                f"correlation is undefined: the {name} is constant inside the mask; give another "
                f"{name} or another mask."
            )
    return float(np.corrcoef(p, t)[0, 1])


def check_range(data_range: float) -> None:
    """Refuse a data range that is not positive and finite."""
    if not (np.isfinite(data_range) and data_range > 0):
        raise MedGANSynthError(
            f"the data range must be positive and finite, not {data_range:g}; "
            "a constant target cannot be judged."
        )
