"""`medgansynth experiment ablate`: what each part of SC-GAN is worth, and what it competes with.

Repeats the comparison of Lan, Toga, Sepehrband 2021, who found that leaving out the adversary or
the attention costs most and leaving out spectral normalisation less.
"""

from pathlib import Path
from typing import Any

import numpy as np

from .. import files
from ..data.modalities import Examination
from ..errors import MedGANSynthError
from ..evaluation.baselines import Baseline, Pair, draw_samples, prepare
from ..evaluation.metrics import psnr, rmse
from ..evaluation.ssim import ssim_in_plane
from ..evaluation.table import to_csv
from ..events import Events
from ..inference.device import choose_device
from ..inference.forward import run_network
from ..systems.registry import cohort_class
from ..training.config import Config, load_config
from ..training.synthesis import Synthesis
from .trained import load_trained, trained

FULL, TABLE = "sc-gan", "look-up-table"

_NO_ATTENTION = tuple(
    f"networks.{role}.options.attention=false" for role in ("generator", "discriminator")
)
_NO_SPECTRAL = tuple(
    f"networks.{role}.options.spectral=false" for role in ("generator", "discriminator")
)
_NO_FEATURES, _NO_BRAIN = ("objective.features=0.0",), ("objective.brain=0.0",)
_NO_ADVERSARY = ("objective.adversarial=0.0", *_NO_FEATURES)
_PLAIN = (*_NO_ATTENTION, *_NO_SPECTRAL, *_NO_FEATURES, *_NO_BRAIN)

VARIANTS: dict[str, tuple[str, ...]] = {
    FULL: (),
    "no attention": _NO_ATTENTION,
    "no spectral norm": _NO_SPECTRAL,
    "no feature matching": _NO_FEATURES,
    "no brain error": _NO_BRAIN,
    "no adversary": _NO_ADVERSARY,
    "3D conditional GAN": _PLAIN,
    "2D conditional GAN": _PLAIN,
    "3D U-Net, L1": (*_PLAIN, *_NO_ADVERSARY),
}
"""Ablations of the full method first, then the methods that it is compared with."""

ORDER = ("no adversary", "no attention", "no spectral norm")


def ablate(
    data: Path | None,
    out: Path,
    preset: str,
    variant: tuple[str, ...],
    seeds: int,
    images: int,
    set: tuple[str, ...],
    device: str,
    events: Events,
) -> dict[str, Any]:
    """Train every variant with every seed, or find it trained; a table of figures at the end.

    Figures are of the validation people, inside the mask, of images in [-1, 1], raw: NRMSE is
    RMSE / 2, PSNR and the SSIM of axial slices have a range of 2; means over people, then mean and
    standard deviation over seeds. Every pair has a Run of its own in `out`; the same command goes
    on where it was stopped. The look-up table of the inputs stands beside.

    Args:
        preset: of the System scgan, with three sides.
        variant: of `VARIANTS`; none: all.
        seeds: how many.
        images: that each training sees (0: the preset's own number).
        set: further settings for all variants.

    Returns:
        `rows`; `ablate.csv` is written to `out`.

    Raises:
        MedGANSynthError: settings or data that cannot be used, before the first training.
    """
    chosen = variant or tuple(VARIANTS)
    unknown = [name for name in chosen if name not in VARIANTS]
    if unknown:
        known = "; ".join(VARIANTS)
        raise MedGANSynthError(f"--variant {unknown[0]!r}: unknown; known: {known}.")
    if not 1 <= seeds <= 100:
        raise MedGANSynthError(f"--seeds {seeds}: must lie between 1 and 100.")
    length = (f"images={images}",) if images else ()
    configs = {
        (name, seed): _config(preset, name, seed, (*length, *set))
        for name in chosen
        for seed in range(seeds)
    }
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in chosen}
    for number, ((name, seed), config) in enumerate(configs.items()):
        events.progress(number / len(configs), f"{name}, seed {seed}")
        run = out / f"{name.replace(',', '').replace(' ', '-')}-{seed}"
        if not trained(config, data, run, device, events).failed:
            figures[name].append(_figures(config, data, run, device))
    first = next(iter(configs.values()))
    figures[TABLE] = [_look_up_table(cohort_class(first.system)(first, data, Events()))]
    rows = [_row(name, of) for name, of in figures.items()]
    files.write_text(out / "ablate.csv", to_csv(rows))
    events.progress(1.0, "done")
    return {"text": _reading(rows), "rows": rows, "outputs": [str(out / "ablate.csv")]}


