"""What the plots of a paired evaluation show, as tables for whoever draws them anew."""

import itertools
from typing import Any

from .judging import EDGES, Judged


def histogram_rows(judged: Judged) -> list[dict[str, Any]]:
    """One row for each bin: its ends, then the share of `real` and of each method's voxels in it.

    0 and 1 are the target's 0.5 and 99.5 percentiles inside the mask; what lies beyond the outer
    bins is counted in them. Methods are fitted first; every case counts the same.
    """
    counts = {"real": judged.target.counts}
    counts |= {name: shown.counts for name, shown in judged.methods.items() if shown.counts.any()}
    shares = {name: found / max(found.sum(), 1.0) for name, found in counts.items()}
    return [
        {"from": float(low), "to": float(high)}
        | {name: float(share[number]) for name, share in shares.items()}
        for number, (low, high) in enumerate(itertools.pairwise(EDGES))
    ]


def difference_rows(judged: Judged) -> list[dict[str, Any]]:
    """Random voxels inside the masks: `mean` of the two and `difference` synthetic - real.

    On the scale of `histogram_rows`, after the affine fit.
    """
    return [
        {"method": name, "mean": mean, "difference": difference}
        for name, shown in judged.methods.items()
        for mean, difference in zip(shown.means, shown.differences, strict=True)
    ]
