"""One parameter: its type, its annotations, and its place in a parameter node."""

from __future__ import annotations

import copy
import json
import typing
from typing import Any

from .annotations import Default, Validator
from .kinds import NodeKind, kind_of


class Field:
    """A type with its validators and default, as annotated. Elements of containers are fields."""

    def __init__(self, annotation: Any, assigned: Any = None, has_assigned: bool = False):
        self.annotations: tuple = ()
        if typing.get_origin(annotation) is typing.Annotated:
            annotation, *annotations = typing.get_args(annotation)
            self.annotations = tuple(annotations)
        self.members: dict[str, Field] | None = getattr(annotation, "_fields", None)
        self.type = annotation
        self.kind = None if self.members is not None else kind_of(annotation)
        self.assigned = assigned
        self.has_assigned = has_assigned

    def annotation(self, cls: type) -> Any:
        return next((a for a in self.annotations if isinstance(a, cls)), None)

    def default(self) -> Any:
        if self.has_assigned:
            return copy.deepcopy(self.assigned)
        given = self.annotation(Default)
        if given is not None:
            return copy.deepcopy(given.make())
        return self.type() if self.kind is None else self.kind.default()

    def check(self, value: Any) -> Any:
        """The value as it is kept. Raises ValueError if the type or a validator refuses it."""
        if self.kind is not None:
            value = self.kind.check(value)
        elif not isinstance(value, self.type):
            raise ValueError(f"the value must be a {self.type.__name__}, not {value!r}")
        for annotation in self.annotations:
            if isinstance(annotation, Validator):
                annotation.validate(value)
        return value

    # Inside a container.

    def encode(self, value: Any, node: Any, role: str) -> Any:
        if self.kind is not None:
            return self.kind.encode(value, node, role)
        return {
            name: member.encode(getattr(value, name), node, f"{role}.{name}")
            for name, member in self.members.items()
        }

    def decode(self, stored: Any, node: Any, role: str) -> Any:
        if self.kind is not None:
            return self.check(self.kind.decode(stored, node, role))
        return self.type(
            **{n: m.decode(stored[n], node, f"{role}.{n}") for n, m in self.members.items()}
        )

    # As a parameter of its own.

    def is_in(self, node: Any, name: str) -> bool:
        if isinstance(self.kind, NodeKind):
            return node.GetNodeReferenceID(name) is not None
        if self.kind is None:
            return any(member.is_in(node, f"{name}.{n}") for n, member in self.members.items())
        return bool(node.GetParameter(name))

    def write(self, node: Any, name: str, value: Any) -> None:
        value = self.check(value)
        if self.kind is None:
            for member_name, member in self.members.items():
                member.write(node, f"{name}.{member_name}", getattr(value, member_name))
            return
        text = self.kind.encode(value, node, name)
        if not isinstance(self.kind, NodeKind):
            node.SetParameter(name, json.dumps(text))

    def write_default(self, node: Any, name: str) -> None:
        """Fill in what the node does not have; what it has is kept."""
        if self.kind is None:
            default = self.default()
            for member_name, member in self.members.items():
                if not member.is_in(node, f"{name}.{member_name}"):
                    member.write(node, f"{name}.{member_name}", getattr(default, member_name))
        elif not isinstance(self.kind, NodeKind) and not self.is_in(node, name):
            self.write(node, name, self.default())

    def read(self, node: Any, name: str) -> Any:
        """The value in the node; the default where the node has none."""
        if self.kind is None:
            return self.type._bound(node, name)
        if not self.is_in(node, name):
            return self.default()
        if isinstance(self.kind, NodeKind):
            return self.kind.decode(None, node, name)
        return self.check(self.kind.decode(json.loads(node.GetParameter(name)), node, name))


def fields_of(cls: type) -> dict[str, Field]:
    """The parameters that a decorated class declares, in order."""
    fields = {}
    for name, annotation in typing.get_type_hints(cls, include_extras=True).items():
        has_assigned = name in vars(cls)
        fields[name] = Field(annotation, vars(cls).get(name), has_assigned)
        if has_assigned:
            fields[name].check(fields[name].default())
    return fields
