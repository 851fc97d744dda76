"""Finding cases: in one folder for each modality, in a BIDS tree, in a CSV file."""

import csv
import io
import re
from pathlib import Path

from ..errors import MedGANSynthError
from ..events import Events
from ..schema import NAME, read_text
from ..volume.header import SUFFIXES
from ..wording import counted
from .datalist import SPLITS, Case, inside

BIDS_SUFFIXES = {"t1": "T1w", "t2": "T2w", "flair": "FLAIR", "pd": "PDw", "mask": "brainmask"}
"""What a BIDS tree is searched for when the user names no modalities."""

_BIDS_NAME = re.compile(r"(sub-[A-Za-z0-9]+)(?:_(ses-[A-Za-z0-9]+))?(?:_|$)")


def parse_pairs(pairs: tuple[str, ...], option: str) -> dict[str, str]:
    """`("t1=x", "t2=y")` as a dictionary with checked modality names."""
    made: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            raise MedGANSynthError(f"{option} {pair}: write it as NAME=VALUE, such as t1=...")
        if name in made:
            raise MedGANSynthError(f"{option} {pair}: the modality {name} is given twice.")
        _check_name(name, f"{option} {pair}")
        made[name] = value
    return made


def parse_subject(text: str) -> re.Pattern[str] | None:
    """`--subject`: a regular expression, or None for "".

    Raises:
        MedGANSynthError: not a regular expression, or one without a group.
    """
    if not text:
        return None
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise MedGANSynthError(f"--subject {text}: is no regular expression ({error}).") from None
    if not pattern.groups:
        raise MedGANSynthError(
            f"--subject {text}: put what names the person in brackets, as in '(patient[0-9]+)_'."
        )
    return pattern


def in_folders(folders: dict[str, Path], subject: re.Pattern[str] | None = None) -> list[Case]:
    """One folder for each modality.

    Images belong to one case when their names agree: in the groups of the pattern `subject` where
    one is given (the person and, if there is a second one, the examination); else in the BIDS
    subject and session where the names have them (`sub-01_ses-2_...`); else in the whole name
    without suffix and modality (`IXI002_T1.nii.gz` and `IXI002_T2.nii.gz`). Cases with one modality
    only are kept: unpaired training needs no pairs.
    """
    found: dict[tuple[str, str], dict[str, Path]] = {}
    for modality, folder in folders.items():
        if not folder.is_dir():
            raise MedGANSynthError(f"{folder}: is not a folder; give that of the {modality}.")
        images = images_in(folder)
        if not images:
            raise MedGANSynthError(
                f"{folder}: holds no image ({', '.join(SUFFIXES)}, or a folder of DICOM "
                f"slices or PNG frames for each person); give another folder for {modality}."
            )
        for image in images:
            _add(found, _case_of(image, modality, subject), modality, image)
    return [Case(subject, images) for (subject, _), images in sorted(found.items())]


def in_bids(
    root: Path, suffixes: dict[str, str], events: Events, subject: re.Pattern[str] | None = None
) -> list[Case]:
    """A BIDS tree, or a folder of files that are named subject, `_`, suffix.

    Args:
        suffixes: modality -> end of the file name, such as "T1w" in `sub-01_ses-1_T1w.nii.gz`.
        subject: as in `in_folders`.
    """
    if not root.is_dir():
        raise MedGANSynthError(f"{root}: is not a folder; check --bids.")
    found: dict[tuple[str, str], dict[str, Path]] = {}
    ends, others = tuple(f"_{suffix}" for suffix in suffixes.values()), []
    for image in images_in(root):
        stem = stem_of(image)
        if not stem.endswith(ends) and any(f"{end}_" in stem for end in ends):
            others.append(image.name)
        for modality, suffix in suffixes.items():
            if not stem.endswith("_" + suffix):
                continue
            images = found.setdefault(_case_of(image, "_" + suffix, subject), {})
            if modality in images:
                events.warning(f"{image.name}: left out, {images[modality].name} is taken.")
            else:
                images[modality] = image
    if others:
        events.warning(
            f"{counted(len(others), 'image')} left out, whose names do not end with the suffix, "
            f"such as {others[0]}."
        )
    missing = [m for m in suffixes if not any(m in images for images in found.values())]
    if missing:
        wanted = ", ".join(f"*_{suffixes[m]}.nii.gz" for m in missing)
        raise MedGANSynthError(f"{root}: no file is named like {wanted}; check --modality.")
    return [Case(subject, images) for (subject, _), images in sorted(found.items())]


