"""A Task as words of the command line: what a person would type. Standard library only."""

import dataclasses
from typing import Any

from .task import Task


def flag(field: str) -> str:
    """The option of a Task's field."""
    return "--" + field.replace("_", "-")


def words(task: Task) -> list[str]:
    """The words after `medgansynth`, without what is left at its default.

    `cli.build_parser` makes the same Task of them.
    """
    positional, options = [], []
    for field in dataclasses.fields(task):
        value = getattr(task, field.name)
        if value == field.default:
            continue
        if field.metadata.get("positional"):
            positional += _texts(value)
        elif value is True:
            options.append(flag(field.name))
        else:
            options += [flag(field.name), *_texts(value)]
    return [*task.command.split(), *positional, *options]


def _texts(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, tuple) else (value,))]
