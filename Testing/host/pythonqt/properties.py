"""Qt properties as plain attributes: `label.text`, not `label.text()`.

Values are converted as PythonQt converts them, or refused where PythonQt would refuse or where a
module should not rely on what it does (`label.text = 5`).
"""

from __future__ import annotations

import inspect
import numbers
from typing import Any

from PySide6.QtCore import QObject

# Qt asks Python subclasses for these through the attribute, so it has to stay a method.
KEPT_AS_METHODS = {"sizeHint", "minimumSizeHint"}
# Virtual in C++ as well; reading them through `QObject.property` would call itself without end.
READ_BY_METHOD = {"spacing"}

_read = QObject.property
_write = QObject.setProperty


def convert(type_name: str, value: Any) -> Any:
    """`value` as PythonQt would store it in a property of the C++ type `type_name`.

    Raises:
        AttributeError: PythonQt has no conversion, or one that hides a mistake.
    """
    if type_name == "bool":
        if isinstance(value, numbers.Integral):
            return bool(value)
    elif type_name == "int":
        if isinstance(value, numbers.Real):
            return int(value)
    elif type_name == "double":
        if isinstance(value, numbers.Real):
            return float(value)
    elif type_name == "QString":
        if isinstance(value, str):
            return value
    elif type_name == "QStringList":
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return list(value)
    else:
        return value
    raise AttributeError(f"a property of type {type_name} cannot be set to {value!r}")


def as_pythonqt(value: Any) -> Any:
    """A value read from Qt in the form PythonQt gives it: sequences are tuples."""
    return tuple(value) if isinstance(value, list) else value


class QtProperty:
    """One property of a C++ class, as a descriptor. Read from the class it gives the old method."""

    def __init__(self, name: str, type_name: str, writable: bool, method: Any):
        self.name = name
        self.type_name = type_name
        self.writable = writable
        self.method = method

    def __get__(self, instance: QObject | None, owner: type) -> Any:
        if instance is None:
            return self if self.method is None else self.method
        if self.name in READ_BY_METHOD:
            return self.method(instance)
        return as_pythonqt(_read(instance, self.name))

    def __set__(self, instance: QObject, value: Any) -> None:
        if not self.writable:
            raise AttributeError(f"property {self.name!r} can only be read")
        _write(instance, self.name, convert(self.type_name, value))


def add_properties(cls: type[QObject]) -> None:
    """Turn every property of `cls` into an attribute, wherever a method would hide it."""
    meta = cls.staticMetaObject
    for index in range(meta.propertyCount()):
        found = meta.property(index)
        name = found.name()
        method = inspect.getattr_static(cls, name, None)
        if name not in KEPT_AS_METHODS and not isinstance(method, QtProperty):
            method = getattr(cls, name, None)
            setattr(cls, name, QtProperty(name, found.typeName(), found.isWritable(), method))
