"""What goes on even when the module is not shown: synthetic volumes stay marked, and so on."""

_running: list = []


def start() -> None:
    """Begin, if it has not begun."""
    if not _running:
        from .corner_label import CornerLabels
        from .sidecars import Sidecars
        from .stop_at_exit import StopAtExit

        _running.extend([Sidecars(), CornerLabels(), StopAtExit()])


def stop() -> None:
    """Slicer ends or the module is being reloaded."""
    while _running:
        _running.pop().stop()
