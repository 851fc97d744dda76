"""What goes on even when the module is not shown: synthetic volumes stay marked."""

_running: list = []


def start() -> None:
    """Begin, if it has not begun."""
    if not _running:
        from .corner_label import CornerLabels
        from .sidecars import Sidecars

        _running.extend([Sidecars(), CornerLabels()])


def stop() -> None:
    """Slicer ends or the module is being reloaded."""
    while _running:
        _running.pop().stop()
