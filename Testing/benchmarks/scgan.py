"""SC-GAN's memory and time: attention, whole volumes, a step of training, patches of two volumes.

Each figure is taken in a process of its own, whose peak memory above its own start is what counts.
The naive attention is softmax(query key^T) value as it is written.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import torch

from MedGANSynthLib.inference.forward import silent
from MedGANSynthLib.inference.patches import run_patches
from MedGANSynthLib.networks.attention import attend
from MedGANSynthLib.networks.registry import build_network
from MedGANSynthLib.systems.scgan import SCGAN
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.example import example_batch

QUERIES, KEYS, CHANNELS = 32**3, 16**3, 256
MEMORY_SHARE = 0.25
GB = 1e9 / 2**20
FORWARD_LIMITS_MB = {128: 6 * 1024, 256: 8 * GB}
STEP_SIDE, STEP_LIMIT_MB = 128, 12 * GB
PATCH = (64, 64, 64)
SMALL, LARGE = 128, 256
GROWTH_LIMIT_MB = 64


def peak_mb() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def naive(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """The textbook's attention."""
    return torch.softmax(query @ key.transpose(1, 2), dim=2) @ value


@torch.inference_mode()
def attention(function: str) -> dict[str, float]:
    """Seconds and extra memory of one call; how far ours is from the naive one."""
    torch.manual_seed(0)
    given = [
        0.3 * torch.randn(1, count, channels)
        for count, channels in (
            (QUERIES, CHANNELS // 8),
            (KEYS, CHANNELS // 8),
            (KEYS, CHANNELS // 2),
        )
    ]
    called = {"ours": attend, "naive": naive}[function]
    called(*(m[:, :64] for m in given))  # what is loaded at the first call does not count
    before, times = peak_mb(), []
    for _ in range(3):
        started = time.perf_counter()
        made = called(*given)
        times.append(time.perf_counter() - started)
    result = {"seconds": sorted(times)[1], "extra_mb": peak_mb() - before}
    if function == "ours":
        part = [given[0][:, :512], *given[1:]]
        result["difference"] = float((made[:, :512] - naive(*part)).abs().max())
    return result


@torch.inference_mode()
def forward(side: int) -> dict[str, float]:
    """A whole volume through the published widths; memory is that of the whole process."""
    options = {"levels": side.bit_length() - 1}
    network = build_network("scgan-generator", options, "benchmark").eval()
    network = network.to(memory_format=torch.channels_last_3d)
    x = torch.rand(1, 2, side, side, side).contiguous(memory_format=torch.channels_last_3d)
    started = time.perf_counter()
    assert network(x).isfinite().all()
    return {"seconds": time.perf_counter() - started, "peak_mb": peak_mb()}


def step() -> dict[str, float]:
    """The second step of the published preset at 128^3; memory is that of the whole process."""
    config, cpu = load_config("scgan", [f"data.size={[STEP_SIDE] * 3}"]), torch.device("cpu")
    system, batch = SCGAN(config, cpu, lambda network: network), example_batch(config, 1, cpu)
    for _ in range(2):  # only then Adam has its moments
        started = time.perf_counter()
        assert all(loss.isfinite() for loss in system.step(batch, 0).values())
    return {"seconds": time.perf_counter() - started, "peak_mb": peak_mb()}


def patches(side: int) -> dict[str, float]:
    """Extra memory beside inputs and result."""
    options = {"levels": 5, "width": 4, "kernel": 3, "norm": "batch"}
    network = build_network("scgan-generator", options, "benchmark").eval()
    arrays = [np.zeros((side,) * 3, np.float32) for _ in range(2)]
    for array in arrays:
        array += 0.5
    held = 3 * arrays[0].nbytes / 2**20
    before, started = peak_mb() - 2 * held / 3, time.perf_counter()
    run_patches(network, arrays, PATCH, silent)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "extra_mb": peak_mb() - before - held}


def main() -> int:
    """Print every figure beside its limit; 1 beyond one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    if chosen.part:
        name, *arguments = chosen.part
        functions = {
            "attention": attention,
            "forward": lambda side: forward(int(side)),
            "step": step,
            "patches": lambda side: patches(int(side)),
        }
        print(json.dumps(functions[name](*arguments)))
        return 0

    def run(*part: str) -> dict[str, float]:
        command = [sys.executable, __file__, "--threads", str(chosen.threads), "--part", *part]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])

    ours, theirs = run("attention", "ours"), run("attention", "naive")
    share = ours["extra_mb"] / theirs["extra_mb"]
    print(f"attention, {QUERIES} queries x {KEYS} keys, {CHANNELS} channels")
    for name, side in (("naive", theirs), ("ours", ours)):
        print(f"  {name:6} {side['seconds']:6.2f} s {side['extra_mb']:7.0f} MB more")
    print(f"  memory {share:.3f} times (limit {MEMORY_SHARE}), differs by {ours['difference']:.1e}")
    within = True
    parts = [(f"{s}^3 forward", ("forward", str(s)), m) for s, m in FORWARD_LIMITS_MB.items()]
    for name, part, limit in (*parts, (f"{STEP_SIDE}^3 step", ("step",), STEP_LIMIT_MB)):
        whole = run(*part)
        within &= whole["peak_mb"] <= limit
        print(f"{name}, published widths: {whole['seconds']:.1f} s, {whole['peak_mb']:.0f} MB")
        print(f"  (limit {limit:.0f} MB)")
    sides = {side: run("patches", str(side)) for side in (SMALL, LARGE)}
    for side, figures in sides.items():
        print(f"patches of {side}^3: {figures['seconds']:.1f} s, {figures['extra_mb']:.0f} MB more")
    growth = sides[LARGE]["extra_mb"] - sides[SMALL]["extra_mb"]
    print(f"  growth {growth:.0f} MB (limit {GROWTH_LIMIT_MB})")
    return int(
        share > MEMORY_SHARE
        or ours["seconds"] > theirs["seconds"]
        or ours["difference"] > 1e-5
        or not within
        or growth > GROWTH_LIMIT_MB
    )


if __name__ == "__main__":
    sys.exit(main())
