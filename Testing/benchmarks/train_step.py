"""One CycleGAN step (`cyclegan-t1-t2`, batch 1, 256x256) against a plain textbook step.

The textbook step computes the same mathematics with one network call for each symbol of the
equations, PyTorch's default memory layout, default Adam and no freezing. Dropout is off, both start
from the same weights, and their losses must agree to 1e-5.
"""

import copy
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import Tensor

from MedGANSynthLib.systems.cyclegan import CycleGAN
from MedGANSynthLib.training.config import load_config

STEPS = 5
AIM, LIMIT = 0.7, 0.9


class Textbook:
    """The step as a tutorial writes it."""

    def __init__(self, system: CycleGAN) -> None:
        names = ("g", "f", "d_y", "d_x")
        self.g, self.f, self.d_y, self.d_x = (
            copy.deepcopy(getattr(system, name)).to(memory_format=torch.contiguous_format)
            for name in names
        )
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        self.g_adam = torch.optim.Adam([*self.g.parameters(), *self.f.parameters()], **adam)
        self.d_adam = torch.optim.Adam([*self.d_y.parameters(), *self.d_x.parameters()], **adam)

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        x, y = batch["source"].contiguous(), batch["target"].contiguous()
        g, f, d_y, d_x = self.g, self.f, self.d_y, self.d_x
        fake_y, fake_x = g(x), f(y)
        cycle = F.l1_loss(f(fake_y), x) + F.l1_loss(g(fake_x), y)
        identity = F.l1_loss(g(y), y) + F.l1_loss(f(x), x)
        adversarial = self._bce(d_y(fake_y), 1.0) + self._bce(d_x(fake_x), 1.0)
        self.g_adam.zero_grad()
        (adversarial + 10 * cycle + 5 * identity).backward()
        self.g_adam.step()
        target = self._bce(d_y(y), 1.0) + self._bce(d_y(fake_y.detach()), 0.0)
        source = self._bce(d_x(x), 1.0) + self._bce(d_x(fake_x.detach()), 0.0)
        self.d_adam.zero_grad()
        (0.5 * (target + source)).backward()
        self.d_adam.step()
        return {
            "identity": identity,
            "cycle": cycle,
            "adversarial": adversarial,
            "discriminator_target": target,
            "discriminator_source": source,
        }

    def _bce(self, logits: Tensor, label: float) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def main() -> int:
    """Print the medians, their ratio and the largest difference of a loss; 1 beyond the limit."""
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    config = load_config("cyclegan-t1-t2", ("networks.generator.options.dropout=0.0",))
    ours = CycleGAN(config, torch.device("cpu"), lambda network: network)
    textbook = Textbook(ours)
    x = torch.rand(1, 1, 256, 256).contiguous(memory_format=torch.channels_last) * 2 - 1
    batch = {"source": x, "target": -x.flip(-1)}

    times: dict[str, list[float]] = {"ours": [], "textbook": []}
    difference = 0.0
    for number in range(STEPS + 1):
        losses = {}
        for name, system in (("ours", ours), ("textbook", textbook)):
            started = time.perf_counter()
            losses[name] = system.step(batch, 0)
            times[name].append(time.perf_counter() - started)
        if number == 0:  # afterwards rounding makes the two drift apart
            pairs = [(losses["ours"][n].item(), v.item()) for n, v in losses["textbook"].items()]
            difference = max(abs(a - b) for a, b in pairs)
    medians = {name: statistics.median(values[1:]) for name, values in times.items()}
    ratio = statistics.median(
        a / b for a, b in zip(times["ours"][1:], times["textbook"][1:], strict=True)
    )
    print(f"textbook step   {medians['textbook']:.2f} s")
    print(f"CycleGAN step   {medians['ours']:.2f} s: {ratio:.2f} times (aim {AIM}, limit {LIMIT})")
    print(f"largest difference of a loss in the first step: {difference:.1e}")
    return int(ratio > LIMIT or difference > 1e-5)


if __name__ == "__main__":
    sys.exit(main())
