"""`MODEL_CARD.md`, rendered from the manifest, and the file that fills the manifest for `export`.

Standard library only.
"""

import dataclasses
from typing import Annotated

from ..schema import Length, Pattern, Range, Text
from .manifest import Direction, Generation, Manifest, Measurement

WARNING = "Research only, not for diagnosis. Not a medical device."


@dataclasses.dataclass(frozen=True)
class Card:
    """What a training cannot know of its model: the TOML file given as `models export --card`."""

    title: Annotated[str, Length(1, 200)] | None = None
    version: Annotated[str, Pattern(r"\d+(\.\d+){0,2}", 'a version such as "1.0"')] = "1.0"
    licence: Annotated[str, Length(1, 200)] = "unknown"
    data: Text | None = None
    data_licence: Text | None = None
    people: Annotated[int, Range(0, 10_000_000)] | None = None
    cost: Text | None = None
    intended_use: Text = "Research on synthetic images."
    limits: Text = "Not examined."
    citation: Text = ""
    quality: Annotated[tuple[Measurement, ...], Length(0, 100)] = ()


def render_card(manifest: Manifest) -> str:
    """The card as Markdown: what it does, trained on what, how good, what it is not for."""
    m = manifest
    parts = [
        f"# {m.title}",
        f"**{WARNING}** What it makes is synthetic and can be wrong in ways that look right.",
        _table(
            ("", ""),
            [
                ("Name", f"`{m.name}` {m.version}"),
                ("System", m.system),
                ("Licence", m.licence),
                ("Made with", m.made_with or "unknown"),
            ],
        ),
        "## What it does",
        *(_direction(name, d) for name, d in m.directions.items()),
        *([_generation(m, m.generation)] if m.generation else [_grid(m)]),
        f"Intended use: {m.intended_use}",
        "## Trained on",
        f"{m.training.data}\n\n- People: {m.training.people or 'unknown'}\n"
        f"- Licence of the data: {m.training.data_licence}\n"
        f"- Cost: {m.training.cost or 'unknown'}",
        "## Quality",
        _quality(m.quality),
        "## Limits",
        m.limits,
    ]
    if m.citation:
        parts += ["## To cite", m.citation]
    return "\n\n".join(parts) + "\n"


def _direction(name: str, direction: Direction) -> str:
    inputs = " + ".join(port.modality for port in direction.inputs)
    seen = "whole volumes"
    if direction.slices == 1:
        seen = "one slice at a time"
    elif direction.slices:
        seen = f"{direction.slices} neighbouring slices, {direction.step_mm:g} mm apart or more"
    elif direction.patch:
        seen = f"blocks of {'x'.join(map(str, direction.patch))} voxels, blended where they overlap"
    low, high = direction.output.least, direction.output.reference_range[1]
    return (
        f"- `{name}`: {inputs} in, {direction.output.modality} out; sees {seen}; values from "
        f"about {low:z.4g} to {high:z.4g} ({direction.output.unit})."
    )


def _generation(manifest: Manifest, generation: Generation) -> str:
    voxels = " x ".join(map(str, generation.crop))
    millimetres = " x ".join(f"{spacing[0]:.3g}" for spacing in manifest.grid.spacing)
    low, high = generation.output.reference_range
    kinds = {"volume": "volumes", "slice": "slices", "cine": "cycles"}
    what = kinds.get(generation.form, "slices and their label maps")
    frames = ""
    if generation.form == "cine":
        frames = f", {generation.frames} frames {1000 * generation.time_step:.3g} ms apart"
    again = " Its encoder makes a given scan again." if generation.encoder else ""
    return (
        f"Makes {generation.output.modality} {what} of nobody: {voxels} voxels of {millimetres} "
        f"mm on {manifest.grid.orientation} axes{frames}, values from about {low:z.4g} to "
        f"{high:z.4g} ({generation.output.unit}), from {generation.latent} random numbers.{again}"
    )


def _grid(manifest: Manifest) -> str:
    axes = []
    for axis in manifest.grid.spacing:
        if axis is None:
            axes.append("the input's own")
        else:
            low, high = axis
            axes.append(f"{low:g} mm" if low == high else f"{low:g} to {high:g} mm")
    return (
        f"Works on {manifest.grid.orientation} axes with spacing {' x '.join(axes)}; other input "
        "is resampled, and the output comes back on the input's own grid."
    )


def _quality(quality: tuple[Measurement, ...]) -> str:
    if not quality:
        return "Not measured. Measure it on your own data before you rely on it."
    rows = []
    for q in quality:
        interval = "" if q.low is None or q.high is None else f"{q.low:z.3g} to {q.high:z.3g}"
        rows.append((q.name, f"{q.value:z.3g}", interval, q.conditions))
    return _table(("measure", "value", "interval", "conditions"), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
