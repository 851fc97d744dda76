"""Settings that are kept from one session of Slicer to the next, in QSettings."""

import enum
import json
import typing
from typing import Any

import qt


def write(key: str, kind: type, settings: Any) -> None:
    """Write the members of a parameter pack of class `kind`."""
    plain = {name: getattr(settings, name) for name in typing.get_type_hints(kind)}
    plain |= {name: v.name for name, v in plain.items() if isinstance(v, enum.Enum)}
    text = json.dumps(plain)
    if qt.QSettings().value(key) != text:
        qt.QSettings().setValue(key, text)


def read(key: str, kind: type, settings: Any) -> None:
    """Fill in what is known; what is broken or from another version is left out."""
    try:
        plain = json.loads(qt.QSettings().value(key) or "{}")
    except (TypeError, ValueError):
        return
    for name, hint in typing.get_type_hints(kind).items():
        if not isinstance(plain, dict) or name not in plain:
            continue
        is_enum = isinstance(hint, type) and issubclass(hint, enum.Enum)
        try:
            setattr(settings, name, hint[plain[name]] if is_enum else plain[name])
        except (KeyError, TypeError, ValueError):
            continue
