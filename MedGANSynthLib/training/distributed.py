"""Several processes, one training: started by torchrun, otherwise a single rank."""

import datetime
import io
import os
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from ..errors import MedGANSynthError
from ..inference.device import choose_device

T = TypeVar("T")

PATIENCE = datetime.timedelta(hours=6)
"""How long ranks wait for the first one, which alone validates and draws previews."""


class Ranks:
    """This process's place among all.

    Attributes:
        rank, world: number of this process, number of processes.
        device: what this rank computes on.
    """

    def __init__(self, device: str) -> None:
        self.rank = int(os.environ.get("RANK", 0))
        self.world = int(os.environ.get("WORLD_SIZE", 1))
        self.device = choose_device(device)
        if self.device.type == "cuda" and self.world > 1:
            self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        if self.world > 1:
            backend = "nccl" if self.device.type == "cuda" else "gloo"
            dist.init_process_group(backend, timeout=PATIENCE)
            # What ranks tell each other beside gradients must not wait for the GPU.
            self.words = dist.new_group(backend="gloo", timeout=PATIENCE)

    @property
    def main(self) -> bool:
        """Whether this is the rank that writes files."""
        return self.rank == 0

    def wrap(self, network: nn.Module) -> nn.Module:
        """Average gradients over the ranks; every rank starts from rank 0's weights."""
        if self.world == 1:
            return network
        devices = [self.device] if self.device.type == "cuda" else None
        # Buffers stay local: a broadcast between two passes of one step would break the graph.
        with warnings.catch_warnings():  # newer versions of PyTorch have another word for it
            warnings.simplefilter("ignore", FutureWarning)
            return DistributedDataParallel(network, device_ids=devices, broadcast_buffers=False)

    def agree(self, action: Callable[[], T]) -> T:
        """What `action` gives; where it fails on one rank, it fails on all, and none waits.

        Raises:
            MedGANSynthError: what `action` raised, here or elsewhere.
        """
        result, error = None, None
        try:
            result = action()
        except MedGANSynthError as caught:
            error = caught
        if self.any(error is not None):
            raise error or MedGANSynthError("another rank cannot train; its own message says why.")
        return result

    def same_start(self, networks: list[nn.Module]) -> None:
        """Rank 0's weights and buffers everywhere: other machines round differently."""
        if self.world > 1:
            for network in networks:
                for tensor in network.state_dict().values():
                    dist.broadcast(tensor, 0)

    def from_main(self, state: Any) -> Any:
        """Rank 0's tensors and plain types on every rank: only its machine needs the Run."""
        if self.world == 1:
            return state
        buffer = io.BytesIO()
        if self.main:
            torch.save(state, buffer)
        size = torch.tensor(buffer.tell())
        dist.broadcast(size, 0, group=self.words)
        data = torch.empty(int(size), dtype=torch.uint8)
        if self.main:
            data.copy_(torch.frombuffer(buffer.getbuffer(), dtype=torch.uint8))
        dist.broadcast(data, 0, group=self.words)
        if self.main:
            return state
        return torch.load(io.BytesIO(data.numpy().tobytes()), map_location="cpu", weights_only=True)

    def any(self, flag: bool) -> bool:
        """Whether `flag` is true on any rank."""
        if self.world == 1:
            return flag
        value = torch.tensor(float(flag))
        dist.all_reduce(value, op=dist.ReduceOp.MAX, group=self.words)
        return bool(value)

    def mean(self, values: dict[str, float]) -> dict[str, float]:
        """The mean of each value over the ranks."""
        if self.world == 1:
            return values
        total = torch.tensor(list(values.values()))
        dist.all_reduce(total, group=self.words)
        return dict(zip(values, (total / self.world).tolist(), strict=True))

    def close(self) -> None:
        """Leave the group.

        A group's threads end when nobody refers to it any more, and must while Python still runs:
        at its end they may abort the process.
        """
        if self.world > 1 and dist.is_initialized():
            dist.destroy_process_group()
            del self.words
