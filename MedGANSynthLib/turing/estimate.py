"""An estimate with its uncertainty, and the two questions that are asked of it."""

import dataclasses
import math

from scipy import stats


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A figure in [0, 1] with standard error and degrees of freedom (infinite: normal).

    A standard error of 0 (every reader perfect, or all answers alike) gives an interval of no
    width: the data hold nothing from which the uncertainty could be told.
    """

    value: float
    se: float
    df: float = math.inf

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Two-sided confidence interval, cut at 0 and 1."""
        half = float(stats.t.ppf(0.5 + level / 2, self.df)) * self.se if self.se > 0 else 0.0
        return max(0.0, self.value - half), min(1.0, self.value + half)

    def p(self, null: float = 0.5) -> float:
        """Two-sided p of the null hypothesis that the true figure is `null`."""
        if self.se == 0:
            return 1.0 if self.value == null else 0.0
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
