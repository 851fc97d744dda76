"""Where model packages lie and which there are. Standard library only, no network.

Packages that ship lie in `Resources/Models`: inside the installed library (a wheel), else beside
it (a source checkout, and a Slicer install, where `Resources` and `MedGANSynthLib` are neighbours
among the scripted modules). The user's own lie in a folder of the user's account, which the
environment variable MEDGANSYNTH_MODELS moves.
"""

import dataclasses
import os
import sys
from pathlib import Path
from typing import Literal

from .. import files
from ..errors import MedGANSynthError
from ..machine import home
from ..schema import from_dict, parse_json, read_text
from .manifest import Manifest

MANIFEST = "model.json"
WEIGHTS = "weights.safetensors"
CARD = "MODEL_CARD.md"
PREVIEW = "preview.png"
FILES = (MANIFEST, WEIGHTS, CARD, PREVIEW)
"""All that a package consists of; any other file in its folder is ignored."""

MAX_MANIFEST = 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Entry:
    """One package of the catalogue; `problem` says why it cannot be used by name."""

    name: str
    folder: Path
    origin: Literal["shipped", "user"]
    manifest: Manifest | None = None
    problem: str | None = None


def shipped_folder() -> Path:
    """Where the packages that ship lie; it need not exist."""
    library = Path(__file__).resolve().parents[1]
    inside = library / "Resources" / "Models"
    return inside if inside.is_dir() else library.parent / "Resources" / "Models"


def user_folder() -> Path:
    """Where the user's own packages lie; it need not exist."""
    if moved := os.environ.get("MEDGANSYNTH_MODELS"):
        return Path(moved)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home() / ".local" / "share")
    return base / "medgansynth" / "models"


def user_folder_problem() -> str | None:
    """Why it cannot be seen which packages the user has; None if it can."""
    try:
        os.listdir(user_folder())
    except FileNotFoundError:
        return None
    except PermissionError as error:
        return str(files.cannot_read(user_folder(), error))
    except OSError as error:
        return f"{user_folder()}: cannot be read ({error.strerror}); it must be a folder."
    return None


def check_addable(name: str) -> None:
    """Refuse to add a package of that name where the user's folder cannot be written.

    Raises:
        MedGANSynthError: why not.
    """
    do = "make that folder writable, or name another one in the variable MEDGANSYNTH_MODELS"
    files.check_writable(user_folder() / name, do)


def is_package(folder: Path) -> bool:
    """Whether it holds a manifest, or there is no permission to see whether it does."""
    try:
        (folder / MANIFEST).stat()
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def read_manifest(folder: Path) -> Manifest:
    """Read and check `model.json` of a package folder.

    Raises:
        MedGANSynthError: not a package folder, or a key that is wrong.
    """
    path = Path(folder) / MANIFEST
    try:
        path.stat()
    except PermissionError as error:
        raise files.cannot_read(folder, error) from None
    except OSError:
        raise MedGANSynthError(f"{folder}: not a model package; it has no {MANIFEST}.") from None
    where = str(path)
    return from_dict(Manifest, parse_json(read_text(path, MAX_MANIFEST), where), where)


def list_entries() -> list[Entry]:
    """All packages, shipped ones first, each by name; broken ones with their problem.

    What a killed process has left half copied among the user's own is removed.
    """
    files.remove_leftovers(user_folder())
    entries = []
    taken: set[str] = set()
    for origin, root in (("shipped", shipped_folder()), ("user", user_folder())):
        for folder in sorted(_package_folders(root)):
            entry = _entry(folder, origin)
            if entry.problem is None and entry.name.casefold() in taken:
                other = "a shipped model" if origin == "user" else "another model"
                problem = f"it has the name of {other}; use it by its path, or rename it."
                entry = dataclasses.replace(entry, problem=problem)
            taken.add(entry.name.casefold())
            entries.append(entry)
    return entries


def find(name_or_path: str | os.PathLike[str]) -> Path:
    """The folder or zip of a package, given by catalogue name or by path.

    A catalogue name wins over a file of that name in the current folder; a shipped package wins
    over the user's own of the same name, which `list_entries` then reports.

    Raises:
        MedGANSynthError: there is no such package (lists the names there are), or it is broken.
    """
    text = os.fspath(name_or_path)
    entries = list_entries()
    named = [e for e in entries if e.name.casefold() == text.casefold()]
    for entry in named:
        if entry.problem is None:
            return entry.folder
    path = Path(text)
    if path.exists():
        return path
    if named:
        raise MedGANSynthError(f"{text}: cannot be used: {named[0].problem}")
    if problem := user_folder_problem():
        raise MedGANSynthError(f"{text}: no such file and no model that can be seen; {problem}")
    known = ", ".join(e.name for e in entries if e.problem is None) or "none yet"
    raise MedGANSynthError(
        f"{text}: no model of that name and no such file; models in the catalogue: {known}."
    )


def _package_folders(root: Path) -> list[Path]:
    try:
        return [p for p in root.iterdir() if not p.name.startswith(".") and is_package(p)]
    except OSError:
        return []


def _entry(folder: Path, origin: Literal["shipped", "user"]) -> Entry:
    try:
        manifest = read_manifest(folder)
    except MedGANSynthError as error:
        return Entry(folder.name, folder, origin, problem=str(error))
    return Entry(manifest.name, folder, origin, manifest)
