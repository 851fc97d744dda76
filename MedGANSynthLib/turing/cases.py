"""The cases of a study to be: from a table, two folders or a BIDS tree."""

import csv
import dataclasses
import fnmatch
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from .. import schema
from ..data.datalist import inside
from ..data.discover import stem_of
from ..errors import MedGANSynthError
from ..evaluation.cases import person
from ..events import Events
from ..schema import Length
from ..volume.header import SUFFIXES
from ..wording import counted
from .study import Described, Truth

_MAX_BYTES = 64 * 1024 * 1024
_LISTS = ", ".join(SUFFIXES)
_LABEL_MAPS = ("mask", "seg", "_labels")


@dataclasses.dataclass(frozen=True)
class Source(Described):
    """One volume that is to be judged; `label` is the truth."""

    path: Path
    label: Truth


@dataclasses.dataclass(frozen=True)
class _Row(Described):
    """A table's line; `path` is text until it was found below the root."""

    path: Annotated[str, Length(1, 4096)]
    label: Truth


@dataclasses.dataclass(frozen=True)
class _Table:
    cases: Annotated[tuple[_Row, ...], Length(1, 100_000)]


_COLUMNS = ("path", "label", *(f.name for f in dataclasses.fields(Described)))


def from_table(path: Path) -> list[Source]:
    """A CSV, TSV or JSON file with `path`, `label` (real or synthetic) and perhaps `role`,
    `group`, `subject`, `model`, `seed`, `plane`, `notes`.

    Paths are relative to the table's folder and stay below it.

    Raises:
        MedGANSynthError: which line, what is wrong.
    """
    path = Path(path)
    root = path.parent.resolve()
    if path.suffix.lower() == ".json":
        rows = schema.read_json(_Table, path, _MAX_BYTES).cases
        places = [f"{path.name}: cases[{n}]" for n in range(len(rows))]
    else:
        rows, places = _csv_rows(path)
    for row, place in zip(rows, places, strict=True):
        if row.role == "catch" and row.label == "real":
            raise MedGANSynthError(
                f"{place}: {row.path} is a catch case, an obvious fake, but is labelled real; "
                "label it synthetic, or give it another role."
            )
    return [
        Source(inside(root, row.path, f"{place}: column path"), row.label, **row.description())
        for row, place in zip(rows, places, strict=True)
    ]


def from_folders(real: Path, synthetic: Path) -> list[Source]:
    """All volumes of a folder of real and one of synthetic cases.

    Raises:
        MedGANSynthError: one folder for both, no folder, or no volume in it.
    """
    if Path(real).resolve() == Path(synthetic).resolve():
        raise MedGANSynthError(
            f"{real}: is given both as --real and as --synthetic; give two folders."
        )
    found = []
    for folder, label in ((Path(real), "real"), (Path(synthetic), "synthetic")):
        if not folder.is_dir():
            raise MedGANSynthError(f"{folder}: is not a folder; check --{label}.")
        images = [p for p in sorted(folder.iterdir()) if _is_image(p)]
        if not images:
            raise MedGANSynthError(f"{folder}: holds no volume ({_LISTS}); check --{label}.")
        found += [Source(p, label) for p in images]
    return found


def from_bids(root: Path) -> list[Source]:
    """A BIDS tree: synthetic are files with `desc-synthetic` in their name or `"Synthetic": true`
    in the JSON beside them. `participants.tsv` may have a column `group`."""
    root = Path(root).resolve()
    if not root.is_dir():
        raise MedGANSynthError(f"{root}: is not a folder; check --bids.")
    found, groups = [], _groups(root / "participants.tsv")
    for path in sorted(root.rglob("sub-*")):
        if not _is_image(path) or path.is_dir():
            continue
        relative = path.relative_to(root).as_posix()
        inside(root, relative, root.name)
        subject = path.name.partition("_")[0]
        label = "synthetic" if _says_synthetic(path) else "real"
        found.append(Source(path, label, subject=subject, group=groups.get(subject, "")))
    if not found:
        raise MedGANSynthError(f"{root}: holds no file named sub-... ({_LISTS}); check --bids.")
    return found


