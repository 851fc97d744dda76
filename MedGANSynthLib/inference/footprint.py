"""How much memory a computation needs and how much it computes, found without doing it.

It runs on tensors that have shapes but no numbers (PyTorch's fake tensors), so that a network that
would never fit is measured as quickly as a small one.
"""

import copy
import dataclasses
import functools
import weakref
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry


@dataclasses.dataclass(frozen=True)
class Footprint:
    """What a computation takes.

    Attributes:
        peak: most bytes of the tensors that it makes, at once.
        flops: of its convolutions, matrix products and attention; a multiply-add counts 2.
    """

    peak: int
    flops: int


class Meter(TorchDispatchMode):
    """Counts what is made while it is on: `peak`, most bytes at once, and `flops`."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = self.flops = 0
        self._known: set[int] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False: PyTorch would import its compiler to keep it out of here, which takes seconds."""
        return False

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        made = function(*args, **kwargs)
        formula = flop_registry.get(function.overloadpacket)
        if formula is not None:
            self.flops += formula(*args, **kwargs, out_val=made)
        given = {storage._cdata for storage in _storages((args, kwargs))}
        for storage in _storages(made):
            # A view of what was there before is nothing new.
            if storage._cdata not in self._known and storage._cdata not in given:
                self._known.add(storage._cdata)
                self._count(storage.nbytes())
                weakref.finalize(storage, self._freed, storage._cdata, storage.nbytes())
        return made

    def _count(self, size: int) -> None:
        self.now += size
        self.peak = max(self.peak, self.now)

    def _freed(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.now -= size


def _storages(values: Any) -> list[torch.UntypedStorage]:
    return [t.untyped_storage() for t in tree_leaves(values) if isinstance(t, Tensor)]


def footprint(compute: Callable[[], Any]) -> Footprint:
    """Of `compute`, which may use networks that are `hollow` and the tensors that it makes."""
    with _fake(), Meter() as meter:
        compute()
    return Footprint(meter.peak, meter.flops)


def forward_footprint(network: nn.Module, shape: tuple[int, ...]) -> Footprint:
    """Of one pass without a graph over an input of `shape`, the input itself included."""
    with torch.inference_mode(False), torch.no_grad():
        twin = copied(network, _hollow)
        return footprint(lambda: twin(torch.empty(shape)))


def copied(network: nn.Module, change: Callable[[Tensor], Tensor]) -> nn.Module:
    """A copy of `network` whose weights and buffers are what `change` makes of each."""
    made = {id(b): change(b) for b in network.buffers()}
    made |= {id(p): nn.Parameter(change(p), requires_grad=False) for p in network.parameters()}
    return copy.deepcopy(network, made)  # which takes them as copied already


def hollow(networks: Iterable[nn.Module]) -> dict[Tensor, nn.Parameter]:
    """Replace the weights of `networks` by fake ones; old parameter -> new one."""
    replaced = {}
    for network in networks:
        for module in network.modules():
            for name, parameter in module._parameters.items():
                if parameter is not None:
                    fresh = nn.Parameter(_hollow(parameter))
                    replaced[parameter] = module._parameters[name] = fresh
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    module._buffers[name] = _hollow(buffer)
    return replaced


def hollow_scalar(value: float) -> Tensor:
    """A fake tensor that knows its one number."""
    with _fake():
        return torch.tensor(float(value))


@functools.cache
def _fake() -> Any:
    from torch._subclasses.fake_tensor import FakeTensorMode  # takes a second

    return FakeTensorMode()


def _hollow(tensor: Tensor) -> Tensor:
    """The same without numbers, on the CPU; a scalar keeps its value."""
    if tensor.ndim == 0 and tensor.is_floating_point() and not tensor.is_meta:
        return hollow_scalar(tensor.item())
    with _fake():
        return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype)
