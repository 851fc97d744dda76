"""Signals between Python objects. A `qt.Signal` of PythonQt brings Slicer down."""

import sys
from collections.abc import Callable
from typing import Any


class Signal:
    """Calls every connected function; what one of them raises does not reach the others."""

    def __init__(self) -> None:
        self._receivers: list[Callable[..., None]] = []

    def connect(self, receiver: Callable[..., None]) -> None:
        """Call `receiver` at each `emit`; connecting it twice changes nothing."""
        if receiver not in self._receivers:
            self._receivers.append(receiver)

    def disconnect(self, receiver: Callable[..., None]) -> None:
        """Stop calling `receiver`, if it is connected."""
        if receiver in self._receivers:
            self._receivers.remove(receiver)

    def emit(self, *arguments: Any) -> None:
        """Call those that are connected now, in the order in which they connected."""
        for receiver in tuple(self._receivers):
            call_safely(receiver, *arguments)


def call_safely(function: Callable[..., None], *arguments: Any) -> None:
    """Call a function whose exceptions are shown like those of a Qt slot, and go no further."""
    try:
        function(*arguments)
    except Exception:
        sys.excepthook(*sys.exc_info())
