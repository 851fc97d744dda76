"""`medgansynth translate`: one volume or a whole cohort, and no bad case stops the others."""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import NO_MEMORY, Cancelled, MedGANSynthError
from ..events import Events
from ..files import cannot_read, check_writable, file_hash
from ..volume.content import refuse_unfit
from ..volume.finer import with_spacing
from ..volume.finished import finished
from ..volume.grid import Intensity
from ..volume.intensity import intensity_range
from ..volume.marks import provenance_beside
from ..volume.provenance import Provenance, Source
from ..volume.read import read
from ..volume.volume import Volume
from ..volume.write import write
from .cases import Case, left_out, plan, take_shard
from .loaded import open_package
from .suitability import doubts
from .together import on_one_grid
from .translate import Translator
from .uncertainty import map_names, uncertainty_maps


@dataclasses.dataclass(frozen=True)
class Request:
    """What is the same for all cases."""

    translator: Translator
    settings: dict[str, Any]
    spacing: tuple[float, ...]
    maps: bool
    fill_nonfinite: float | None
    overwrite: bool
    events: Events


def translate(
    inputs: tuple[Path, ...],
    model: str,
    out: Path,
    direction: str | None,
    input: tuple[str, ...],
    spacing: tuple[float, ...],
    device: str,
    batch: int,
    match_range: Path | None,
    uncertainty: bool,
    fill_nonfinite: float | None,
    cpu_fallback: bool,
    shard: str,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Translate volumes and write each whole or not at all.

    Returns:
        `rows` with case, status ("translated", "finished before", "failed"), output, error, and
        how it was computed (`used`); `failed`; `outputs`.

    Raises:
        MedGANSynthError: what stops the whole command, or the one case there is.
    """
    if batch < 0:
        raise MedGANSynthError(f"--batch {batch}: must be 0 or more.")
    if fill_nonfinite is not None and not math.isfinite(fill_nonfinite):
        raise MedGANSynthError("--fill-nonfinite: give a finite number, such as 0.")
    if spacing and (len(spacing) != 3 or not all(0.1 <= side <= 20 for side in spacing)):
        raise MedGANSynthError("--spacing: give three numbers between 0.1 and 20, such as 1 1 1.")
    package = open_package(model)
    chosen = package.direction(direction)
    cases = take_shard(plan(inputs, input, package.manifest.directions[chosen], out), shard)
    for path in inputs:
        if text := left_out(path, out):
            events.warning(text)
    match = None
    if match_range is not None:
        scale = read(match_range)
        refuse_unfit(scale, match_range.name, "give an image for --match-range")
        match = intensity_range(scale.array, Intensity())
    request = Request(
        translator=Translator.load(
            package, chosen, device, batch, match, cpu_fallback, events.warning
        ),
        settings={"fill_nonfinite": fill_nonfinite}
        | ({"spacing": "x".join(f"{side:g}" for side in spacing)} if spacing else {}),
        spacing=spacing,
        maps=uncertainty,
        fill_nonfinite=fill_nonfinite,
        overwrite=overwrite,
        events=events,
    )
    rows = [_attempt(request, case, number, len(cases)) for number, case in enumerate(cases)]
    events.progress(1.0, "done")
    return _summary(rows)


def _attempt(request: Request, case: Case, number: int, count: int) -> dict[str, Any]:
    """One case's row of the summary."""
    row: dict[str, Any] = {"case": case.name, "status": "translated"}
    row |= {"output": str(case.out), "error": None, "used": None}

    def progress(fraction: float) -> None:
        request.events.progress((number + 0.99 * fraction) / count, case.name)

    progress(0.0)
    try:
        if not _translate_case(request, case, progress):
            row["status"] = "finished before"
        else:
            row["used"] = request.translator.used[-1]
    except Cancelled:
        raise
    except (MedGANSynthError, MemoryError) as error:
        if count == 1:
            raise
        text = f"{case.name}: {NO_MEMORY}" if isinstance(error, MemoryError) else str(error)
        row |= {"status": "failed", "output": None, "error": text}
        request.events.warning(f"failed: {text}")
    return row


def _translate_case(request: Request, case: Case, progress: Any) -> bool:
    """Translate and write one case; False if exactly this was done before."""
    translator = request.translator
    direction = translator.ports
    sources = [
        Source(_hash(path), port.modality)
        for path, port in zip(case.inputs, direction.inputs, strict=True)
    ]
    wanted = _wanted(request, case, sources)
    if not request.overwrite and finished(wanted):
        return False
    for path in wanted:
        check_writable(path)
    volumes = [
        _read_input(request, path, port.modality)
        for path, port in zip(case.inputs, direction.inputs, strict=True)
    ]
    names = [path.name for path in case.inputs]
    for text in doubts(translator.package.manifest, direction, volumes, names):
        request.events.warning(text)
    volumes = on_one_grid(direction, volumes, request.events)
    share = 0.15 if request.maps else 1.0
    made = translator.translate(volumes, sources, lambda f: progress(share * f), **request.settings)
    outputs = {case.out: made}
    if request.maps:
        maps = uncertainty_maps(
            translator,
            volumes,
            sources,
            lambda f: progress(share + (1 - share) * f),
            **request.settings,
        )
        outputs |= {case.map_path(name): volume for name, volume in maps.items()}
    for path, volume in outputs.items():
        write(volume, path, overwrite=True)  # what may not be replaced was refused before
    return True


def _hash(path: Path) -> str:
    try:
        return file_hash(path)
    except FileNotFoundError:
        raise MedGANSynthError(f"{path}: does not exist; check the name.") from None
    except OSError as error:
        raise cannot_read(path.name, error) from None


def _wanted(request: Request, case: Case, sources: Sequence[Source]) -> dict[Path, Provenance]:
    """Each file that shall come out, and how it will be marked."""
    translator, settings = request.translator, request.settings
    wanted = {case.out: translator.provenance(sources, **settings)}
    if request.maps:
        for name in map_names(translator):
            marks = translator.provenance(sources, map=name, **settings)
            wanted[case.map_path(name)] = marks
    return wanted


def _read_input(request: Request, path: Path, modality: str) -> Volume:
    volume = read(path, fill_nonfinite=request.fill_nonfinite)
    refuse_unfit(volume, path.name)
    for note in volume.notes:
        request.events.warning(note)
    made = volume.provenance or provenance_beside(path, volume)
    if made is not None:
        request.events.warning(f"{path.name}: is itself synthetic, made with {made.model}.")
    if request.spacing:
        volume = with_spacing(volume, request.spacing)
    return dataclasses.replace(volume, modality=modality, provenance=made)


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    counts = {
        status: sum(row["status"] == status for row in rows)
        for status in ("translated", "finished before", "failed")
    }
    text = ", ".join(f"{n} {status}" for status, n in counts.items() if n) or "nothing to do"
    result: dict[str, Any] = {
        "text": f"{text}.",
        "failed": counts["failed"],
        "outputs": [row["output"] for row in rows if row["output"]],
    }
    if len(rows) > 1:
        result["rows"] = rows
    elif rows:
        how = f" ({rows[0]['used']})" if rows[0]["used"] else ""
        result["text"] = f"{rows[0]['output']}: {rows[0]['status']}{how}."
        result["used"] = rows[0]["used"]
    return result
