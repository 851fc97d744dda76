"""Signal detection: how well a reader separates the classes, and which way the reader leans."""

import dataclasses

from scipy import stats


@dataclasses.dataclass(frozen=True)
class Confusion:
    """Counts of one reader's decisions; synthetic is the signal that is to be detected."""

    hits: int
    misses: int
    false_alarms: int
    correct_rejections: int

    @property
    def synthetic(self) -> int:
        """Synthetic cases answered."""
        return self.hits + self.misses

    @property
    def real(self) -> int:
        """Real cases answered."""
        return self.false_alarms + self.correct_rejections

    @property
    def answers(self) -> int:
        """All answers."""
        return self.synthetic + self.real

    @property
    def correct(self) -> int:
        """Right answers."""
        return self.hits + self.correct_rejections

    def rates(self) -> dict[str, float | None]:
        """Sensitivity, specificity and the error rates of HYPE (Zhou et al. 2019).

        `fake_error` is the share of synthetic cases taken for real, `real_error` that of real
        cases taken for synthetic, `hype` the share of all errors: above 0.5 the synthetic cases
        look more real than the real ones. None where a class has no answer.
        """
        sensitivity = _ratio(self.hits, self.synthetic)
        specificity = _ratio(self.correct_rejections, self.real)
        return {
            "sensitivity": sensitivity,
            "specificity": specificity,
            "fake_error": None if sensitivity is None else 1 - sensitivity,
            "real_error": None if specificity is None else 1 - specificity,
            "hype": _ratio(self.misses + self.false_alarms, self.answers),
            "says_synthetic": _ratio(self.hits + self.false_alarms, self.answers),
        }


def sensitivity_and_criterion(counts: Confusion) -> tuple[float, float] | None:
    """d' and criterion c with the log-linear correction (Hautus 1995).

    Rates are (count + 0.5) / (n + 1), so both stay finite. d' = 0 is chance; c > 0 leans towards
    saying "real", c < 0 towards "synthetic". None where a class has no answer.
    """
    if not counts.synthetic or not counts.real:
        return None
    hit = stats.norm.ppf((counts.hits + 0.5) / (counts.synthetic + 1))
    alarm = stats.norm.ppf((counts.false_alarms + 0.5) / (counts.real + 1))
    return without_dust(hit - alarm), without_dust(-(hit + alarm) / 2)


def without_dust(value: float) -> float:
    """What is 0 but for the rounding of the sums before it becomes 0."""
    return round(float(value), 12) + 0.0


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
