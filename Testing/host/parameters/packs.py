"""`@parameterPack`: parameters that belong together, as one value."""

from __future__ import annotations

from typing import Any

from .fields import Field, fields_of


def member(name: str, field: Field) -> property:
    """An attribute of a pack: kept in the pack, or in the parameter node the pack was read from."""

    def read(self: Any) -> Any:
        place = self.__dict__.get("_place")
        if place is not None:
            return field.read(place[0], f"{place[1]}.{name}")
        if name not in self.__dict__.setdefault("_values", {}):
            self._values[name] = field.default()
        return self._values[name]

    def write(self: Any, value: Any) -> None:
        place = self.__dict__.get("_place")
        if place is not None:
            field.write(place[0], f"{place[1]}.{name}", value)
        else:
            self.__dict__.setdefault("_values", {})[name] = field.check(value)

    return property(read, write)


def parameterPack(cls: type) -> type:
    fields = fields_of(cls)
    names = list(fields)

    def __init__(self: Any, *arguments: Any, **keywords: Any) -> None:
        if len(arguments) > len(names):
            raise ValueError(f"{cls.__name__} has {len(names)} members: {names}")
        given = dict(zip(names, arguments, strict=False))
        for name in keywords:
            if name in given or name not in names:
                raise ValueError(f"{cls.__name__}: unexpected {name!r}; the members are {names}")
        for name, value in {**given, **keywords}.items():
            setattr(self, name, value)

    def __eq__(self: Any, other: Any) -> bool:
        if not isinstance(other, cls):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def __repr__(self: Any) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{cls.__name__}({inside})"

    def _bound(node: Any, prefix: str) -> Any:
        made = cls.__new__(cls)
        made.__dict__["_place"] = (node, prefix)
        return made

    def __deepcopy__(self: Any, memo: dict) -> Any:
        made = cls.__new__(cls)
        for name in names:
            setattr(made, name, getattr(self, name))
        return made

    for method in (__init__, __eq__, __repr__):
        if method.__name__ not in vars(cls):
            setattr(cls, method.__name__, method)
    cls.__hash__ = None
    cls.__deepcopy__ = __deepcopy__
    cls._bound = staticmethod(_bound)
    cls._fields = fields
    for name, field in fields.items():
        setattr(cls, name, member(name, field))
    return cls


@parameterPack
class FloatRange:
    """What a range slider is bound to."""

    minimum: float
    maximum: float
