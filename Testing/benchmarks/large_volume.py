"""Memory and time of translating large volumes on the CPU, with `t1-t2-brain`.

Heads of 512x512 slices of 1 mm (a CT's, 0.8 mm in the plane) are translated from file to file by
the command that users type, in a process of its own: one of `--slices` slices and one of half of
them. Asked fifty times a second is the memory that the process holds for itself; what lies in
temporary files, the system keeps as long as it has room. Its peak must stay below a limit, and a
further slice may add next to nothing. Needs Linux.

`--shown` leaves only so many slices with anything in them, by default 40. That saves hours where
time is short, and no memory: blank slices are not computed, but kept like any other.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nibabel as nib
import numpy as np

from MedGANSynthLib.data.phantom import head_phantom

LIMIT_GIB = 8.0
ADDED_LIMIT = 0.2
"""Of the four bytes a voxel that a further slice would take if it were kept once."""
SIDE, SPACING = 512, (0.8, 0.8, 1.0)


def measure(folder: Path, slices: int, shown: int) -> tuple[float, float]:
    """Most memory of its own in GiB, and seconds."""
    source = folder / f"head-{slices}.nii"
    thick = head_phantom(0, (128, 128, 40), (3.2, 3.2, 5.0), modalities=("t1",))["t1"].array
    rows = np.repeat(np.repeat(thick, SIDE // 128, 0), SIDE // 128, 1)
    order = np.linspace(12, 27, slices).astype(int)  # slices through the brain, none blank
    voxels = rows[:, :, order].astype(np.int16)
    voxels[:, :, shown:] = 0
    nib.save(nib.Nifti1Image(voxels, np.diag([*SPACING, 1.0])), source)
    del rows, voxels
    command = [sys.executable, "-m", "MedGANSynthLib", "translate", str(source), "--model"]
    command += ["t1-t2-brain", "--device", "cpu", "-o", str(folder / f"out-{slices}.nii")]
    started, peak = time.monotonic(), 0
    with subprocess.Popen([*command, "--progress", "none"]) as process:
        while process.poll() is None:
            peak = max(peak, own_memory(process.pid))
            time.sleep(0.02)
    if process.returncode:
        raise SystemExit("the translation failed")
    return peak / 2**20, time.monotonic() - started


def own_memory(process: int) -> int:
    """Anonymous memory in KiB; 0 of a process that has just ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"RssAnon:\s*(\d+) kB", status)
    return int(found[1]) if found else 0


def main() -> int:
    """Print both peaks; 1 beyond a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=400)
    parser.add_argument("--shown", type=int, default=40)
    options = parser.parse_args()
    slices, few = options.slices, options.slices // 2
    with tempfile.TemporaryDirectory() as folder:
        peaks = {}
        for count in (few, slices):
            peaks[count], seconds = measure(Path(folder), count, min(options.shown, count))
            print(
                f"{SIDE}x{SIDE}x{count}: {peaks[count]:.2f} GiB at most, {seconds:.0f} s",
                flush=True,
            )
    added = (peaks[slices] - peaks[few]) * 2**30 / ((slices - few) * 4 * SIDE * SIDE)
    print(f"each further slice: {added:.2f} times its own four bytes a voxel (limit {ADDED_LIMIT})")
    return int(peaks[slices] > LIMIT_GIB or added > ADDED_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
