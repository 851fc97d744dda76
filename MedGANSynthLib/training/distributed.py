"""Several processes, one training: started by torchrun, otherwise a single rank."""

import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from ..inference.device import choose_device


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
            dist.init_process_group("nccl" if self.device.type == "cuda" else "gloo")

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
        return DistributedDataParallel(network, device_ids=devices, broadcast_buffers=False)

    def any(self, flag: bool) -> bool:
        """Whether `flag` is true on any rank."""
        if self.world == 1:
            return flag
        value = torch.tensor(float(flag), device=self.device)
        dist.all_reduce(value, op=dist.ReduceOp.MAX)
        return bool(value)

    def mean(self, values: dict[str, float]) -> dict[str, float]:
        """The mean of each value over the ranks."""
        if self.world == 1:
            return values
        total = torch.tensor(list(values.values()), device=self.device)
        dist.all_reduce(total)
        return dict(zip(values, (total / self.world).tolist(), strict=True))

    def close(self) -> None:
        """Leave the group."""
        if self.world > 1 and dist.is_initialized():
            dist.destroy_process_group()
