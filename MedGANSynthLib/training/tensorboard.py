"""TensorBoard curves, where it is installed."""

from pathlib import Path
from typing import Any


def tensorboard_writer(folder: Path) -> Any | None:
    """A SummaryWriter into `<folder>/tensorboard`, or None without the package."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"))
