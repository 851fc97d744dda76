"""Data lists: which images belong to whom, and who is in which split.

A data list is JSON in MONAI's datalist form:

    {"modality": {"t1": "T1-weighted", "t2": "T2-weighted"},
     "training": [{"subject": "sub-01", "t1": "sub-01_T1w.nii.gz", "t2": "sub-01_T2w.nii.gz"}],
     "validation": [],
     "test": []}

Paths are relative to the list's own folder, or to the folder that the optional key `root` names
(data on a read-only share). A path that leaves that folder is refused, so that a list from somebody
else can name no other file.
"""

import dataclasses
import json
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated

from .. import files
from ..errors import MedGANSynthError
from ..schema import Length, Name, Text, read_json

SPLITS = ("training", "validation", "test")
_MAX_BYTES = 256 * 1024 * 1024

_Entries = Annotated[tuple[dict[Name, Annotated[str, Length(1, 4096)]], ...], Length(0, 1_000_000)]


@dataclasses.dataclass(frozen=True)
class Case:
    """One examination of one person; a person may have several.

    Attributes:
        subject: the person, the unit of splitting.
        images: modality -> image; not every case has every modality.
    """

    subject: str
    images: dict[str, Path]


@dataclasses.dataclass(frozen=True)
class DataList:
    """Cases by split. `modality` maps each name that cases may use to a description."""

    modality: dict[str, str]
    training: tuple[Case, ...] = ()
    validation: tuple[Case, ...] = ()
    test: tuple[Case, ...] = ()

    def splits(self) -> dict[str, tuple[Case, ...]]:
        """The cases of each split by its name."""
        return {name: getattr(self, name) for name in SPLITS}


@dataclasses.dataclass(frozen=True)
class _File:
    """The closed schema of the JSON."""

    modality: Annotated[dict[Name, Text], Length(1, 100)]
    training: _Entries = ()
    validation: _Entries = ()
    test: _Entries = ()
    root: Path | None = None
    description: Text = ""


def read_datalist(path: Path) -> DataList:
    """Read and check a data list; the images' paths come back absolute.

    Raises:
        MedGANSynthError: not a data list, an image that is missing or outside the list's folder, a
            person in two splits; names the entry.
    """
    path = Path(path)
    content = read_json(_File, path, _MAX_BYTES)
    root = path.parent
    if content.root is not None:
        root = content.root
        if not root.is_absolute() or not root.is_dir():
            raise MedGANSynthError(
                f"{path.name}: its root {root} is no folder here; put the images back, or write "
                "their folder's absolute path there."
            )
    root = root.resolve()
    splits = {
        split: tuple(
            _case(entry, content.modality, root, f"{path.name}: {split}[{number}]")
            for number, entry in enumerate(getattr(content, split))
        )
        for split in SPLITS
    }
    datalist = DataList(content.modality, **splits)
    check_subjects(datalist, path.name)
    return datalist


def write_datalist(
    datalist: DataList, path: Path, root: Path | None = None, description: str = ""
) -> None:
    """Write a data list whole or not at all.

    Args:
        root: folder that holds all images and is written into the list; without it the images must
            lie in the list's own folder.

    Raises:
        MedGANSynthError: an image outside that folder, a person in two splits, no permission.
    """
    path = Path(path)
    check_subjects(datalist, path.name)
    base = (root or path.parent).resolve()
    content: dict[str, object] = {"description": description} if description else {}
    if root is not None:
        content["root"] = str(base)
    content["modality"] = datalist.modality
    for split, cases in datalist.splits().items():
        content[split] = [
            {"subject": case.subject}
            | {name: _relative(image, base) for name, image in case.images.items()}
            for case in cases
        ]
    files.write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def check_subjects(datalist: DataList, where: str) -> None:
    """Refuse a person who is in two splits."""
    home: dict[str, str] = {}
    for split, cases in datalist.splits().items():
        for case in cases:
            if home.setdefault(case.subject, split) != split:
                raise MedGANSynthError(
                    f"{where}: {case.subject} is in both {home[case.subject]} and {split}; "
                    "keep every person in one split."
                )


def inside(root: Path, text: str, where: str, hint: str = "") -> Path:
    """The existing file or folder `text` below `root`, which is resolved already.

    `hint` ends the sentence of a path that is not relative.

    Raises:
        MedGANSynthError: an absolute path, `..`, a link that leaves `root`, nothing there.
    """
    windows = PureWindowsPath(text)
    if windows.anchor or ".." in windows.parts or "\0" in text:
        raise MedGANSynthError(
            f"{where} names {text!r}; write paths relative to {root}, without '..'{hint}."
        )
    target = (root / PurePosixPath(text)).resolve()
    if not target.is_relative_to(root):
        raise MedGANSynthError(f"{where} names {text!r}, a link that leaves {root}; copy the file.")
    if not target.exists():
        raise MedGANSynthError(f"{where} names {text!r}, which is not in {root}; check the path.")
    return target


def _case(entry: dict[str, str], modality: dict[str, str], root: Path, where: str) -> Case:
    if "subject" not in entry:
        raise MedGANSynthError(f"{where}: the key subject is missing; add it.")
    images = {name: text for name, text in entry.items() if name != "subject"}
    for name in images:
        if name not in modality:
            known = ", ".join(sorted(modality))
            raise MedGANSynthError(f"{where}: unknown key {name!r}; known here: {known}, subject.")
    if not images:
        raise MedGANSynthError(f"{where}: {entry['subject']} has no image; add one.")
    return Case(
        entry["subject"],
        {name: inside(root, text, f"{where}.{name}") for name, text in images.items()},
    )


def _relative(image: Path, base: Path) -> str:
    try:
        return image.resolve().relative_to(base).as_posix()
    except ValueError:
        raise MedGANSynthError(f"{image}: lies outside {base}; give a folder of both.") from None