def without(
    sources: list[Source],
    include: Sequence[str],
    exclude: Sequence[str],
    label_maps: bool,
    events: Events,
) -> list[Source]:
    """The cases whose names match one of `include`, if any are given, and none of `exclude`.

    Args:
        label_maps: whether those that are label maps by their names stay.

    Raises:
        MedGANSynthError: none of one class is left.
    """

    def matches(source: Source, patterns: Sequence[str]) -> bool:
        return any(fnmatch.fnmatch(source.path.name, pattern) for pattern in patterns)

    asked = [s for s in sources if not include or matches(s, include)]
    asked = [s for s in asked if not matches(s, exclude)]
    kept = [s for s in asked if label_maps or not stem_of(s.path).endswith(_LABEL_MAPS)]
    reasons = {
        "by --include or --exclude": [s.path for s in sources if s not in asked],
        "label maps by their names": [s.path for s in asked if s not in kept],
    }
    for reason, paths in reasons.items():
        if paths:
            names = ", ".join(path.name for path in paths[:3]) + (
                " and others" if paths[3:] else ""
            )
            events.warning(
                f"{len(paths)} of {counted(len(sources), 'volume')} left out, {reason}: {names}."
            )
    for label in {s.label for s in sources} - {s.label for s in kept}:
        raise MedGANSynthError(
            f"every {label} volume was left out; check --include, --exclude and the files' names."
        )
    return kept


def warn_of_contrasts(sources: list[Source], events: Events) -> None:
    """Warn of people of whom there are several contrasts, as the names of files say."""
    found: dict[str, set[str]] = {}
    for source in sources:
        who = person(source.path)
        if who is not None and "_" in stem_of(source.path):
            found.setdefault(who, set()).add(stem_of(source.path).rpartition("_")[2])
    mixed = {who: sorted(names) for who, names in found.items() if len(names) > 1}
    if mixed:
        who, names = next(iter(mixed.items()))
        events.warning(
            f"{counted(len(mixed), 'person')} with different contrasts ({who}: "
            f"{', '.join(names)}): readers compare contrasts then; keep one with "
            f"--include '*_{names[0]}.*'."
        )


def _groups(path: Path) -> dict[str, str]:
    """Participant -> group, as far as a BIDS tree says so."""
    if not path.is_file():
        return {}
    rows = csv.DictReader(io.StringIO(schema.read_text(path, _MAX_BYTES)), delimiter="\t")
    return {row.get("participant_id") or "": (row.get("group") or "").strip()[:200] for row in rows}


def _csv_rows(path: Path) -> tuple[list[_Row], list[str]]:
    text = schema.read_text(path, _MAX_BYTES)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, places = [], []
    try:
        heads = [cell.strip().lower() for cell in next(reader, [])]
        _check_heads(heads, path.name)
        for cells in reader:
            place = f"{path.name}, line {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heads):
                raise MedGANSynthError(
                    f"{place}: has {len(cells)} columns instead of {len(heads)}; mend the line."
                )
            given = {h: c.strip() for h, c in zip(heads, cells, strict=True) if c.strip()}
            rows.append(schema.from_dict(_Row, given, place))
            places.append(place)
    except csv.Error as error:
        raise MedGANSynthError(f"{path.name}, line {reader.line_num}: {error}.") from None
    if not rows:
        raise MedGANSynthError(f"{path.name}: holds no case below its header; add lines.")
    return rows, places


def _check_heads(heads: list[str], where: str) -> None:
    missing = [name for name in ("path", "label") if name not in heads]
    unknown = [name for name in heads if name not in _COLUMNS]
    if missing or unknown or len(set(heads)) < len(heads):
        wrong = f"lacks the column {missing[0]}" if missing else ""
        wrong = wrong or (f"has the unknown column {unknown[0]!r}" if unknown else "has one twice")
        raise MedGANSynthError(f"{where}, line 1: {wrong}; known are {', '.join(_COLUMNS)}.")


def _is_image(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    if path.is_dir():
        return any(p.suffix.lower() == ".dcm" for p in path.iterdir())
    return path.name.lower().endswith(SUFFIXES)


def _says_synthetic(path: Path) -> bool:
    if "_desc-synthetic" in path.name:
        return True
    sidecar = path.with_name(f"{stem_of(path)}.json")
    if not sidecar.is_file():
        return False
    content = schema.parse_json(schema.read_text(sidecar), sidecar.name)
    return isinstance(content, dict) and content.get("Synthetic") is True
