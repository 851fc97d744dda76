"""Readers made of random numbers, who go through the same session as people.

They test the whole way from order to report, and show what a study of a given size can find.
"""

import dataclasses
import functools
from pathlib import Path
from typing import Any

import numpy as np
from scipy import optimize, stats

from .order import generator
from .reading import Reading
from .study import Key, Trial, read_key, read_study

_CUTS = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])

SIMULATED = {"experience": "simulated"}
"""What the log of a simulated reader says of them."""


@dataclasses.dataclass(frozen=True)
class SimulatedReader:
    """An equal-variance signal-detection observer (Green and Swets 1966).

    Attributes:
        auc: true area under the ROC curve of the six ratings, with `criterion` 0.
        criterion: shifts all answers; above 0 towards "real".
        always: the one rating given to everything, in place of looking.
    """

    auc: float = 0.5
    criterion: float = 0.0
    always: int | None = None

    def rate(self, evidence: float) -> int:
        """Rating 1 to 6 for evidence around 0."""
        if self.always is not None:
            return self.always
        return int(np.searchsorted(_CUTS, evidence - self.criterion)) + 1

    def evidence(self, truth: str, noise: float) -> float:
        """Standard normal `noise`, moved apart by the distance that the AUC needs."""
        shift = distance(self.auc) / 2
        return noise + (shift if truth in ("synthetic", "right") else -shift)


@functools.cache
def distance(auc: float) -> float:
    """Standard deviations between the classes at which the six ratings have this AUC.

    A little more than the sqrt(2) z(AUC) of unrounded evidence: steps cost area.
    """

    def excess(d: float) -> float:
        edges = np.concatenate([[-np.inf], _CUTS, [np.inf]])
        signal, noise = (np.diff(stats.norm.cdf(edges, m)) for m in (d / 2, -d / 2))
        below = np.concatenate([[0.0], np.cumsum(noise)[:-1]])
        return float(signal @ (below + noise / 2)) - auc

    return float(optimize.brentq(excess, -10.0, 10.0))


class _Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def simulate_readers(
    folder: Path,
    key: Path,
    readers: dict[str, SimulatedReader],
    seed: int,
    stop_after: int | None = None,
    about: dict[str, Any] | None = None,
) -> None:
    """Let each of `readers` answer all of its trials (or the first `stop_after`) through `Reading`.

    Catch trials are seen through by everybody who looks.
    """
    study, _ = read_study(folder)
    truth = read_key(key, study)
    for name, reader in readers.items():
        draws = np.random.default_rng(generator(seed, "reader", name).getrandbits(128))
        clock = _Clock()
        session = Reading(folder, name, about, clock=clock, wall=clock)
        try:
            while not session.finished and session.position != stop_after:
                trial = session.trial
                session.request()
                session.shown()
                evidence = reader.evidence(_truth(trial, truth), draws.standard_normal())
                if truth.cases[trial.cases[0]].role == "catch":
                    evidence = 3.0
                clock.now += float(draws.lognormal(1.5, 0.4) / (1 + abs(evidence) / 4))
                session.answer(reader.rate(evidence), slices_visited=int(draws.integers(5, 30)))
        finally:
            session.close()


def _truth(trial: Trial, key: Key) -> str:
    first = key.cases[trial.cases[0]].truth
    if len(trial.cases) == 1:
        return first
    return "left" if first == "synthetic" else "right"