def _config(preset: str, name: str, seed: int, overrides: tuple[str, ...]) -> Config:
    quiet = ("intervals.preview=0", "intervals.validate=0", f"seed={seed}")
    config = load_config(preset, (*overrides, *VARIANTS[name], *quiet))
    if config.system != "scgan" or len(config.data.size) != 3:
        raise MedGANSynthError(f"--preset {preset}: must be one of SC-GAN in 3D.")
    if name.startswith("2D"):
        flat = ("data.whole=false", f"data.size={list(config.data.size[:2])}")
        # As many voxels in a step as in 3D.
        flat += (f"batch={config.batch * config.data.size[2]}",)
        flat += (f"images={config.images * config.data.size[2]}",)
        config = load_config(preset, (*overrides, *VARIANTS[name], *quiet, *flat))
    return config


def _figures(config: Config, data: Path | None, run: Path, device: str) -> dict[str, float]:
    """Means over the validation people."""
    cohort: Synthesis = cohort_class(config.system)(config, data, Events())
    network = load_trained(run, "generator", choose_device(device))
    made = [
        run_network(network, cohort.direction(), person.inputs, person.spacing)
        for person in cohort.validation
    ]
    return _mean([_judge(m, person) for m, person in zip(made, cohort.validation, strict=True)])


def _look_up_table(cohort: Synthesis) -> dict[str, float]:
    """E[target | inputs] of the training people, on the validation people."""

    def pair(person: Examination) -> Pair:
        return Pair(person.inputs, person.target, person.inside, person.spacing)

    table = Baseline(TABLE, draw_samples(map(pair, cohort.training), seed=0))
    figures = []
    for person in cohort.validation:
        case = prepare(person.inputs, person.inside, person.spacing)
        figures.append(_judge(table.predict(case), person))
    return _mean(figures)


def _judge(made: np.ndarray, person: Examination) -> dict[str, float]:
    target, inside = person.target, person.inside
    return {
        "nrmse": rmse(made, target, inside) / 2,
        "psnr": psnr(made, target, inside, 2.0),
        "ssim": ssim_in_plane(made, target, inside, 2.0, 2),
    }


def _mean(figures: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([f[name] for f in figures])) for name in figures[0]}


def _row(name: str, figures: list[dict[str, float]]) -> dict[str, Any]:
    row: dict[str, Any] = {"variant": name, "seeds": len(figures)}
    for figure in ("nrmse", "psnr", "ssim"):
        values = [f[figure] for f in figures]
        row[figure] = float(np.mean(values)) if values else None
        row[f"{figure}_sd"] = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return row


def _reading(rows: list[dict[str, Any]]) -> str:
    """What leaving out costs, and whether in the published order."""
    nrmse = {row["variant"]: row["nrmse"] for row in rows if row["nrmse"] is not None}
    if FULL not in nrmse or not all(name in nrmse for name in ORDER):
        return "Figures inside the mask; give all variants to compare with the published order."
    costs = {name: nrmse[name] - nrmse[FULL] for name in ORDER}
    shown = ", ".join(f"{name} {cost:+.4f}" for name, cost in costs.items())
    adversary, attention, spectral = costs.values()
    seen = min(adversary, attention) > spectral > 0
    was = "was" if seen else "was not"
    return (
        f"NRMSE beside the full method: {shown}. The published order (adversary and attention "
        f"first, then spectral norm) {was} seen."
    )
