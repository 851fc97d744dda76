"""TensorBoard curves, where it is installed."""

import threading
from pathlib import Path
from typing import Any


def tensorboard_writer(folder: Path) -> Any | None:
    """A SummaryWriter into `<folder>/tensorboard`, or None without the package."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    threading.excepthook = _without_full_disks
    return SummaryWriter(str(folder / "tensorboard"))


def _without_full_disks(failure: threading.ExceptHookArgs) -> None:
    """TensorBoard's thread dies of a full disk with a traceback; our next write says a sentence."""
    if not isinstance(failure.exc_value, OSError):
        threading.__excepthook__(failure)
