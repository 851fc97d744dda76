"""Every preset in one table: a step, its images, its start, its memory.

- step: median seconds of a training step on random images.
- plain: the same step by a straightforward version with the same weights and random numbers:
  PyTorch's default memory layout and its default Adam. The ratio is ours / plain; the losses of the
  first step must agree to 1e-3. (Textbook versions of whole systems: train_step.py,
  alpha_wgan_step.py, image_gan_step.py, scgan.py.)
- peak: the step's operations a second as a share of what a large convolution reaches here.
- loading: processor time of reading and augmenting a batch of phantoms as a share of the step's; at
  most 5 % but for the debug presets. Training does it in a thread beside the step.
- preview: seconds from starting `medgansynth train` to the first picture.
- memory: most main memory of the process that trained; in brackets what `train --dry-run` said.

Each preset has a process of its own. Without names all debug presets are measured; `--full` takes
the others, of which the published ones need a GPU's memory or hours.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import torch

from MedGANSynthLib.events import Events
from MedGANSynthLib.networks.layout import channels_last
from MedGANSynthLib.systems.registry import cohort_class, system_class
from MedGANSynthLib.training.config import PRESETS, Config, load_config
from MedGANSynthLib.training.example import example_batch
from MedGANSynthLib.training.room import needed

CPU = torch.device("cpu")
LOADING_LIMIT, PREVIEW_LIMIT_S = 0.05, 30.0
BATCHES = 16
DATA = ("data.phantoms=3",)
OF_THE_PHANTOM = {  # in place of a modality that it has not; sizes stay as they are
    "dcgan-labelled-slices": ("data.modality=t1",),
    "scgan-simulated": ("data.target=t2",),
}


def peak_rate() -> float:
    """Operations a second of a 3x3 convolution from 64 to 64 channels of 128x128, fp32."""
    layer = torch.nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)
    x = torch.rand(1, 64, 128, 128).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        times = [seconds(lambda: layer(x)) for _ in range(20)]
    return 2 * 9 * 64 * 64 * 128 * 128 / min(times)


def seconds(action: object) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def busy(action: object) -> float:
    """Processor time of a call, in all threads."""
    started = time.process_time()
    action()
    return time.process_time() - started


class Side:
    """A preset's system, as it is or the straightforward way, and a batch for it."""

    def __init__(self, config: Config, plain: bool) -> None:
        torch.manual_seed(0)
        self.system = system_class(config.system)(config, CPU, lambda network: network)
        batch = example_batch(config, config.batch, CPU)
        self.batch = {name: channels_last(value, CPU) for name, value in batch.items()}
        self.seen = config.images // 2
        if plain:
            self.batch = batch
            for network in self.system.networks.values():
                network.to(memory_format=torch.contiguous_format)
            for optimizer in self.system.optimizers.values():
                for group in optimizer.param_groups:
                    group.update(fused=False)

    def step(self) -> dict[str, float]:
        """One step with the same random numbers as any other; its losses."""
        torch.manual_seed(1)
        losses = self.system.step(self.batch, self.seen)
        return {name: float(value) for name, value in losses.items()}


def measure(preset: str, count: int) -> dict[str, float]:
    """The row of one preset; in a process of its own."""
    config = load_config(preset, DATA + OF_THE_PHANTOM.get(preset, ()))
    torch.set_flush_denormal(True)
    ours = Side(config, plain=False)
    losses = ours.step()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    plain = Side(config, plain=True)
    expected = plain.step()
    pairs = [(seconds(ours.step), seconds(plain.step)) for _ in range(count)]
    step = statistics.median(first for first, _ in pairs)
    items = cohort_class(config.system)(config, None, Events()).items
    [items[n] for n in range(config.batch)]
    some = range(config.batch * BATCHES)  # augmentation is drawn, and some of it costs more
    loading = busy(lambda: [items[n] for n in some]) / BATCHES
    work = statistics.median(busy(ours.step) for _ in range(3))
    need = needed(config, config.batch, low=False)
    return {
        "step": step,
        "ratio": statistics.median(first / second for first, second in pairs),
        "difference": max(abs(losses[n] - v) / max(1.0, abs(v)) for n, v in expected.items()),
        "peak": need.flops / step / peak_rate(),
        "loading": loading / work,
        "memory": memory,
        "said": need.total,
    }


def first_preview(preset: str) -> float:
    """Seconds from the command to the first picture."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "MedGANSynthLib", "train", "-p", preset, "-o", folder]
        command += ["--set", "images=1000000", *DATA, "--progress", "json"]
        started = time.perf_counter()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            for line in process.stdout:
                if json.loads(line)["event"] == "preview":
                    break
            found = time.perf_counter() - started
            process.terminate()
            process.stdout.read()
    return found


def main() -> int:
    """Print the table; 1 where a limit is broken or a fast step computes something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*")
    parser.add_argument("--full", action="store_true", help="all presets but the debug ones")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.steps)))
        return 0
    known = sorted(path.stem for path in PRESETS.glob("*.toml"))
    chosen = options.presets or [p for p in known if p.endswith("-debug") != options.full]
    heads = ("step s", 8), ("ratio", 6), ("peak", 6), ("loading", 8), ("preview", 8)
    print(f"{'preset':34}", *(f"{head:>{width}}" for head, width in heads), " memory")
    failed = False
    for preset in chosen:
        command = [sys.executable, __file__, "--one", preset, "--steps", str(options.steps)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{preset:34} not measured: {done.stderr.strip().splitlines()[-1]}")
            continue
        row = json.loads(done.stdout)
        debug = preset.endswith("-debug")
        preview = first_preview(preset) if debug else None
        shown = f"{preview:6.1f} s" if preview else "       -"
        print(
            f"{preset:34} {row['step']:8.3f} {row['ratio']:6.2f} {row['peak']:6.1%} "
            f"{row['loading']:8.1%} {shown}  {row['memory'] / 2**30:.2f} "
            f"({row['said'] / 2**30:.2f}) GiB",
            flush=True,
        )
        failed |= row["difference"] > 1e-3 or bool(preview and preview > PREVIEW_LIMIT_S)
        failed |= not debug and row["loading"] > LOADING_LIMIT
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
