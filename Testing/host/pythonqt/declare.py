"""Properties of the stand-in widgets: declared in one line, with the setter C++ would have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Property

from .properties import convert

TYPE_NAMES = {bool: "bool", int: "int", float: "double", str: "QString"}


def stored(kind: type | str, default: Any, changed: str = "") -> Property:
    """A property kept in the widget; the method named `changed` runs after a new value."""
    type_name = TYPE_NAMES.get(kind, kind)
    place = Place(default)

    def read(self: Any) -> Any:
        value = self.__dict__.get(place.name, default)
        return tuple(value) if isinstance(value, list | tuple) else value

    def write(self: Any, value: Any) -> None:
        value = convert(type_name, value)
        if value != read(self):
            self.__dict__[place.name] = value
            if changed:
                getattr(self, changed)()

    return declared(kind, read, write, place)


class Place:
    """Where a stored property keeps its value; named when the class is finished."""

    def __init__(self, default: Any):
        self.default = default
        self.name = ""


_declared: dict[int, tuple[Property, Callable, Place | None]] = {}


def declared(
    kind: type | str, read: Callable, write: Callable, place: Place | None = None
) -> Property:
    """A property with its own reading and writing."""
    type_name = TYPE_NAMES.get(kind, kind)

    def checked(self: Any, value: Any) -> None:
        write(self, convert(type_name, value))

    made = Property(kind, read, checked)
    _declared[id(made)] = (made, checked, place)
    return made


def write_declared(instance: Any, made: Property, value: Any) -> None:
    """`instance.name = value`; PySide's own way is not at hand in a patched class."""
    _declared[id(made)][1](instance, value)


def with_setters(cls: type) -> type:
    """Class decorator: `setValue(x)` beside `value = x`, for every declared property."""
    for name, value in list(vars(cls).items()):
        if id(value) in _declared:
            _made, write, place = _declared[id(value)]
            if place is not None:
                place.name = "_" + name
            setter = "set" + name[0].upper() + name[1:]
            if setter not in vars(cls):
                setattr(cls, setter, write)
    return cls
