"""Closed, typed, bounded dataclasses for every file that is read. Standard library only.

A format is a tree of frozen dataclasses. `from_dict` refuses unknown keys, missing keys, wrong
types and values out of range, always with the key's dotted path:

    model.json: networks.t1_to_t2.options.width must lie between 1 and 1024, not 1000000

Bounds are written into the type: `Annotated[float, Range(0.0, 1.0)]`,
`Annotated[tuple[int, ...], Length(1, 8)]`. Nothing is evaluated, imported or looked up by name.
"""

import dataclasses
import functools
import json
import math
import os
import re
import tomllib
import types
import typing
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from .errors import MedGANSynthError
from .files import cannot_read

T = TypeVar("T")

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 24


@dataclasses.dataclass(frozen=True)
class Range:
    """Inclusive bounds of a number."""

    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Length:
    """Inclusive bounds of the number of items (of a string: characters)."""

    low: int
    high: int


@dataclasses.dataclass(frozen=True)
class Pattern:
    """A regular expression that the whole string must match; `hint` says it in words."""

    regex: str
    hint: str


NAME = Pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "letters, digits, '.', '_' or '-', at most 64")
Name = Annotated[str, NAME]
"""An identifier that is also safe as a file name on every system."""

Text = Annotated[str, Length(0, 20_000)]
Scalar = bool | int | float | str


def from_dict(cls: type[T], data: Any, where: str) -> T:
    """Build the dataclass `cls` from plain `data`; `where` names the file in errors."""
    return _convert(cls, data, where, "", 0)


