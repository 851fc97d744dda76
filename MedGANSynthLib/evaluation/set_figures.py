"""All figures of a synthetic set against a real one, each beside what two real sets give.

Every figure is the mean over draws of equally many cases from either set; `real_real` is the same
figure between random halves of the real set, with its standard deviation. A figure is good when it
is about that, not when it is small or large.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import realism
from .compat_sets import mmd_kwon_compat, mmd_linear, ms_ssim_kwon_compat
from .set_classifier import FEWEST as C2ST_FEWEST
from .set_classifier import c2st
from .set_features import HAND
from .set_frechet import frechet, frechet_curve
from .set_gate import FEWEST, Statistic
from .set_mmd import kid, mmd_permutation, unbiased
from .set_neighbours import FEWEST as COVERED_FEWEST
from .set_neighbours import prdc
from .set_pool import Pool

DRAWS, HALVES = 10, 20
MOST_COMPONENTS = 64
_KWON_BATCH = 4
_KWON_PAIRS = 20


@dataclasses.dataclass(frozen=True)
class Figure:
    """One figure: of candidates and real cases by their numbers in the pool.

    Attributes:
        needs: cases on each side.
        aim: what a perfect generator has.
    """

    name: str
    statistic: Statistic
    needs: int
    aim: str


def figures(pool: Pool, subjects: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """A row for each figure: value, real_real, real_sd, cases on each side, aim, note."""
    half = min(pool.m, pool.n // 2)
    rows = []
    for figure in _all(pool, subjects, half, seed):
        row: dict[str, Any] = {"figure": figure.name, "value": None, "real_real": None}
        row |= {"real_sd": None, "cases": half, "aim": figure.aim, "note": ""}
        rows.append(row)
        if half < figure.needs:
            row["note"] = f"needs {figure.needs} synthetic and {2 * figure.needs} real cases"
            continue
        rng = np.random.default_rng(seed)
        chance = []
        for _ in range(HALVES):
            order = rng.permutation(pool.n)
            chance.append(figure.statistic(pool, order[:half], order[half : 2 * half]))
        values = []
        for _ in range(DRAWS):
            fake = pool.n + rng.choice(pool.m, half, replace=False)
            values.append(figure.statistic(pool, fake, rng.choice(pool.n, half, replace=False)))
        row |= {
            "value": float(np.mean(values)),
            "real_real": float(np.mean(chance)),
            "real_sd": float(np.std(chance)),
        }
    return rows


def extras(pool: Pool, seed: int) -> dict[str, Any]:
    """What is no single figure: permutation p, KID of subsets, Frechet distance by cases."""
    result: dict[str, Any] = {
        "mmd_rbf_p": mmd_permutation(pool.kernel, pool.n, seed),
        "mmd_rbf_width": pool.width,
    }
    if min(pool.n, pool.m) >= FEWEST:
        mean, spread = kid(pool.hand[: pool.n], pool.hand[pool.n :], seed)
        result |= {"kid_hand_of_subsets": mean, "kid_hand_of_subsets_sd": spread}
    if min(pool.n, pool.m) > len(HAND):
        curve, limit = frechet_curve(pool.hand[: pool.n], pool.hand[pool.n :], seed)
        result |= {"fd_hand_by_cases": curve, "fd_hand_infinity": limit}
    if min(pool.n, pool.m) >= _KWON_BATCH:
        result["published_defective"] = _defective(pool, seed)
    return result


def spectrum_decibels(pool: Pool) -> np.ndarray:
    """10 log10 of mean synthetic over mean real power, by frequency."""
    means = [np.maximum(side.spectra.mean(axis=0), 1e-12) for side in (pool.fake, pool.real)]
    return 10 * np.log10(means[0] / means[1])


def _all(pool: Pool, subjects: Sequence[str], half: int, seed: int) -> list[Figure]:
    count = max(1, min(MOST_COMPONENTS, half // 3))
    pca = pool.pca(count)
    spectra = np.concatenate([pool.real.spectra, pool.fake.spectra])
    found = [
        Figure(
            "fd_hand",
            lambda p, a, b: frechet(p.hand[b], p.hand[a]),
            len(HAND) + 1,
            "real_real",
        ),
        Figure(f"fd_pca{count}", lambda p, a, b: frechet(pca[b], pca[a]), count + 1, "real_real"),
        Figure("kid_hand", _kid, FEWEST, "0"),
        Figure("mmd_rbf", _mmd, FEWEST, "0"),
        *(
            Figure(name, _share(name), COVERED_FEWEST, aim)
            for name, aim in (
                ("precision", "real_real"),
                ("recall", "real_real"),
                ("density", "1"),
                ("coverage", "real_real"),
            )
        ),
        *(
            Figure(f"c2st_{name}", _told(name, subjects, seed), C2ST_FEWEST, "0.5")
            for name in ("accuracy", "auc")
        ),
        Figure("rho", _rho, realism.COMPONENTS + 1, "real_real"),
        Figure("sigma", lambda p, a, b: realism.sigma(p.coordinates[a]), 2, "real_real"),
        Figure("delta", lambda p, a, b: realism.delta(p.coordinates[a]), 2, "real_real"),
        Figure(
            "spectrum_distance", lambda p, a, b: _decibels(spectra[a], spectra[b]), 2, "real_real"
        ),
    ]
    if pool.alike is not None:
        found += [
            Figure(f"pair_{name}", _alike(table), FEWEST, "real_real")
            for name, table in zip(("ssim", "ms_ssim"), pool.alike, strict=True)
        ]
    return found


def _kid(pool: Pool, a: np.ndarray, b: np.ndarray) -> float:
    rows = pool.hand[np.concatenate([b, a])]
    return unbiased((rows @ rows.T / rows.shape[1] + 1) ** 3, len(b))


def _mmd(pool: Pool, a: np.ndarray, b: np.ndarray) -> float:
    both = np.concatenate([b, a])
    return unbiased(pool.kernel[np.ix_(both, both)], len(b))


def _share(name: str) -> Statistic:
    def statistic(pool: Pool, a: np.ndarray, b: np.ndarray) -> float:
        both = np.concatenate([b, a])
        return prdc(pool.hand_squared[np.ix_(both, both)], len(b))[name]

    return statistic


def _told(name: str, subjects: Sequence[str], seed: int) -> Statistic:
    def person(pool: Pool, case: int) -> str:
        return subjects[case] if case < pool.n else f"synthetic {case}"

    def statistic(pool: Pool, a: np.ndarray, b: np.ndarray) -> float:
        people = [[person(pool, case) for case in side] for side in (b, a)]
        return c2st(pool.hand[b], pool.hand[a], *people, seed)[name]

    return statistic


def _rho(pool: Pool, a: np.ndarray, b: np.ndarray) -> float:
    return realism.rho(pool.coordinates[a], realism.fit_eigenspace(pool.coordinates[b]))


def _decibels(a: np.ndarray, b: np.ndarray) -> float:
    """RMS difference of the mean spectra in dB, without the mean itself."""
    means = [np.maximum(s.mean(axis=0)[1:], 1e-12) for s in (a, b)]
    return float(np.sqrt(np.mean((10 * np.log10(means[0] / means[1])) ** 2)))


def _alike(table: np.ndarray) -> Statistic:
    return lambda pool, a, b: float(np.nanmean(table[np.ix_(a, a)]))


def _defective(pool: Pool, seed: int) -> dict[str, float]:
    real, fake = pool.real.volumes, pool.fake.volumes
    result = {
        "mmd_linear": mmd_linear(real, fake),
        f"mmd_kwon_compat_batch{_KWON_BATCH}": mmd_kwon_compat(real, fake, _KWON_BATCH),
    }
    rng = np.random.default_rng(seed)
    for name, volumes in (("real", real), ("synthetic", fake)):
        if min(volumes.shape[1:]) < 2 ** (5 - 1) * 2:
            continue
        pairs = [rng.choice(len(volumes), 2, replace=False) for _ in range(_KWON_PAIRS)]
        values = [ms_ssim_kwon_compat(volumes[a], volumes[b]) for a, b in pairs]
        result[f"ms_ssim_kwon_compat_{name}_pairs"] = float(np.mean(values))
    return result
