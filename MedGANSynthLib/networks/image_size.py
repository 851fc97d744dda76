"""Sides of the images that the image GANs make."""

from typing import Annotated

from ..schema import Range

Side = Annotated[int, Range(4, 1024)]
Channels = Annotated[int, Range(1, 256)]
Width = Annotated[int, Range(1, 512)]
Latent = Annotated[int, Range(1, 4096)]


def refuse_size(size: int, least: int) -> None:
    """Raise ValueError where `size` is no power of two, or below `least`."""
    if size & (size - 1) or size < least:
        raise ValueError(f"size {size}: must be a power of two of at least {least}")


def doublings(start: int, size: int) -> int:
    """How often `start` is doubled on the way to `size`, both powers of two."""
    return (size // start).bit_length() - 1