def in_csv(path: Path, root: Path) -> tuple[list[Case], dict[str, str]]:
    """A CSV file with a column `subject`, one for each modality, and perhaps `split`.

    Separated by commas, semicolons or tabs; with or without byte order mark and quotes. Paths are
    relative to `root` and stay below it. An empty cell means that the case lacks the modality.

    Returns:
        The cases, and subject -> split where the column `split` says so.
    """
    text = read_text(path, 64 * 1024 * 1024)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    if not root.is_dir():
        raise MedGANSynthError(f"{root}: is not a folder; check --root.")
    root, cases, splits = root.resolve(), [], {}
    seen: dict[tuple[str, ...], int] = {}
    try:
        heads = _csv_heads(next(reader, []), path.name)
        for row in reader:
            where = f"{path.name}, line {reader.line_num}"
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(heads):
                raise MedGANSynthError(
                    f"{where}: has {len(row)} columns instead of {len(heads)}; mend the line."
                )
            cells = {h: c.strip() for h, c in zip(heads, row, strict=True) if c.strip()}
            subject, split = cells.pop("subject", ""), cells.pop("split", "")
            if not subject or not cells:
                raise MedGANSynthError(f"{where}: needs a subject and at least one image.")
            if split and (split not in SPLITS or splits.get(subject, split) != split):
                raise MedGANSynthError(
                    f"{where}: split must be one of {', '.join(SPLITS)}, the same for all of a "
                    f"person's lines, not {split!r}."
                )
            if split:
                splits[subject] = split
            first = seen.setdefault((subject, *cells.values()), reader.line_num)
            if first != reader.line_num:
                raise MedGANSynthError(f"{where}: repeats line {first}; remove one of them.")
            hint = "; --root names another folder"
            images = {h: inside(root, c, f"{where}: column {h}", hint) for h, c in cells.items()}
            cases.append(Case(subject, images))
    except csv.Error as error:
        raise MedGANSynthError(f"{path.name}, line {reader.line_num}: {error}.") from None
    if not cases:
        raise MedGANSynthError(f"{path.name}: holds no case below its header; add lines.")
    return cases, splits


def _csv_heads(row: list[str], where: str) -> list[str]:
    heads = [cell.strip().lower() for cell in row]
    if "subject" not in heads or len(set(heads) - {"subject", "split"}) == 0:
        raise MedGANSynthError(
            f"{where}, line 1: must name the columns subject and one for each modality, such as "
            "subject,t1,t2."
        )
    if len(set(heads)) < len(heads):
        raise MedGANSynthError(f"{where}, line 1: a column's name occurs twice; rename one.")
    for head in set(heads) - {"subject", "split"}:
        _check_name(head, f"{where}, line 1")
    return heads


def _check_name(name: str, where: str) -> None:
    if not re.fullmatch(NAME.regex, name) or name in ("subject", *SPLITS):
        raise MedGANSynthError(f"{where}: {name!r} cannot name a modality; use {NAME.hint}.")


def images_in(folder: Path) -> list[Path]:
    """All image files below `folder` and all folders of DICOM slices or PNG frames; none hidden."""
    found = []
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.is_dir():
            kinds = {p.suffix.lower() for p in path.iterdir()}
            if ".dcm" in kinds or kinds == {".png"}:
                found.append(path)
        elif path.name.lower().endswith(SUFFIXES):
            found.append(path)
    return found


def stem_of(image: Path) -> str:
    """The file's name without an image's suffix."""
    ending = next((s for s in SUFFIXES if image.name.lower().endswith(s)), "")
    return image.name[: len(image.name) - len(ending)]


def who(stem: str, ending: str) -> tuple[str, str]:
    """Subject and session that a file name tells; without BIDS names all before `ending`."""
    if bids := _BIDS_NAME.match(stem):
        return bids[1], bids[2] or ""
    return re.sub(rf"[-_. ]?{re.escape(ending)}w?$", "", stem, flags=re.IGNORECASE) or stem, ""


def _case_of(image: Path, ending: str, subject: re.Pattern[str] | None) -> tuple[str, str]:
    """Person and examination by the pattern, or as `who` reads them."""
    if subject is None:
        return who(stem_of(image), ending)
    found = subject.search(image.name)
    if not found or not found[1]:
        raise MedGANSynthError(
            f"{image}: --subject {subject.pattern} finds nobody in its name; change the pattern, "
            "or give the cases as --csv."
        )
    return found[1], (found[2] or "") if subject.groups > 1 else ""


def _add(
    found: dict[tuple[str, str], dict[str, Path]],
    person: tuple[str, str],
    modality: str,
    image: Path,
) -> None:
    images = found.setdefault(person, {})
    if modality in images:
        raise MedGANSynthError(
            f"{image}: {images[modality].name} is {person[0]}'s {modality} already; remove one of "
            "them, or give the cases as --csv."
        )
    images[modality] = image
