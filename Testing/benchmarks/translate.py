"""Translation with `t1-t2-brain`: speed per slice, and a whole volume from file to file.

- Slices in batches against a plain loop over the slices with the same network, as it is stored.
- Operations a second in 256x256 slices, as a share of what a large convolution reaches here.
- The shipped network against the nine-block ResNet, per slice of 256x256.
- A T1 phantom of 160x198x170 voxels of 1 mm through `medgansynth translate`: time and peak memory.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from presets import peak_rate

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.inference.footprint import forward_footprint
from MedGANSynthLib.inference.forward import run_network
from MedGANSynthLib.inference.translate import Translator
from MedGANSynthLib.models.package import open_package
from MedGANSynthLib.networks.registry import build_network
from MedGANSynthLib.volume.write import write

MODEL = "t1-t2-brain"
RUNS = 5
BATCH_LIMIT, PEAK_LIMIT, RESNET_LIMIT, SECONDS_LIMIT, GIB_LIMIT = 1.15, 0.6, 5.0, 60.0, 3.0


def paired_times(a: Callable[[], object], b: Callable[[], object]) -> tuple[float, float, float]:
    """Median seconds of `a` and of `b`, run in turn, and the median of b / a."""
    times = []
    a(), b()  # warm up
    for _ in range(RUNS):
        pair = []
        for function in (a, b):
            started = time.perf_counter()
            function()
            pair.append(time.perf_counter() - started)
        times.append(pair)
    first, second = (statistics.median(column) for column in zip(*times, strict=True))
    return first, second, statistics.median(y / x for x, y in times)


def batches(translator: Translator) -> float:
    """How much longer a slice-by-slice loop takes than slices in batches."""
    rng = np.random.default_rng(0)
    array = rng.uniform(-1, 1, (128, 128, 32)).astype(np.float32)
    direction = translator.ports
    plain_network = translator.package.load_network(direction.network)

    @torch.inference_mode()
    def loop() -> None:
        for k in range(array.shape[2]):
            wanted = np.clip([k - 1, k, k + 1], 0, array.shape[2] - 1)
            image = torch.from_numpy(np.ascontiguousarray(np.moveaxis(array[:, :, wanted], 2, 0)))
            plain_network(image[None])

    ours, plain, ratio = paired_times(
        lambda: run_network(translator.network, direction, [array], (1.6, 1.6, 5.0)), loop
    )
    count = array.shape[2]
    print(f"slice by slice      {1e3 * plain / count:7.1f} ms a slice of 128x128")
    print(f"in batches          {1e3 * ours / count:7.1f} ms: {ratio:.2f} times as fast")
    return ratio


def share_of_peak(translator: Translator) -> float:
    """Of the convolution speed that is reached in alternation with it, by the clock."""
    rng = np.random.default_rng(0)
    array = rng.uniform(-1, 1, (256, 256, 8)).astype(np.float32)
    slices, count = translator.ports.slices, array.shape[2]
    flops = count * forward_footprint(translator.network, (1, slices, 256, 256)).flops

    def run() -> None:
        run_network(translator.network, translator.ports, [array], (1.0, 1.0, 1.0))

    run()
    reached, peak, processor = 0.0, 0.0, 0.0
    for _ in range(RUNS):
        peak = max(peak, peak_rate())
        clock, used = time.perf_counter(), time.process_time()
        run()
        reached = max(reached, flops / (time.perf_counter() - clock))
        processor = max(processor, flops / (time.process_time() - used))
    print(f"a large convolution {peak / 1e9:7.1f} GFLOP/s")
    print(
        f"{MODEL:19} {reached / 1e9:7.1f} GFLOP/s ({processor / 1e9:.1f} for each second of a "
        f"core): {reached / peak:.0%} of it"
    )
    return reached / peak


def resnet(translator: Translator) -> float:
    """How much longer ResNet-9 takes than the shipped network."""
    nine = build_network("resnet", {}, "benchmark").eval()
    nine = nine.to(memory_format=torch.channels_last)
    grey = torch.rand(1, 1, 256, 256) * 2 - 1
    slab = grey.repeat(1, translator.ports.slices, 1, 1)
    slab = slab.contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        ours, theirs, ratio = paired_times(lambda: translator.network(slab), lambda: nine(grey))
    print(f"ResNet-9            {1e3 * theirs:7.1f} ms a slice of 256x256")
    print(f"{MODEL:19} {1e3 * ours:7.1f} ms: {ratio:.1f} times as fast")
    return ratio


def whole_volume() -> tuple[float, float]:
    """Seconds and GiB of one `medgansynth translate` of 160x198x170 voxels."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "t1.nii.gz"), Path(folder, "t2.nii.gz")
        write(head_phantom(0, (160, 198, 170), (1.0, 1.0, 1.0), ("t1",))["t1"], source)
        command = ["translate", str(source), "--model", MODEL, "-o", str(target)]
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "MedGANSynthLib", *command], check=True)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"160x198x170, file to file: {seconds:.1f} s, peak memory {peak:.2f} GiB")
    return seconds, peak


def main() -> int:
    """Print every figure; 1 if one is beyond its limit."""
    torch.set_num_threads(os.cpu_count() or 1)
    seconds, peak = whole_volume()
    translator = Translator.load(open_package(MODEL), device="cpu")
    figures = batches(translator), share_of_peak(translator), resnet(translator)
    limits = BATCH_LIMIT, PEAK_LIMIT, RESNET_LIMIT
    passed = all(figure >= limit for figure, limit in zip(figures, limits, strict=True))
    return int(not passed or seconds > SECONDS_LIMIT or peak > GIB_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
