"""How many cases and readers? What a study of each size can show, before it is begun."""

import math
from typing import Any

from scipy import stats

from ..errors import MedGANSynthError
from ..events import Events
from .proportions import equivalence_power, half_width, power

ACCURACIES = (0.60, 0.65, 0.70, 0.80)
MARGINS = (0.10, 0.15)
CASES = (20, 50, 100, 200, 300)
READERS = (1, 5)


def one_reader(n: int) -> dict[str, Any]:
    """What `n` answers of one reader can show: chances of exact tests at 5 %.

    `power_60` is the chance that a true accuracy of 0.60 is found different from 0.5;
    `equivalent_10` that a true accuracy of 0.50 is shown to lie within 0.10 of it.
    """
    row: dict[str, Any] = {"answers": n}
    row |= {f"power_{round(100 * a)}": round(power(n, a), 3) for a in ACCURACIES}
    row |= {f"equivalent_{round(100 * m)}": round(equivalence_power(n, m), 3) for m in MARGINS}
    return row | {"half_width": round(half_width(n), 3)}


def several_readers(
    readers: int,
    cases: int,
    accuracy: float,
    margin: float,
    reader_sd: float = 0.05,
    case_sd: float = 0.20,
) -> dict[str, float]:
    """What `readers` who all see `cases` can show, readers and cases both random.

    Variance of the mean accuracy: reader_sd^2 / R + case_sd^2 / C + residual / (R C), on the scale
    of accuracy, with t on R - 1 degrees of freedom, which is cautious.

    Returns:
        `power` to find `accuracy` different from 0.5, `equivalent`, the chance to show equivalence
        within `margin` when the truth is 0.5, and the 95 % interval's `half_width`.
    """
    if readers < 2 or cases < 2:
        raise MedGANSynthError("a plan for several readers needs at least 2 readers and 2 cases.")
    residual = max(0.0, accuracy * (1 - accuracy) - reader_sd**2 - case_sd**2)
    se = math.sqrt(reader_sd**2 / readers + case_sd**2 / cases + residual / (readers * cases))
    df = readers - 1
    critical = float(stats.t.ppf(0.975, df))
    away = abs(accuracy - 0.5) / se
    found = stats.nct.sf(critical, df, away) + stats.nct.cdf(-critical, df, away)
    reach = margin / se - float(stats.t.ppf(0.95, df))
    return {
        "power": round(float(found), 3),
        "equivalent": round(max(0.0, float(2 * stats.norm.cdf(reach) - 1)), 3),
        "half_width": round(critical * se, 3),
    }


def plan_sizes(
    cases: tuple[int, ...], readers: tuple[int, ...], accuracy: float, margin: float, events: Events
) -> dict[str, Any]:
    """A table of what studies of these sizes can show; without sizes, of the usual ones.

    Raises:
        MedGANSynthError: a number out of range.
    """
    cases, readers = cases or CASES, readers or READERS
    if not all(2 <= c <= 10_000 for c in cases) or not all(1 <= r <= 1000 for r in readers):
        raise MedGANSynthError("give 2 to 10000 cases and 1 to 1000 readers.")
    if not 0.5 < accuracy < 1 or not 0 < margin < 0.5:
        raise MedGANSynthError("--accuracy must lie between 0.5 and 1, --margin between 0 and 0.5.")
    rows = []
    for count in readers:
        for n in cases:
            if count == 1:
                figures = {
                    "power": round(power(n, accuracy), 3),
                    "equivalent": round(equivalence_power(n, margin), 3),
                    "half_width": round(half_width(n), 3),
                }
            else:
                figures = several_readers(count, n, accuracy, margin)
            rows.append({"readers": count, "cases": n, **figures})
    text = (
        f"power: the chance to find a true accuracy of {accuracy:g} different from 0.5; "
        f"equivalent: the chance to show a true accuracy of 0.5 within {margin:g} of it. "
        "One reader: exact tests. Several: readers (sd 0.05) and cases (sd 0.20) both vary."
    )
    return {"text": text, "rows": rows}