def to_dict(value: Any) -> Any:
    """The inverse of `from_dict`: dataclasses, tuples and paths become plain JSON types."""
    if dataclasses.is_dataclass(value):
        return {f.name: to_dict(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {k: to_dict(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_dict(v) for v in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value


def read_json(cls: type[T], path: Path, max_bytes: int = MAX_BYTES) -> T:
    """Read a JSON file into `cls`."""
    return from_dict(cls, parse_json(read_text(path, max_bytes), path.name), path.name)


def read_toml(cls: type[T], path: Path, max_bytes: int = MAX_BYTES) -> T:
    """Read a TOML file into `cls`."""
    return from_dict(cls, parse_toml(read_text(path, max_bytes), path.name), path.name)


def parse_json(text: str, where: str) -> Any:
    """Parse JSON; NaN, infinities and duplicate keys are refused."""

    def no_constant(name: str) -> None:
        raise MedGANSynthError(f"{where}: the value {name} is not allowed; write a finite number.")

    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [k for k, _ in pairs]
        if len(set(keys)) < len(keys):
            twice = next(k for k in keys if keys.count(k) > 1)
            raise MedGANSynthError(f"{where}: the key {_show(twice)} occurs twice; keep one.")
        return dict(pairs)

    try:
        return json.loads(text, parse_constant=no_constant, object_pairs_hook=no_duplicates)
    except RecursionError:
        raise MedGANSynthError(f"{where}: nested too deeply to be genuine.") from None
    except ValueError as error:
        raise MedGANSynthError(f"{where}: not valid JSON ({error}).") from None


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Parse TOML."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise MedGANSynthError(f"{where}: nested too deeply to be genuine.") from None
    except ValueError as error:
        raise MedGANSynthError(f"{where}: not valid TOML ({error}).") from None


def read_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """Read a UTF-8 text file of bounded size."""
    try:
        with open(path, "rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError as error:
        raise cannot_read(path, error) from None
    if len(raw) > max_bytes:
        raise MedGANSynthError(f"{path}: larger than {max_bytes} bytes; not a genuine file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MedGANSynthError(f"{path}: not a UTF-8 text file.") from None


def _convert(kind: Any, value: Any, where: str, path: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise MedGANSynthError(f"{where}: {path} is nested too deeply to be genuine.")
    origin = typing.get_origin(kind)
    if origin is Annotated:
        base, *bounds = typing.get_args(kind)
        if isinstance(value, float) and not math.isfinite(value):
            for bound in bounds:  # a range says more than `_convert_scalar` does
                if isinstance(bound, Range):
                    _check(bound, value, where, path)
        result = _convert(base, value, where, path, depth)
        for bound in bounds:
            _check(bound, result, where, path)
        return result
    if kind is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return _convert_union(kind, value, where, path, depth)
    if origin is Literal:
        allowed = typing.get_args(kind)
        if not any(type(value) is type(a) and value == a for a in allowed):
            options = ", ".join(_show(a) for a in allowed)
            raise _wrong(where, path, f"must be one of {options}, not {_show(value)}")
        return value
    if dataclasses.is_dataclass(kind):
        return _convert_dataclass(kind, value, where, path, depth)
    if origin is dict:
        if not isinstance(value, dict):
            raise _wrong(where, path, f"must be a table, not {_kind(value)}")
        key_kind, item_kind = typing.get_args(kind)
        return {
            _convert(key_kind, k, where, _join(path, k), depth): _convert(
                item_kind, v, where, _join(path, k), depth + 1
            )
            for k, v in value.items()
        }
    if origin is tuple:
        return _convert_tuple(kind, value, where, path, depth)
    return _convert_scalar(kind, value, where, path)


def _convert_union(kind: Any, value: Any, where: str, path: str, depth: int) -> Any:
    options = typing.get_args(kind)
    if value is None and type(None) in options:
        return None
    errors = []
    for option in (o for o in options if o is not type(None)):
        try:
            return _convert(option, value, where, path, depth)
        except MedGANSynthError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    names = " or ".join(_name(o) for o in options)
    raise _wrong(where, path, f"must be {names}, not {_kind(value)}")


def _convert_dataclass(kind: Any, value: Any, where: str, path: str, depth: int) -> Any:
    if not isinstance(value, dict):
        raise _wrong(where, path, f"must be a table, not {_kind(value)}")
    fields, hints = _fields(kind)
    for key in value:
        if key not in fields:
            known = ", ".join(sorted(fields))
            raise MedGANSynthError(
                f"{where}: unknown key {_show(_join(path, key))}; known here: {known}."
            )
    made = {}
    for name, field in fields.items():
        if name in value:
            made[name] = _convert(hints[name], value[name], where, _join(path, name), depth + 1)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise MedGANSynthError(f"{where}: the key {_join(path, name)} is missing; add it.")
    try:
        return kind(**made)
    except ValueError as error:  # a dataclass's own cross-field check
        named = f"{path} {error}" if path else str(error)
        raise MedGANSynthError(f"{where}: {named}.") from None


@functools.cache
def _fields(kind: type) -> tuple[dict[str, dataclasses.Field], dict[str, Any]]:
    """Fields and types of a dataclass; finding them out costs as much as converting one value."""
    fields = {f.name: f for f in dataclasses.fields(kind) if f.init}
    return fields, typing.get_type_hints(kind, include_extras=True)


def _convert_tuple(kind: Any, value: Any, where: str, path: str, depth: int) -> Any:
    if not isinstance(value, (list, tuple)):
        raise _wrong(where, path, f"must be a list, not {_kind(value)}")
    args = typing.get_args(kind)
    if len(args) == 2 and args[1] is Ellipsis:
        args = (args[0],) * len(value)
    elif len(args) != len(value):
        raise _wrong(where, path, f"must have {len(args)} items, not {len(value)}")
    return tuple(
        _convert(a, v, where, f"{path}[{i}]", depth + 1)
        for i, (a, v) in enumerate(zip(args, value, strict=True))
    )


def _convert_scalar(kind: Any, value: Any, where: str, path: str) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            value = float(value)
        except OverflowError:
            raise _wrong(where, path, "must be a finite number") from None
    if kind is Path and isinstance(value, (str, os.PathLike)):
        return Path(value)
    if type(value) is not kind:
        raise _wrong(where, path, f"must be {_name(kind)}, not {_kind(value)}")
    if kind is float and not math.isfinite(value):
        raise _wrong(where, path, "must be a finite number")
    if kind is str and _UNPRINTABLE.search(value):
        raise _wrong(where, path, "must not hold control characters")
    return value


def _check(bound: Any, value: Any, where: str, path: str) -> None:
    if value is None:
        return
    if isinstance(bound, Range) and not bound.low <= value <= bound.high:
        raise _wrong(
            where, path, f"must lie between {bound.low:g} and {bound.high:g}, not {value:g}"
        )
    if isinstance(bound, Length) and not bound.low <= len(value) <= bound.high:
        raise _wrong(where, path, f"must have {bound.low} to {bound.high} items, not {len(value)}")
    if isinstance(bound, Pattern) and not re.fullmatch(bound.regex, value):
        raise _wrong(where, path, f"must be {bound.hint}, not {_show(value)}")


def _wrong(where: str, path: str, what: str) -> MedGANSynthError:
    path = _UNPRINTABLE.sub("?", path) or "the whole file"
    return MedGANSynthError(f"{where}: {path} {what}.")


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _show(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


# They could steer the terminal that shows the text; lone surrogates cannot be written at all.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Path: "a path",
    type(None): "nothing",
}


def _name(kind: Any) -> str:
    if typing.get_origin(kind) is Annotated:
        return _name(typing.get_args(kind)[0])
    return _NAMES.get(kind) or ("a list" if typing.get_origin(kind) is tuple else "a table")


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list"
    return f"{_NAMES.get(type(value), type(value).__name__)} ({_show(value)})"
