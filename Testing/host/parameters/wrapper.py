"""`@parameterNodeWrapper`: a class whose annotated attributes live in a parameter node."""

from __future__ import annotations

from typing import Any

import vtk

from . import gui
from .fields import Field, fields_of

_FILLING: list[Any] = []  # Python's garbage collector would empty what only a node observes with


def parameter(name: str, field: Field) -> property:
    return property(
        lambda self: field.read(self.parameterNode, name),
        lambda self, value: field.write(self.parameterNode, name, value),
    )


def find_field(fields: dict[str, Field], name: str) -> Field:
    """The field of "box.topLeft.x".

    Raises:
        ValueError: There is no such parameter.
    """
    first, _, rest = name.partition(".")
    if first not in fields:
        raise ValueError(f"there is no parameter {name!r}; there are {sorted(fields)}")
    if not rest:
        return fields[first]
    return find_field(fields[first].members or {}, rest)


def parameterNodeWrapper(cls: type) -> type:
    fields = fields_of(cls)

    def __init__(self: Any, parameterNode: Any) -> None:
        self.parameterNode = parameterNode
        self._bindings: dict[int, list[gui.Binding]] = {}
        fill_in(parameterNode)
        # As Slicer's: a node that the closing of its scene has emptied gets the defaults again.
        parameterNode.AddObserver(vtk.vtkCommand.ModifiedEvent, fill_in)

    def fill_in(node: Any, _event: Any = None) -> None:
        was_modifying = node.StartModify()
        try:
            for name, field in fields.items():
                field.write_default(node, name)
        finally:
            node.EndModify(was_modifying)

    _FILLING.append(fill_in)

    def bind(self: Any, pairs: list[tuple[str, Any]]) -> int:
        tag = max(self._bindings, default=0) + 1
        self._bindings[tag] = [
            gui.Binding(self.parameterNode, name, find_field(fields, name), widget)
            for name, widget in pairs
        ]
        return tag

    def connectParametersToGui(self: Any, mapping: dict[str, Any]) -> int:
        return bind(self, list(mapping.items()))

    def connectGui(self: Any, ui: Any) -> None:
        """Bind every widget of `ui` that has the dynamic property SlicerParameterName.

        As in Slicer no tag is returned: what it binds stays bound.
        """
        named = [(child.property("SlicerParameterName"), child) for child in vars(ui).values()]
        bind(self, [(name, child) for name, child in named if name])

    def disconnectGui(self: Any, tag: int) -> None:
        for binding in self._bindings.pop(tag, []):
            binding.stop()

    def __setattr__(self: Any, name: str, value: Any) -> None:
        known = name in fields or hasattr(cls, name) or name in ("parameterNode", "_bindings")
        if not known:
            raise AttributeError(f"{cls.__name__} has no parameter {name!r}")
        object.__setattr__(self, name, value)

    methods = (__init__, connectParametersToGui, connectGui, disconnectGui, __setattr__)
    for method in methods:
        setattr(cls, method.__name__, method)
    for name in ("AddObserver", "RemoveObserver", "HasObserver", "Modified"):
        setattr(cls, name, forwarded(name))
    for name, field in fields.items():
        setattr(cls, name, parameter(name, field))
    return cls


def forwarded(name: str) -> Any:
    def call(self: Any, *arguments: Any) -> Any:
        return getattr(self.parameterNode, name)(*arguments)

    return call
