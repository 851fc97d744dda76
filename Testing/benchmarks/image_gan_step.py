"""Steps of the image GANs: DCGAN and SRResNet against a textbook's, ProGAN's early stage.

The textbook's step computes the same mathematics the way tutorials are written: PyTorch's default
memory layout and Adam, the generator's images made anew in its own step although the codes are the
same, the discriminator's weight gradients computed in the generator's steps too, one backward pass
through losses and penalty together. Both sides start from the same weights and draw the same random
numbers, and their losses must agree; Adam's eps is 1e-4 on both sides, because its first step else
follows the sign of rounding errors.

The defaults are the published widths at 128x128; `--size`, `--width` and `--batch` change them.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from MedGANSynthLib.objectives.gradient_penalty import around
from MedGANSynthLib.systems.image_gan import ImageGAN
from MedGANSynthLib.systems.progan import ProGAN
from MedGANSynthLib.training.config import load_config

AIM, LIMIT = 0.7, 0.9
STAGE_LIMIT = 0.25
PRODUCTS = 0.32
"""Of the published networks, all of whose levels from 16x16 on cost about the same."""
STAGE_BATCH = 8
EPS = 1e-4
CPU = torch.device("cpu")


class Textbook:
    """The same game without any care."""

    def __init__(self, system: ImageGAN) -> None:
        self.g, self.d = (n.to(memory_format=torch.contiguous_format) for n in (system.g, system.d))
        self.latent, self.objective, self.loss = system.latent, system.objective, system.loss
        rates = {role: o.param_groups[0] for role, o in system.optimizers.items()}
        self.adam = {
            role: torch.optim.Adam(
                network.parameters(), lr=rate["lr"], betas=rate["betas"], eps=EPS
            )
            for (role, rate), network in zip(rates.items(), (self.g, self.d), strict=True)
        }

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        x, o = batch["image"], self.objective
        z = torch.randn(len(x), self.latent)
        fake = self.g(z).detach()
        adversarial = self.loss.adversarial.discriminator(self.d(x), self.d(fake))
        point = around(x, o.perturbation == "published").requires_grad_(True)
        slope = torch.autograd.grad(self.d(point).sum(), point, create_graph=True)[0]
        penalty = (((slope.flatten(1) ** 2).sum(1) + 1e-15).sqrt() - 1).square().mean()
        self.update("discriminator", adversarial + o.penalty * penalty)
        for number in range(o.generator_steps):
            z = torch.randn(len(x), self.latent) if number else z
            generator = self.loss.adversarial.generator(self.d(self.g(z)))
            self.update("generator", generator)
        return {"discriminator": adversarial, "penalty": penalty, "generator": generator}

    def update(self, role: str, loss: Tensor) -> None:
        for network in (self.g, self.d):
            network.zero_grad()
        loss.backward()
        self.adam[role].step()


def against_textbook(preset: str, chosen: argparse.Namespace) -> bool:
    """Print both times, their ratio and the largest difference of a loss; whether all is well."""
    changes = [f"data.size={chosen.size}", f"batch={chosen.batch}"]
    changes += [f"optimizer.{role}.eps={EPS}" for role in ("generator", "discriminator")]
    if chosen.width:
        changes += [
            f"networks.{role}.options.width={chosen.width}"
            for role in ("generator", "discriminator")
        ]
    config = load_config(preset, tuple(changes))
    torch.manual_seed(0)
    image = torch.rand(chosen.batch, 1, chosen.size, chosen.size) * 2 - 1
    found = {}
    for side in ("textbook", "ours"):
        torch.manual_seed(0)
        game: Any = ImageGAN(config, CPU, lambda network: network)
        game = Textbook(game) if side == "textbook" else game
        found[side] = measure(game.step, image, chosen.steps)
    ours, theirs = found["ours"], found["textbook"]
    ratio = ours[0] / theirs[0]
    difference = max(abs(ours[1][n] - v) / max(1.0, abs(v)) for n, v in theirs[1].items())
    print(
        f"{preset}: textbook {theirs[0]:.2f} s, ours {ours[0]:.2f} s: {ratio:.2f} times "
        f"(aim {AIM}, limit {LIMIT}); largest relative difference of a loss {difference:.1e}"
    )
    return ratio <= LIMIT and difference <= 1e-3


def measure(
    step: Callable[..., dict[str, Tensor]], image: Tensor, steps: int, seen: int = 0
) -> tuple[float, dict[str, float]]:
    """Median seconds of all steps but the first, and the losses of the first."""
    times, first = [], {}
    for number in range(steps + 1):
        torch.manual_seed(number)
        started = time.perf_counter()
        losses = step({"image": image}, seen)
        times.append(time.perf_counter() - started)
        first = first or {name: loss.item() for name, loss in losses.items()}
    return statistics.median(times[1:]), first


def stages(steps: int) -> bool:
    """Print what a ProGAN step costs at 16x16 and at 256x256; whether their ratio is small."""
    config = load_config("progan-slices", (f"batch={STAGE_BATCH}",))
    torch.manual_seed(0)
    system = ProGAN(config, CPU, lambda network: network)
    image = torch.rand(STAGE_BATCH, 1, 256, 256) * 2 - 1
    period = config.objective.stable + config.objective.fade
    seconds = {
        4 * 2**level: measure(system.step, image, steps, level * period)[0] for level in (2, 6)
    }
    ratio = seconds[16] / seconds[256]
    print(
        f"progan-slices, batch {STAGE_BATCH}: {seconds[16]:.2f} s at 16x16, {seconds[256]:.2f} s "
        f"at 256x256: {ratio:.2f} times (limit {STAGE_LIMIT}; multiplications alone {PRODUCTS:.2f})"
    )
    return ratio <= STAGE_LIMIT


def main() -> int:
    """Print all figures; 1 beyond a limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=128, help="rows and columns")
    parser.add_argument("--width", type=int, default=0, help="channels (0: the published widths)")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=3, help="measured steps, after one more")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.set_flush_denormal(True)
    well = [against_textbook(preset, chosen) for preset in ("dcgan-slices", "srresnet-slices")]
    well.append(stages(chosen.steps))
    return int(not all(well))


if __name__ == "__main__":
    sys.exit(main())
