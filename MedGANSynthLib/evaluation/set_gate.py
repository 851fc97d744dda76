"""Does a generator pass? A set of criteria that real people pass and useless generators do not.

Every single figure is beaten by some useless generator, so a gate is a set of them. Each criterion
compares synthetic with real cases at the same number as real halves with each other, and asks
whether the former lie further apart than the latter do by chance: beyond `BEYOND` standard
deviations of random halves. Where cases are too few for a criterion, the gate says so instead of
passing; with fewer than 10 synthetic or 20 real cases nothing but copies can make it fail.

`real-like` is that. `useful` asks less: fixed limits, for volumes that train other networks.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy.stats import binom

from .duplicates import NEAR
from .equal_detail import equally_detailed
from .nearest import best_correlations, distances, ratios, without_self
from .set_features import HAND
from .set_frechet import frechet
from .set_mmd import flat, squared_distances, unbiased
from .set_neighbours import FEWEST as COVERED_FEWEST
from .set_neighbours import prdc
from .set_pool import Pool

BEYOND = 4.0
HALVES, DRAWS = 60, 20
FEWEST = 10

Statistic = Callable[[Pool, np.ndarray, np.ndarray], float]


@dataclasses.dataclass(frozen=True)
class Criterion:
    """One thing that real halves agree in.

    Attributes:
        name: in the table.
        statistic: of candidates and real cases, by their numbers in the pool; 0 is agreement.
        needs: cases on each side.
        useful: largest size that still counts as useful.
        two_sided: whether too small is as wrong as too large.
    """

    name: str
    statistic: Statistic
    needs: int
    useful: float
    two_sided: bool = False


def _hand(pool: Pool, candidates: np.ndarray, real: np.ndarray) -> float:
    return frechet(pool.hand[real], pool.hand[candidates])


def _mmd(pool: Pool, candidates: np.ndarray, real: np.ndarray) -> float:
    both = np.concatenate([real, candidates])
    return unbiased(pool.kernel[np.ix_(both, both)], len(real))


def _uncovered(pool: Pool, candidates: np.ndarray, real: np.ndarray) -> float:
    both = np.concatenate([real, candidates])
    return 1 - prdc(pool.hand_squared[np.ix_(both, both)], len(real))["coverage"]


def _alike(pool: Pool, candidates: np.ndarray, real: np.ndarray) -> float:
    table = pool.alike[0]
    means = [np.nanmean(table[np.ix_(group, group)]) for group in (candidates, real)]
    return float(np.log(max(means[0], 1e-3) / max(means[1], 1e-3)))


def _variance(pool: Pool, candidates: np.ndarray, real: np.ndarray) -> float:
    spreads = [pool.squared[np.ix_(group, group)].sum() for group in (candidates, real)]
    return float(np.log(max(spreads[0], 1e-9) / max(spreads[1], 1e-9)))


def _detail(pool: Pool, candidates: np.ndarray, real: np.ndarray) -> float:
    return float(pool.fine_power[candidates].mean() - pool.fine_power[real].mean())


CRITERIA = (
    Criterion("FD on hand-made features", _hand, len(HAND) + 6, len(HAND) / 2),
    Criterion("RBF MMD^2 of voxels", _mmd, FEWEST, 0.02),
    Criterion("real cases not covered", _uncovered, COVERED_FEWEST, 0.5),
    Criterion("alikeness of pairs, log ratio", _alike, FEWEST, np.log(1.2), True),
    Criterion("variance, log ratio", _variance, FEWEST, np.log(1.5), True),
    Criterion("fine detail, log ratio of power", _detail, FEWEST, np.log(2.0), True),
)


def gate(pool: Pool, training: np.ndarray | None, seed: int) -> dict[str, object]:
    """Judge the pool's synthetic cases.

    Args:
        training: the volumes that the generator was trained on, `[n, i, j, k]`; without them nobody
            can say whether it copies.
        seed: of the halves and draws.

    Returns:
        `real_like` and `useful`: "pass", "fail" or "cannot be judged"; `text`; `criteria`: a row
        each with value, limit, verdicts and what it needs.
    """
    half = min(pool.m, pool.n // 2)
    rows = [_judge(criterion, pool, half, seed) for criterion in CRITERIA]
    rows.append(_copies(pool, training))
    rows.append(_twins(pool, seed))
    result: dict[str, object] = {"criteria": rows, "cases_compared": half}
    for level in ("real_like", "useful"):
        verdicts = [row[level] for row in rows]
        result[level] = (
            "fail" if False in verdicts else "cannot be judged" if None in verdicts else "pass"
        )
    result["text"] = _spoken(result, rows)
    return result


def _judge(criterion: Criterion, pool: Pool, half: int, seed: int) -> dict[str, object]:
    row: dict[str, object] = {"criterion": criterion.name, "value": None, "limit": None}
    row |= {"useful_limit": criterion.useful, "real_like": None, "useful": None, "note": ""}
    if half < criterion.needs:
        row["note"] = _too_few(criterion.needs, pool)
        return row
    if criterion.statistic is _alike and pool.alike is None:
        row["note"] = "needs volumes of at least 11 voxels a side"
        return row
    rng = np.random.default_rng(seed)
    chance = []
    for _ in range(HALVES):
        order = rng.permutation(pool.n)
        chance.append(criterion.statistic(pool, order[:half], order[half : 2 * half]))
    values = []
    for _ in range(DRAWS):
        fake = pool.n + rng.choice(pool.m, half, replace=False)
        real = rng.choice(pool.n, half, replace=False)
        values.append(criterion.statistic(pool, fake, real))
    value, spread = float(np.mean(values)), float(np.std(chance))
    centre = 0.0 if criterion.two_sided else float(np.mean(chance))
    size = abs(value) if criterion.two_sided else value
    row |= {
        "value": value,
        "limit": centre + BEYOND * spread,
        "real_like": bool(size <= centre + BEYOND * spread),
        "useful": bool(size <= max(criterion.useful, centre + BEYOND * spread)),
    }
    return row


def _copies(pool: Pool, training: np.ndarray | None) -> dict[str, object]:
    """Synthetic cases that lie nearer to a training person than any of those to another."""
    row = _count("copies of training people")
    known = 0 if training is None else len(training)
    if known < 2 * FEWEST or pool.m < FEWEST:
        row["note"] = (
            f"needs {2 * FEWEST} training and {FEWEST} synthetic cases, has {known} and {pool.m}"
        )
        return row
    among = without_self(distances(best_correlations(training, training)))
    found = ratios(distances(best_correlations(pool.fake.volumes, training)))
    return _verdict(row, found < ratios(among).min(), 1 / (known + 1))


def _twins(pool: Pool, seed: int) -> dict[str, object]:
    """Synthetic cases that lie as near to each other as two scans of one person, equally sharp."""
    row = _count("twins among the synthetic")
    if pool.n < 2 * FEWEST or pool.m < FEWEST:
        row["note"] = _too_few(FEWEST, pool)
        return row
    size = min(pool.n, pool.m)
    rng = np.random.default_rng(seed)
    chosen = [s.volumes[rng.choice(len(s), size, replace=False)] for s in (pool.real, pool.fake)]
    nearest = [
        np.sqrt(without_self(squared_distances(flat(volumes - volumes.mean(axis=0)))).min(axis=1))
        for volumes in equally_detailed(*chosen)
    ]
    near = NEAR * np.median(nearest[0])
    # As many as among the real, who may have been scanned twice, and one more.
    return _verdict(row, nearest[1] < near, ((nearest[0] < near).sum() + 1) / (size + 1))


def _too_few(needs: int, pool: Pool) -> str:
    return f"needs {needs} synthetic and {2 * needs} real cases, has {pool.m} and {pool.n}"


def _count(name: str) -> dict[str, object]:
    row = {"criterion": name, "value": None, "limit": None, "useful_limit": None}
    return row | {"real_like": None, "useful": None, "note": ""}


def _verdict(row: dict[str, object], found: np.ndarray, chance: float) -> dict[str, object]:
    """More than chance explains: fresh real people are found so, too, now and then."""
    most = float(binom.ppf(0.999, len(found), chance))
    fine = bool(found.sum() <= most)
    return row | {
        "value": float(found.sum()),
        "limit": most,
        "useful_limit": most,
        "real_like": fine,
        "useful": fine,
    }


def _spoken(result: dict[str, object], rows: list[dict[str, object]]) -> str:
    wrong = [str(row["criterion"]) for row in rows if row["real_like"] is False]
    unknown = [f"{row['criterion']} ({row['note']})" for row in rows if row["real_like"] is None]
    text = f"real-like: {result['real_like']}; useful: {result['useful']}."
    if wrong:
        text += f" Unlike real ones in: {', '.join(wrong)}."
    if unknown:
        text += f" Not judged: {'; '.join(unknown)}."
    return text
