"""An estimate with its uncertainty, and the two questions that are asked of it."""

import dataclasses
import math

from scipy import stats

from .proportions import clopper_pearson, exact_p


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A figure in [0, 1] with standard error and degrees of freedom (infinite: normal).

    Answers without any spread leave a standard error of 0. Where all were right, or all wrong,
    `trials` independent ones came out alike, and what that shows is exact (Clopper & Pearson 1934).
    Elsewhere it shows nothing: so it looks where all cases get one answer.
    """

    value: float
    se: float
    df: float = math.inf
    trials: int = 0

    @property
    def constant(self) -> bool:
        """Whether the answers hold nothing from which the uncertainty could be told."""
        return self.se == 0 and 0 < self.value < 1

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Two-sided confidence interval, cut at 0 and 1."""
        if self.constant:
            return 0.0, 1.0
        if self.se == 0:
            return clopper_pearson(round(self.value) * self.trials, self.trials, level)
        half = float(stats.t.ppf(0.5 + level / 2, self.df)) * self.se
        return max(0.0, self.value - half), min(1.0, self.value + half)

    def p(self, null: float = 0.5) -> float:
        """Two-sided p of the null hypothesis that the true figure is `null`."""
        if self.constant:
            return 1.0
        if self.se == 0:
            return exact_p(round(self.value) * self.trials, self.trials, null)
        return float(2 * stats.t.sf(abs(self.value - null) / self.se, self.df))

    def equivalence_p(self, margin: float, centre: float = 0.5) -> float:
        """p of the two one-sided tests (TOST, Schuirmann 1987) that it is `margin` or more away.

        Below alpha: equivalent to `centre` within the margin, which is the same as the interval of
        level 1 - 2 alpha lying inside it. A large p of `p` shows no such thing, nor do answers
        without any spread.
        """
        if self.se == 0:
            return 1.0
        above = stats.t.sf((self.value - (centre - margin)) / self.se, self.df)
        below = stats.t.cdf((self.value - (centre + margin)) / self.se, self.df)
        return float(max(above, below))
