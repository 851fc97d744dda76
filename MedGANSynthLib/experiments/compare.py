"""`medgansynth experiment compare`: networks times losses, the study of Delplace 2019."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import files
from ..data.images import Pictures
from ..errors import MedGANSynthError
from ..evaluation.realism import Eigenspace, figures, fit_eigenspace, reading, real_ranges
from ..evaluation.set_mmd import flat, squared_distances
from ..evaluation.table import to_csv
from ..evaluation.unconditional import sharpness_ratio
from ..events import Events
from ..inference.device import choose_device
from ..systems.image_gan import ROLES
from ..systems.registry import cohort_class
from ..training.config import Config, load_config
from ..training.room import weightless
from ..volume.picture import write_montage
from .trained import Outcome, load_trained, trained

PRESETS = ("dcgan-slices", "srresnet-slices", "progan-slices")
LOSSES = ("gan", "lsgan", "wgan", "wgan-gp", "dragan")
MOST_COMPARED = 256
FEWEST_COMPARED = 8
MOST_FITTED = 2000
COLLAPSED = 0.5
NOISE = 20.0
SHOWN = 10

GROWING = "slice-progan"


def compare(
    data: Path | None,
    out: Path,
    networks: tuple[str, ...],
    loss: tuple[str, ...],
    images: int,
    size: int,
    width: int,
    batch: int,
    set: tuple[str, ...],
    device: str,
    events: Events,
) -> dict[str, Any]:
    """Train every network with every loss, or find it trained, and put all beside the real images.

    Every pair has a Run of its own in `out`; the same command goes on where it was stopped. Figures
    are those of as many generated as real images, none of which was trained on where the data list
    has validation people. A pair is called

    - "diverged" where its training ended with numbers that are not finite;
    - "collapsed" where its images repeat each other: the median distance from one to the next of
      its own is below half of the real images';
    - "noise" where they have more than 20 times the real images' fine detail;
    - "stable" else, which says nothing of its quality.

    Args:
        networks: presets of slice Systems; none: `PRESETS`.
        loss: of `LOSSES` or "hinge"; none: `LOSSES`.
        images: that each training sees.
        size: rows and columns.
        width: of both networks, of ProGAN at the full size (0: the presets' own).
        batch: images in a step (0: the presets' own).
        set: further settings for all pairs.

    Returns:
        `rows`, real images first; `compare.csv` and `compare.png` are written to `out`.

    Raises:
        MedGANSynthError: settings or data that cannot be used, before the first training.
    """
    configs = {
        (p, name): _config(p, name, images, size, width, batch, set)
        for p, name in itertools.product(networks or PRESETS, loss or LOSSES)
    }
    first = next(iter(configs.values()))
    for (name, _), config in configs.items():
        try:
            weightless(config)
        except MedGANSynthError as error:
            raise MedGANSynthError(f"--networks {name}: {error}") from None
        if config.data != first.data:
            raise MedGANSynthError(
                f"--networks {name}: takes other images than the first network; compare presets "
                "whose [data] is the same."
            )
    cohort = cohort_class(first.system)(first, data, events)
    training, kept_out = _images(cohort.training), _images(cohort.validation)
    count = min(MOST_COMPARED, len(kept_out))
    if count < FEWEST_COMPARED:
        raise MedGANSynthError(
            f"{count} real images are kept out of the training, fewer than {FEWEST_COMPARED}; give "
            "the data list more people for validation."
        )
    real = _few(kept_out, count)
    if _apart(real) == 0:
        raise MedGANSynthError(
            "half of the validation images are equal to another one; leave them out of the list."
        )
    space = fit_eigenspace(_few(training, MOST_FITTED))
    ranges = real_ranges(kept_out, space, min(count, len(kept_out) // 2))
    rows = [
        {"pair": "real, training"} | _figures(_few(training, count), real, space, ranges),
        {"pair": "real, kept out"} | _figures(real, real, space, ranges),
    ]
    strips = [list(_few(real, SHOWN)[:, 0])]
    for number, ((name, kind), config) in enumerate(configs.items()):
        pair = f"{name} {kind}"
        events.progress(number / len(configs), pair)
        outcome = trained(config, data, out / f"{name}-{kind}", device, events)
        made = _generated(config, out / f"{name}-{kind}", count, device)
        rows.append({"pair": pair} | _row(outcome, made, real, space, ranges))
        if made is not None:
            strips.append(list(made[:SHOWN, 0]))
    files.write_text(out / "compare.csv", to_csv(rows))
    write_montage(out / "compare.png", strips, (-1.0, 1.0))
    events.progress(1.0, "done")
    return {
        "text": f"{count} images of each; the 16 components hold {space.explained:.0%} of the "
        "training images' variance. Read rho, sigma and delta on both sides of the real ones.",
        "rows": rows,
        "outputs": [str(out / "compare.csv"), str(out / "compare.png")],
    }


def _config(
    preset: str,
    loss: str,
    images: int,
    size: int,
    width: int,
    batch: int,
    overrides: tuple[str, ...],
) -> Config:
    """A preset brought to the common size, length and width."""
    common = [f"images={images}", f"data.size={size}", f"objective.loss={loss}"]
    common += ["intervals.preview=0", "intervals.validate=0", "intervals.checkpoint=0"]
    if width:
        common += [f"networks.{role}.options.width={width}" for role in ROLES]
    if batch:
        common.append(f"batch={batch}")
    system = load_config(preset).system
    if system not in ("slice-gan", GROWING):
        raise MedGANSynthError(f"--networks {preset}: trains {system}; name presets of slices.")
    if system == GROWING:
        # As many images for every stage and every fade, of which the last stage is one.
        stages = 2 * (size.bit_length() - 3) + 1
        common += [f"objective.{part}={max(1, images // stages)}" for part in ("stable", "fade")]
    return load_config(preset, (*common, *overrides))


def _row(
    outcome: Outcome,
    made: np.ndarray | None,
    real: np.ndarray,
    space: Eigenspace,
    ranges: dict[str, tuple[float, float]],
) -> dict[str, Any]:
    if outcome.failed or made is None:
        return {"state": "diverged", "seconds": round(outcome.seconds)}
    row = _figures(made, real, space, ranges)
    return row | {"state": _state(row), "seconds": round(outcome.seconds)}


def _state(row: dict[str, Any]) -> str:
    if row["variety"] < COLLAPSED:
        return "collapsed"
    return "noise" if row["sharpness"] > NOISE else "stable"


def _figures(
    made: np.ndarray, real: np.ndarray, space: Eigenspace, ranges: dict[str, tuple[float, float]]
) -> dict[str, Any]:
    """The published figures, the corrected ones and how they read, variety and sharpness."""
    found = figures(made, space)
    return {
        "rho": found["rho"],
        "sigma_delplace": found["sigma_delplace"],
        "delta_delplace": found["delta_delplace"],
        "sigma": found["sigma"],
        "delta": found["delta"],
        "reading": " ".join(f"{n} {reading(found[n], ranges[n])}" for n in ("rho", "sigma")),
        "variety": _apart(made) / max(_apart(real), 1e-12),
        "sharpness": sharpness_ratio(real, made),
        "state": "",
        "seconds": "",
    }


def _apart(images: np.ndarray) -> float:
    """Median distance of an image to the nearest other one."""
    squared = squared_distances(flat(images))
    np.fill_diagonal(squared, np.inf)
    return float(np.median(np.sqrt(squared.min(1))))


@torch.inference_mode()
def _generated(config: Config, run: Path, count: int, device: str) -> np.ndarray | None:
    """`[count, 1, rows, cols]`, the same codes for all; None without finite weights."""
    network = load_trained(run, "generator", choose_device(device))
    if network is None:
        return None
    codes = np.random.default_rng(0).standard_normal((count, network.latent)).astype(np.float32)
    parts = torch.from_numpy(codes).to(choose_device(device)).split(16)
    made = torch.cat([network(part).float().cpu() for part in parts]).clamp(-1, 1).numpy()
    return made if np.isfinite(made).all() else None


def _images(people: list[Pictures]) -> np.ndarray:
    return np.concatenate([person.images for person in people])


def _few(images: np.ndarray, count: int) -> np.ndarray:
    """At most `count` of them, evenly chosen."""
    return images[np.linspace(0, len(images) - 1, min(len(images), count)).astype(int)]
