"""How a value of each type is checked, kept as JSON text, and read again.

Nodes are kept as node references, because a node's id may change when a scene is loaded. A
reference's role is the parameter's name, with the place in a container after a dot.
"""

from __future__ import annotations

import enum
import pathlib
import types
import typing
from typing import Any

import vtk

PATHS = (
    pathlib.Path,
    pathlib.PosixPath,
    pathlib.PurePath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
)


class Kind:
    """A type without annotations. `encode` gives plain JSON types and may set references."""

    def __init__(self, type_: Any):
        self.type = type_

    def default(self) -> Any:
        return self.type()

    def check(self, value: Any) -> Any:
        if not isinstance(value, self.type):
            raise ValueError(f"the value must be of type {self.type.__name__}, not {value!r}")
        return value

    def encode(self, value: Any, node: Any, role: str) -> Any:
        return value

    def decode(self, stored: Any, node: Any, role: str) -> Any:
        return self.check(stored)


class FloatKind(Kind):
    def check(self, value: Any) -> float:
        if not isinstance(value, int | float):
            raise ValueError(f"the value must be of type float, not {value!r}")
        return float(value)


class EnumKind(Kind):
    def default(self) -> enum.Enum:
        return next(iter(self.type))

    def encode(self, value: enum.Enum, node: Any, role: str) -> str:
        return value.name

    def decode(self, stored: str, node: Any, role: str) -> enum.Enum:
        return self.type[stored]


class PathKind(Kind):
    def encode(self, value: pathlib.PurePath, node: Any, role: str) -> str:
        return str(value)

    def decode(self, stored: str, node: Any, role: str) -> pathlib.PurePath:
        return self.type(stored)


class NodeKind(Kind):
    def default(self) -> None:
        return None

    def check(self, value: Any) -> Any:
        return value if value is None else super().check(value)

    def encode(self, value: Any, node: Any, role: str) -> None:
        node.SetNodeReferenceID(role, None if value is None else value.GetID())

    def decode(self, stored: None, node: Any, role: str) -> Any:
        return self.check(node.GetNodeReference(role))


class ListKind(Kind):
    def __init__(self, element: Any):
        super().__init__(list)
        self.element = field(element)

    def check(self, value: Any) -> list:
        return [self.element.check(item) for item in super().check(value)]

    def encode(self, value: list, node: Any, role: str) -> list:
        return [self.element.encode(v, node, f"{role}.{n}") for n, v in enumerate(value)]

    def decode(self, stored: list, node: Any, role: str) -> list:
        return [self.element.decode(v, node, f"{role}.{n}") for n, v in enumerate(stored)]


class TupleKind(Kind):
    def __init__(self, elements: tuple):
        super().__init__(tuple)
        self.elements = [field(element) for element in elements]

    def default(self) -> tuple:
        return tuple(element.default() for element in self.elements)

    def check(self, value: Any) -> tuple:
        if not isinstance(value, tuple) or len(value) != len(self.elements):
            raise ValueError(f"the value must be a tuple of {len(self.elements)}, not {value!r}")
        return tuple(e.check(v) for e, v in zip(self.elements, value, strict=True))

    def encode(self, value: tuple, node: Any, role: str) -> list:
        pairs = zip(self.elements, value, strict=True)
        return [e.encode(v, node, f"{role}.{n}") for n, (e, v) in enumerate(pairs)]

    def decode(self, stored: list, node: Any, role: str) -> tuple:
        pairs = zip(self.elements, stored, strict=True)
        return tuple(e.decode(v, node, f"{role}.{n}") for n, (e, v) in enumerate(pairs))


class DictKind(Kind):
    """Kept as a list of pairs: JSON's own keys are always text."""

    def __init__(self, key: Any, value: Any):
        super().__init__(dict)
        self.pairs = ListKind(tuple[key, value])

    def check(self, value: Any) -> dict:
        return dict(self.pairs.check(list(super().check(value).items())))

    def encode(self, value: dict, node: Any, role: str) -> list:
        return self.pairs.encode(list(value.items()), node, role)

    def decode(self, stored: list, node: Any, role: str) -> dict:
        return dict(self.pairs.decode(stored, node, role))


class UnionKind(Kind):
    """Kept with the place of the type that the value fits."""

    def __init__(self, options: tuple):
        super().__init__(options)
        self.optional = len(options) == 2 and options[1] is type(None)
        self.options = [None if o is type(None) else field(o) for o in options]

    def default(self) -> Any:
        return None if self.optional or self.options[0] is None else self.options[0].default()

    def _fitting(self, value: Any) -> tuple[int, Any]:
        for index, option in enumerate(self.options):
            if option is None:
                if value is None:
                    return index, None
                continue
            try:
                return index, option.check(value)
            except ValueError:
                continue
        raise ValueError(f"the value must be one of {self.type}, not {value!r}")

    def check(self, value: Any) -> Any:
        return self._fitting(value)[1]

    def encode(self, value: Any, node: Any, role: str) -> list:
        index, checked = self._fitting(value)
        option = self.options[index]
        return [index, None if option is None else option.encode(checked, node, role)]

    def decode(self, stored: list, node: Any, role: str) -> Any:
        option = self.options[stored[0]]
        return None if option is None else option.decode(stored[1], node, role)


def field(annotation: Any) -> Any:
    from .fields import Field

    return Field(annotation)


def kind_of(type_: Any) -> Kind:
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin is list:
        return ListKind(arguments[0])
    if origin is tuple:
        return TupleKind(arguments)
    if origin is dict:
        return DictKind(*arguments)
    if origin in (typing.Union, types.UnionType):
        return UnionKind(arguments)
    if type_ is float:
        return FloatKind(float)
    if type_ in (int, str, bool):
        return Kind(type_)
    if type_ in PATHS:
        return PathKind(type_)
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return EnumKind(type_)
    if isinstance(type_, type) and issubclass(type_, vtk.vtkObject):
        return NodeKind(type_)
    raise ValueError(f"{type_!r} cannot be a parameter's type; containers name their elements")
