"""MONAI transforms whose random choices follow from a seed, quickly."""

from monai import transforms as mt
from monai.utils import MAX_SEED


class Seeded:
    """Transforms one after the other; the same seed gives the same change.

    It is `Compose.set_random_state(seed)` and a call, but for the generators of random numbers:
    those are seeded anew, not made anew, which took longer than many a transform.
    """

    def __init__(self, steps: list[mt.Transform]) -> None:
        self.transform = mt.Compose(steps)
        self.transform.set_random_state(seed=0)  # each part has a generator of its own now

    def __call__(self, data: object, seed: int) -> object:
        _seed(self.transform, seed)
        return self.transform(data)


def _seed(transform: mt.Randomizable, seed: int) -> None:
    transform.R.seed(seed % MAX_SEED)
    if isinstance(transform, mt.Compose):
        for part in transform.transforms:
            if isinstance(part, mt.Randomizable):
                _seed(part, int(transform.R.randint(MAX_SEED, dtype="uint32")))
        return
    for part in vars(transform).values():  # what a transform of dictionaries does its work with
        if isinstance(part, mt.Randomizable):
            _seed(part, seed)
