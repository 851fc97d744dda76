"""The module `slicer.parameterNodeWrapper`."""

from __future__ import annotations

import types

from . import annotations, packs, wrapper

NAMES = {
    annotations: (
        "Validator",
        "NotNone",
        "IsInstance",
        "Minimum",
        "Maximum",
        "WithinRange",
        "Choice",
        "Exclude",
        "Default",
        "Decimals",
        "SingleStep",
    ),
    packs: ("parameterPack", "FloatRange"),
    wrapper: ("parameterNodeWrapper",),
}


def make_module() -> types.ModuleType:
    module = types.ModuleType("slicer.parameterNodeWrapper")
    for source, names in NAMES.items():
        module.__dict__.update({name: getattr(source, name) for name in names})
    module.__all__ = [name for names in NAMES.values() for name in names]
    return module
