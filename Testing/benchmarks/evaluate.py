"""What measuring costs: a 256^3 pair, and 100 against 100 volumes at 64^3.

The pair has every figure of `evaluate paired`, an ellipsoid mask of half the volume, raw and
fitted. The sets go through figures, gate and permutations of `evaluate distribution`; making and
reading their files is not counted. Memory is the peak of the whole process; processor time says
what a machine that is busy with something else would have taken without it.
"""

import resource
import sys
import time

import numpy as np
from scipy.ndimage import gaussian_filter

from MedGANSynthLib.evaluation.compare import compare
from MedGANSynthLib.evaluation.set_figures import extras, figures
from MedGANSynthLib.evaluation.set_gate import gate
from MedGANSynthLib.evaluation.set_pool import Pool, Side

SIDE, PAIR_SECONDS, PAIR_GIB = 256, 20.0, 4.0
CASES, SMALL, SETS_SECONDS = 100, 64, 300.0


def main() -> int:
    """Print times and memory; 1 beyond a limit."""
    rng = np.random.default_rng(0)
    target = gaussian_filter(rng.standard_normal((SIDE,) * 3, np.float32), 2)
    prediction = target + 0.3 * target.std() * rng.standard_normal(target.shape, np.float32)
    mask = sum((x / 0.98) ** 2 for x in np.meshgrid(*[np.linspace(-1, 1, SIDE)] * 3)) < 1
    started, busy = time.perf_counter(), time.process_time()
    compare(prediction, target, mask, 2)
    pair, busy = time.perf_counter() - started, time.process_time() - busy
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"a pair of {SIDE}^3   {pair:.1f} s (limit {PAIR_SECONDS:g}), {busy:.1f} s of processor")
    print(f"memory   {gib:.1f} GiB (limit {PAIR_GIB:g})", flush=True)
    del prediction, target, mask

    def people(seed: int) -> np.ndarray:
        draw = np.random.default_rng(seed)
        volumes = (gaussian_filter(draw.standard_normal((SMALL,) * 3), 3) for _ in range(CASES))
        return np.stack([np.clip(v / v.std() / 2, -1, 1) for v in volumes]).astype(np.float32)

    training, real, fake = (people(seed) for seed in range(3))
    started, busy = time.perf_counter(), time.process_time()
    pool = Pool(Side(real, 0), Side(fake, 0))
    figures(pool, [str(n) for n in range(CASES)], 0)
    extras(pool, 0)
    gate(pool, training, 0)
    sets, busy = time.perf_counter() - started, time.process_time() - busy
    print(f"{CASES} against {CASES} of {SMALL}^3   {sets:.0f} s (limit {SETS_SECONDS:g}), ", end="")
    print(f"{busy:.0f} s of processor")
    return int(pair > PAIR_SECONDS or gib > PAIR_GIB or sets > SETS_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
