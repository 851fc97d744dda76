"""Items are counted over all ranks."""

from itertools import islice

import pytest

from MedGANSynthLib.data.sampler import EndlessSampler


def test_one_rank_counts_from_the_start():
    assert list(islice(EndlessSampler(16, 8), 5)) == [16, 17, 18, 19, 20]


@pytest.mark.parametrize("world", [1, 2, 4])
def test_ranks_together_see_what_one_rank_sees(world):
    steps, batch = 3, 4
    share = batch // world
    seen = []
    for rank in range(world):
        items = list(islice(EndlessSampler(20, batch, rank, world), steps * share))
        seen += [(i // share, n) for i, n in enumerate(items)]
    assert sorted(seen) == [(n // batch, 20 + n) for n in range(steps * batch)]
