"""`sender.connect("clicked(bool)", function)`: signals by signature, arguments trimmed.

PythonQt hands a Python function as many of the signal's arguments as the function takes.
A signal that does not exist is an error here; PythonQt prints a line and goes on.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QMetaObject, QObject
from shiboken6 import Shiboken

_connect = QObject.connect
_disconnect = QObject.disconnect
_made: dict[int, list[tuple[str, Any, QMetaObject.Connection]]] = {}


def normalized(signature: str) -> str:
    return bytes(QMetaObject.normalizedSignature(signature).data()).decode()


def argument_count(signature: str) -> int:
    inside = signature[signature.index("(") + 1 : signature.rindex(")")]
    return inside.count(",") + 1 if inside else 0


def signal_of(sender: QObject, signature: str) -> str:
    """The signature that Qt knows for what the module wrote.

    Signals that carry VTK objects are declared with Python objects by the stand-ins, which list
    the written forms in `mrml_signals`.
    """
    if "(" not in signature:
        raise ValueError(f"write the signal with its arguments, as in 'clicked()': {signature!r}")
    written = normalized(signature)
    known = getattr(type(sender), "mrml_signals", {}).get(written, written)
    if QObject.metaObject(sender).indexOfSignal(known) < 0:
        raise ValueError(f"{type(sender).__name__} has no signal {signature!r}")
    return known


def accepted_arguments(function: Callable) -> int | None:
    """How many positional arguments PythonQt would pass; None for all of them."""
    plain = function.__func__ if inspect.ismethod(function) else function
    if not inspect.isfunction(plain) or plain.__code__.co_flags & inspect.CO_VARARGS:
        return None
    return plain.__code__.co_argcount - (1 if inspect.ismethod(function) else 0)


def connect(sender: QObject, signature: Any, receiver: Any, slot: Any = None) -> Any:
    """Call a Python function, or the named slot of a QObject, when the signal is emitted."""
    if isinstance(signature, QObject):
        # `sender.clicked.connect(f)`: PySide asks the sender in its own manner.
        return _connect(signature, receiver, slot)
    signal = signal_of(sender, signature)
    count = argument_count(signal)
    if slot is None:
        function = receiver
        if not callable(function):
            raise ValueError(f"{receiver!r} cannot be called")
        accepted = accepted_arguments(function)
    else:
        function = getattr(receiver, slot.partition("(")[0])
        accepted = argument_count(slot)
    if accepted is not None:
        count = min(count, accepted)

    def call(*arguments: Any) -> None:
        function(*arguments[:count])

    pointer = Shiboken.getCppPointer(sender)[0]
    if pointer not in _made:
        _made[pointer] = []
        _connect(sender, "2destroyed()", lambda: _made.pop(pointer, None))
    _made[pointer].append((signal, function, _connect(sender, "2" + signal, call)))
    return True


def disconnect(sender: QObject, signature: Any, receiver: Any = None, slot: Any = None) -> bool:
    """Undo `connect`. Returns whether there was anything to undo."""
    if isinstance(signature, QObject):
        return _disconnect(signature, receiver, slot)
    signal = signal_of(sender, signature)
    function = receiver if slot is None else getattr(receiver, slot.partition("(")[0])
    kept, removed = [], 0
    for entry in _made.get(Shiboken.getCppPointer(sender)[0], []):
        if entry[0] == signal and (function is None or entry[1] == function):
            _disconnect(entry[2])
            removed += 1
        else:
            kept.append(entry)
    if removed:
        _made[Shiboken.getCppPointer(sender)[0]] = kept
    return removed > 0
