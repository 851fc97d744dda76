"""Training configurations: closed TOML, presets as short differences. Standard library only.

A preset may name a `base` preset and then lists only what differs from it. `--set a.b=value`
overrides one key. The `objective` and `data` tables are closed schemas too, which the System
declares (`systems.registry`).
"""

import copy
import dataclasses
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..schema import Length, Name, Range, Scalar, Text

PRESETS = Path(__file__).parent.parent / "presets"
Options = dict[Name, Scalar | tuple[Scalar, ...]]
Images = Annotated[int, Range(0, 10**10)]

# What may change on resume without changing what the run computes.
RESUMABLE = ("images", "workers", "compile", "intervals", "description")


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """One network of the System: an architecture of the registry and its options."""

    architecture: Name
    options: Options = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class OptimizerConfig:
    """Adam (Kingma & Ba 2015); with `weight_decay` decoupled as in AdamW.

    Attributes:
        decay: fraction of the run after which the rate falls linearly to 0 (1: never).
    """

    lr: Annotated[float, Range(1e-8, 1.0)] = 2e-4
    beta1: Annotated[float, Range(0.0, 0.9999)] = 0.5
    beta2: Annotated[float, Range(0.0, 0.99999)] = 0.999
    eps: Annotated[float, Range(1e-12, 1e-2)] = 1e-8
    weight_decay: Annotated[float, Range(0.0, 1.0)] = 0.0
    decay: Annotated[float, Range(0.0, 1.0)] = 1.0


@dataclasses.dataclass(frozen=True)
class Intervals:
    """How often things are written, in images seen. 0: never but at the start and the end."""

    metrics: Images = 200
    preview: Images = 2_000
    validate: Images = 5_000
    checkpoint: Images = 5_000


@dataclasses.dataclass(frozen=True)
class Config:
    """A complete training.

    Attributes:
        images: length, in images seen by all ranks together.
        batch: images in a step, over all ranks.
        ema: half-life of the exported weights' moving average, in images (0: none).
        precision: "auto" is bf16 on a GPU and fp32 on a CPU, where bf16 is slower.
        best: validation metric that chooses the checkpoint `best` (smaller is better).
        workers: data loading processes (0: a thread of the training process).
        compile: `torch.compile` the exported networks: minutes at the start for faster steps. The
            others stay as they are, since gradient penalties need second derivatives.
    """

    system: Name
    description: Text
    networks: Annotated[dict[Name, NetworkConfig], Length(1, 16)]
    images: Annotated[int, Range(1, 10**10)]
    objective: Any = dataclasses.field(default_factory=dict)
    optimizer: Annotated[dict[Name, OptimizerConfig], Length(0, 16)] = dataclasses.field(
        default_factory=dict
    )
    data: Any = dataclasses.field(default_factory=dict)
    batch: Annotated[int, Range(1, 4096)] = 1
    ema: Images = 0
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    best: Name = "rmse_sd"
    seed: Annotated[int, Range(0, 2**31)] = 0
    workers: Annotated[int, Range(0, 64)] = 0
    compile: bool = False
    intervals: Intervals = dataclasses.field(default_factory=Intervals)

    def low_precision(self, device: str) -> bool:
        """Whether networks compute in bf16 on "cpu", "cuda", ..."""
        return self.precision == "bf16" or (self.precision == "auto" and device == "cuda")


def load_config(preset: str, overrides: tuple[str, ...] = ()) -> Config:
    """Resolve a preset name or TOML file with `--set` overrides into a typed Config.

    Raises:
        MedGANSynthError: no such preset, an unknown key, a wrong type, a value out of range.
    """
    path = _find(preset)
    return resolve(_with_base(path), overrides, path.name)


def resolve(table: dict[str, Any], overrides: tuple[str, ...], where: str) -> Config:
    """Check a plain table against the schema, the System's own parts included.

    Raises:
        MedGANSynthError: begins with what is wrong: `where`, or the first bad override.
    """
    changed = copy.deepcopy(table)
    for override in overrides:
        _override(changed, override)
    try:
        return _typed(changed, where)
    except MedGANSynthError:
        if not overrides:
            raise
    resolve(table, overrides[:-1], where)  # raises where it is not the last one that is wrong
    return _typed(changed, f"--set {overrides[-1]}")


def _typed(table: dict[str, Any], where: str) -> Config:
    config = schema.from_dict(Config, table, where)
    from ..systems.registry import system_schemas

    objective, data = system_schemas(config.system, where)
    return dataclasses.replace(
        config,
        objective=schema.from_dict(objective, config.objective, f"{where}: [objective]"),
        data=schema.from_dict(data, config.data, f"{where}: [data]"),
    )


def differences(old: dict[str, Any], new: dict[str, Any], path: str = "") -> list[str]:
    """Dotted keys whose values differ, as `key: old -> new`."""
    found = []
    for key in sorted({*old, *new}):
        before, after, name = old.get(key), new.get(key), f"{path}{key}"
        if isinstance(before, dict) and isinstance(after, dict):
            found += differences(before, after, f"{name}.")
        elif before != after:
            found.append(f"{name}: {before} -> {after}")
    return found


def list_presets(events: Events) -> dict[str, Any]:
    """`medgansynth presets list`."""
    names = sorted(p.stem for p in PRESETS.glob("*.toml"))
    return {
        "rows": [{"preset": name, "what": _with_base(_find(name))["description"]} for name in names]
    }


def show_preset(name: str, events: Events) -> dict[str, Any]:
    """`medgansynth presets show NAME`: the commented file, then the base it builds on."""
    path = _find(name)
    text = schema.read_text(path)
    base = schema.parse_toml(text, path.name).get("base")
    note = f"\n# builds on {base}: medgansynth presets show {base}" if base else ""
    return {"text": text.rstrip() + note}


def _find(preset: str) -> Path:
    path = Path(preset)
    if path.suffix == ".toml":
        return path
    path = PRESETS / f"{preset}.toml"
    known = sorted(p.stem for p in PRESETS.glob("*.toml"))
    if preset not in known:
        raise MedGANSynthError(
            f"{preset}: no such preset; known: {', '.join(known)}; or give a .toml file."
        )
    return path


def _with_base(path: Path, depth: int = 0) -> dict[str, Any]:
    table = schema.parse_toml(schema.read_text(path), path.name)
    base = table.pop("base", None)
    if base is None:
        return table
    if depth > 4 or not isinstance(base, str):
        raise MedGANSynthError(f"{path.name}: base must name another preset, not a circle of them.")
    return _merge(_with_base(_find(base), depth + 1), table)


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _override(table: dict[str, Any], text: str) -> None:
    key, sign, value = text.partition("=")
    if not sign:
        raise MedGANSynthError(f"--set {text}: write it as key=value, such as batch=4.")
    *parents, last = key.strip().split(".")
    for parent in parents:
        table = table.setdefault(parent, {})
        if not isinstance(table, dict):
            raise MedGANSynthError(f"--set {text}: {parent} is not a table.")
    try:
        table[last] = tomllib.loads(f"value = {value}")["value"]
    except ValueError:  # a bare word is a text
        table[last] = value
