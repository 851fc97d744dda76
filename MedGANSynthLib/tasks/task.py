"""What every request has in common."""

import dataclasses
from typing import Any, ClassVar

MODEL = "a model package: catalogue name, folder or zip"
DEVICE = "auto, cpu, or a GPU such as cuda:0"


def field(text: str, default: Any = dataclasses.MISSING, **metadata: Any) -> Any:
    """A field with its help text; `positional`, `short` and `metavar` shape the command line."""
    return dataclasses.field(default=default, metadata={"help": text, **metadata})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """Base of all requests.

    Attributes:
        command: the words on the command line.
        function: "module:function" below this package that does the work.
    """

    command: ClassVar[str] = ""
    function: ClassVar[str] = ""
