"""Which items a rank sees, counted in images so that the number of ranks changes nothing."""

from collections.abc import Iterator

from torch.utils.data import Sampler


class EndlessSampler(Sampler[int]):
    """Yields item numbers for one rank, from `start` on, without end.

    Of every batch (over all ranks) rank r takes the r-th part, so that the union over the ranks
    is what one rank alone would see.
    """

    def __init__(self, start: int, batch: int, rank: int = 0, world: int = 1) -> None:
        self.start, self.batch, self.rank, self.world = start, batch, rank, world

    def __iter__(self) -> Iterator[int]:
        share = self.batch // self.world
        first = self.start + self.rank * share
        while True:
            yield from range(first, first + share)
            first += self.batch
