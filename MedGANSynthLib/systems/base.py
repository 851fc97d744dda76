"""What a System is: networks, optimisers and one training step. The loop knows nothing else."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, distributed, nn

from ..collective import world
from ..errors import MedGANSynthError

Wrap = Callable[[nn.Module], nn.Module]


class System:
    """One published method.

    Subclasses fill the attributes in `__init__(config, device, wrap)`, where `wrap` makes a network
    distributed, and implement `step`.

    Attributes:
        networks: name -> network, in the order they are reported.
        optimizers: name -> optimiser; `config.optimizer` has their settings.
        exported: names of the networks that a model package holds; the loop averages them.
        memory: further state of the method (an image pool), saved with the checkpoint.
    """

    networks: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]
    exported: tuple[str, ...]
    memory: dict[str, Any]

    def step(self, batch: dict[str, Tensor], seen: int) -> dict[str, Tensor]:
        """Update every network once and return each loss term as a detached scalar.

        `seen` images came before this batch; schedules of the method follow it.
        """
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """Everything a resumed run needs, as tensors and plain types."""
        return {
            "networks": {n: bare(m).state_dict() for n, m in self.networks.items()},
            "optimizers": {n: o.state_dict() for n, o in self.optimizers.items()},
            "memory": {n: m.state_dict() for n, m in self.memory.items()},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` gave."""
        for name, network in self.networks.items():
            bare(network).load_state_dict(state["networks"][name])
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        for name, memory in self.memory.items():
            memory.load_state_dict(state["memory"][name])


def bare(network: nn.Module) -> nn.Module:
    """The network inside a distributed wrapper."""
    return getattr(network, "module", network)


@contextlib.contextmanager
def frozen(*networks: nn.Module) -> Iterator[tuple[nn.Module, ...]]:
    """The bare networks with gradients through them but not into them.

    Saves the discriminators' weight gradients in the generators' step, and keeps a distributed
    wrapper from waiting for gradients that will not come.
    """
    inner = tuple(bare(network) for network in networks)
    for network in inner:
        network.requires_grad_(False)
    try:
        yield inner
    finally:
        for network in inner:
            network.requires_grad_(True)


def adam(networks: list[nn.Module], settings: Any) -> torch.optim.Optimizer:
    """Adam, or AdamW where weight decay is set, over all parameters of `networks`."""
    parameters = [p for network in networks for p in network.parameters()]
    kind = torch.optim.AdamW if settings.weight_decay else torch.optim.Adam
    return kind(
        parameters,
        lr=settings.lr,
        betas=(settings.beta1, settings.beta2),
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        fused=True,
    )


def entry(table: dict[str, Any], name: str, where: str) -> Any:
    """`table[name]`.

    Raises:
        MedGANSynthError: the config lacks what the System needs.
    """
    if name not in table:
        raise MedGANSynthError(f"{where}.{name}: is missing; this system needs it.")
    return table[name]


def average_gradients(*networks: nn.Module) -> None:
    """The mean of the gradients over the ranks, for networks without a distributed wrapper."""
    if world() == 1:
        return
    gradients = [p.grad for n in networks for p in n.parameters() if p.grad is not None]
    for work in [distributed.all_reduce(g, async_op=True) for g in gradients]:
        work.wait()
    torch._foreach_div_(gradients, world())


def freeze_statistics(*networks: nn.Module) -> None:
    """Batch norm as in evaluation: by the running statistics, which no longer change."""
    for network in networks:
        for module in bare(network).modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
