"""One alpha-WGAN iteration (SigmaRat2, batch 4, 64x64x64) against the straightforward one.

The straightforward iteration computes the same mathematics the way the published loop is written:
one network call for each symbol of the equations, doubling and 3x3x3 convolution apart, one
backward pass for each loss, the gradient penalties by automatic differentiation twice, PyTorch's
default memory layout and default AdamW. Spectral-norm vectors stand still; both start from the same
weights and draw the same random numbers, and their losses must agree to 1e-4. Adam's eps is 1e-4 on
both sides, because its first step else follows the sign of rounding errors.

Each side runs in a process of its own, because a process's peak memory never falls. `--width 16`
makes everything smaller where a minute matters.
"""

import argparse
import copy
import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from MedGANSynthLib.inference.codes import draw_code
from MedGANSynthLib.systems import alpha_wgan
from MedGANSynthLib.systems.alpha_wgan import AlphaWGAN
from MedGANSynthLib.training.config import load_config

AIM, LIMIT = 0.6, 0.8
MEMORY_LIMIT = 0.7
GENERATION_LIMIT_S = 0.5
EPS = 1e-4


class Straightforward:
    """The iteration as the published loop is written, gradient difference with its gradient."""

    def __init__(self, system: AlphaWGAN) -> None:
        # The system's networks themselves: a copy would count as this side's memory.
        self.networks = system.networks
        for network in self.networks.values():
            network.to(memory_format=torch.contiguous_format)
        self.g, self.e, self.d, self.c = self.networks.values()
        self.latent, self.objective = system.latent, system.objective
        self.adam = {
            name: torch.optim.AdamW(network.parameters(), lr=2e-4, eps=EPS, weight_decay=0.01)
            for name, network in self.networks.items()
        }

    def generate(self, z: Tensor) -> Tensor:
        h = self.g.layers[0](z[:, :, None, None, None])
        for norm, layer in zip(self.g.norms, self.g.layers[1:], strict=True):
            h = F.interpolate(F.leaky_relu(norm(h), 0.01), scale_factor=2)
            h = F.conv3d(h, layer.weight, padding=1)
        return torch.tanh(h)

    def discriminate(self, x: Tensor) -> Tensor:
        for layer in self.d.layers[:-1]:
            x = F.leaky_relu(layer(x), 0.2)
        return self.d.layers[-1](x)

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        x, other = batch["image"], batch["other"]
        d, o = self.discriminate, self.objective
        self.train_only("generator", "encoder")
        z_e = self.e(x)
        x_e, z_r = self.generate(z_e), torch.randn(len(x), self.latent)
        encoded, random = -d(x_e).mean(), -d(self.generate(z_r)).mean()
        code, mse, difference = -self.c(z_e).mean(), F.mse_loss(x, x_e), self.difference(x, x_e)
        total = encoded + random + code + o.mse * mse + o.gradient_difference * difference
        self.update(total, "generator", "encoder")

        self.train_only("discriminator")
        z_e, z_r = self.e(other), torch.randn(len(x), self.latent)
        x_e, x_r = self.generate(z_e), self.generate(z_r)
        scores = d(x_e).mean() + d(x_r).mean() - 2 * d(other).mean()
        penalties = self.penalty(d, other, x_e) + self.penalty(d, other, x_r)
        self.update(scores + o.penalty * penalties, "discriminator")

        self.train_only("code_discriminator")
        codes = self.c(z_e).mean() - self.c(z_r).mean()
        code_penalty = self.penalty(self.c, z_r, z_e)
        self.update(codes + o.penalty * code_penalty, "code_discriminator")
        return {
            "adversarial_encoded": encoded,
            "adversarial_random": random,
            "code": code,
            "mse": mse,
            "gradient_difference": difference,
            "discriminator": scores,
            "discriminator_penalty": penalties,
            "code_discriminator": codes,
            "code_discriminator_penalty": code_penalty,
        }

    def train_only(self, *names: str) -> None:
        for name, network in self.networks.items():
            network.requires_grad_(name in names)

    def update(self, loss: Tensor, *names: str) -> None:
        for name in names:
            self.adam[name].zero_grad()
        loss.backward()
        for name in names:
            self.adam[name].step()

    @staticmethod
    def difference(real: Tensor, fake: Tensor) -> Tensor:
        pairs = [(real.diff(dim=axis).abs(), fake.diff(dim=axis).abs()) for axis in (2, 3, 4)]
        return sum(((a - b) ** 2).sum() for a, b in pairs) / len(real)

    @staticmethod
    def penalty(critic: Any, real: Tensor, fake: Tensor) -> Tensor:
        share = torch.rand([len(real)] + [1] * (real.ndim - 1))
        point = (share * real.data + (1 - share) * fake.data).requires_grad_(True)
        slope = torch.autograd.grad(critic(point).sum(), point, create_graph=True)[0]
        return (((slope.flatten(1) ** 2).sum(1) + 1e-15).sqrt() - 1).square().mean()


