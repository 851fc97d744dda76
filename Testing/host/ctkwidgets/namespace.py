"""The module `ctk`."""

from __future__ import annotations

import types


def make_ctk() -> types.ModuleType:
    """Imported late: the stand-ins are written in PythonQt's manner and need patched classes."""
    from . import boxes, collapsible, numbers, paths, ranges

    module = types.ModuleType("ctk", "Stand-in for the widgets of the Common Toolkit.")
    for source in (boxes, collapsible, numbers, paths, ranges):
        for name, value in vars(source).items():
            if name.startswith("ctk"):
                setattr(module, name, value)
    return module
