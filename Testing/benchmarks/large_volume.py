"""Peak memory of translating large volumes on the CPU, with the model that ships.

Heads of 512x512 slices of 1 mm (a CT's, 0.8 mm in the plane) are translated from file to file by
the command that users type, in a process of its own: one of `--slices` slices and one of a quarter
of them. What every slice adds is what is kept of the volume itself, a few arrays of numbers; the
network's share does not grow. Both peaks, and what a slice adds, are held against limits.

`--shown` leaves only so many slices with anything in them, by default 40. That saves hours where
time is short, and no memory: blank slices are not computed, but kept like any other.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nibabel as nib
import numpy as np

from MedGANSynthLib.data.phantom import head_phantom

LIMIT_GIB = 8.0
COPIES = 8
"""Arrays of four bytes a voxel that may exist at once."""
SIDE, SPACING = 512, (0.8, 0.8, 1.0)


def measure(folder: Path, slices: int, shown: int) -> tuple[float, float]:
    """Peak of the main memory in GiB, and seconds."""
    source = folder / f"head-{slices}.nii"
    thick = head_phantom(0, (128, 128, 40), (3.2, 3.2, 5.0), modalities=("t1",))["t1"].array
    rows = np.repeat(np.repeat(thick, SIDE // 128, 0), SIDE // 128, 1)
    order = np.linspace(12, 27, slices).astype(int)  # slices through the brain, none blank
    voxels = rows[:, :, order].astype(np.int16)
    voxels[:, :, shown:] = 0
    image = nib.Nifti1Image(voxels, np.diag([*SPACING, 1.0]))
    nib.save(image, source)
    del rows, voxels, image
    command = [sys.executable, "-m", "MedGANSynthLib", "translate", str(source), "--model"]
    command += ["t1-t2-brain", "--device", "cpu", "-o", str(folder / f"out-{slices}.nii")]
    started = time.monotonic()
    process = subprocess.Popen([*command, "--progress", "none"])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("the translation failed")
    return usage.ru_maxrss / 2**20, time.monotonic() - started


def main() -> int:
    """Print both peaks; 1 beyond a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=400)
    parser.add_argument("--shown", type=int, default=40)
    options = parser.parse_args()
    slices, few = options.slices, options.slices // 4
    with tempfile.TemporaryDirectory() as folder:
        peaks = {}
        for count in (few, slices):
            peaks[count], seconds = measure(Path(folder), count, min(options.shown, count))
            print(
                f"{SIDE}x{SIDE}x{count}: {peaks[count]:.2f} GiB at most, {seconds:.0f} s",
                flush=True,
            )
    added = (peaks[slices] - peaks[few]) / (slices - few) * 2**20 / (4 * SIDE * SIDE / 1024)
    print(f"each further slice: {added:.1f} times its own four bytes a voxel (limit {COPIES})")
    return int(peaks[slices] > LIMIT_GIB or added > COPIES)


if __name__ == "__main__":
    sys.exit(main())
