"""`experiment compare` on phantoms: three networks, five losses, 32x32, in at most half an hour.

What comes out of such short trainings says nothing of the networks; only the time is looked at.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import torch

from MedGANSynthLib import tasks
from MedGANSynthLib.cli import render

LIMIT_S = 1800


def main() -> int:
    """Print the table and the time; 1 beyond the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=2000, help="that each training sees")
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        task = tasks.ExperimentCompare(
            out=Path(folder),
            images=chosen.images,
            size=32,
            width=chosen.width,
            batch=16,
            set=("data.blank=0.05",),
            device="cpu",
        )
        print(render(tasks.run(task)))
    seconds = time.perf_counter() - started
    print(f"15 pairs of {chosen.images} images: {seconds:.0f} s (limit {LIMIT_S} s)")
    return int(seconds > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