def measure(side: str, width: int, steps: int, threads: int) -> dict[str, Any]:
    """Times of all steps but the first, losses of the first, peak memory above the start's."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    roles = ("generator", "encoder", "discriminator", "code_discriminator")
    changes = [f"networks.{role}.options.width={width}" for role in roles[:3]]
    changes += [f"optimizer.{role}.eps={EPS}" for role in roles]
    config = load_config("alpha-wgan-sigmarat2", tuple(changes))
    alpha_wgan.advance = lambda *networks: None
    system: Any = AlphaWGAN(config, torch.device("cpu"), lambda network: network)
    if side == "straightforward":
        system = Straightforward(system)
    layout = torch.channels_last_3d if side == "ours" else torch.contiguous_format
    batch = {
        name: (torch.rand(4, 1, 64, 64, 64) * 2 - 1).contiguous(memory_format=layout)
        for name in ("image", "other")
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times, first = [], {}
    for number in range(steps + 1):
        torch.manual_seed(number)
        started = time.perf_counter()
        losses = system.step(batch, 0)
        times.append(time.perf_counter() - started)
        first = first or {name: loss.item() for name, loss in losses.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = {"times": times[1:] or times, "losses": first, "peak_mb": (peak - before) / 1024}
    if side == "ours":
        result["generation_s"] = generation_time(copy.deepcopy(system.g).eval())
    return result


@torch.inference_mode()
def generation_time(generator: torch.nn.Module) -> float:
    """Seconds for one warm volume, the median of five."""
    times = []
    for index in range(6):
        started = time.perf_counter()
        generator(torch.from_numpy(draw_code("0" * 64, 0, index, generator.latent))[None])
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def main() -> int:
    """Print both sides and their ratios; 1 beyond a limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=64, help="channels; 64 is the published width")
    parser.add_argument("--steps", type=int, default=3, help="measured iterations, after one more")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--side", choices=("ours", "straightforward"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.side:
        print(json.dumps(measure(chosen.side, chosen.width, chosen.steps, chosen.threads)))
        return 0
    sides = {}
    for side in ("straightforward", "ours"):
        command = [sys.executable, __file__, "--side", side]
        for name in ("width", "steps", "threads"):
            command += [f"--{name}", str(getattr(chosen, name))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        sides[side] = json.loads(done.stdout.splitlines()[-1])
    ours, theirs = sides["ours"], sides["straightforward"]
    seconds = {name: statistics.median(side["times"]) for name, side in sides.items()}
    ratio = seconds["ours"] / seconds["straightforward"]
    memory = ours["peak_mb"] / theirs["peak_mb"]
    pairs = [(ours["losses"][name], value) for name, value in theirs["losses"].items()]
    difference = max(abs(a - b) / max(1.0, abs(b)) for a, b in pairs)
    print(f"SigmaRat2 iteration, batch 4, 64x64x64, width {chosen.width}, {chosen.threads} threads")
    print(f"straightforward {seconds['straightforward']:8.2f} s {theirs['peak_mb']:8.0f} MB")
    print(f"ours            {seconds['ours']:8.2f} s {ours['peak_mb']:8.0f} MB")
    print(f"time   {ratio:.2f} times (aim {AIM}, limit {LIMIT})")
    print(f"memory {memory:.2f} times (limit {MEMORY_LIMIT})")
    print(f"one volume, warm: {ours['generation_s']:.2f} s (limit {GENERATION_LIMIT_S})")
    print(f"largest relative difference of a loss in the first iteration: {difference:.1e}")
    return int(
        ratio > LIMIT
        or memory > MEMORY_LIMIT
        or ours["generation_s"] > GENERATION_LIMIT_S
        or difference > 1e-4
    )


if __name__ == "__main__":
    sys.exit(main())
