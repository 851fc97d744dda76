"""`medgansynth --help` from a shell: under 0.5 s, best of several runs.

Beside it the bare interpreter with the same site-packages, which no import of ours can undercut.
"""

import subprocess
import sys
import time

LIMIT_S = 0.5
RUNS = 7


def best(command: list[str]) -> float:
    """Shortest wall-clock time in seconds of several runs."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> int:
    """Print both times and their ratio; 1 if over the limit."""
    bare = best([sys.executable, "-c", "pass"])
    ours = best([sys.executable, "-m", "MedGANSynthLib", "--help"])
    print(f"python -c pass      {bare:.3f} s")
    print(f"medgansynth --help  {ours:.3f} s ({ours / bare:.1f} times; limit {LIMIT_S} s)")
    return int(ours > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
