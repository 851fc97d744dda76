"""Where a package's files are. Standard library only, so that junk is refused at once."""

import dataclasses
import tempfile
from pathlib import Path

from ..errors import MedGANSynthError
from ..files import remember
from .archive import extract
from .catalogue import MANIFEST, find, read_manifest
from .manifest import Manifest


@dataclasses.dataclass(frozen=True)
class Located:
    """A package whose manifest is checked and whose weights are not.

    Attributes:
        folder: where its files are; of a zip, a temporary folder that lives as long as `unpacked`.
    """

    manifest: Manifest
    folder: Path
    unpacked: tempfile.TemporaryDirectory | None = dataclasses.field(default=None, repr=False)


def locate(name_or_path: str | Path) -> Located:
    """Find a package by catalogue name, folder or zip, unpack the zip, and check its manifest.

    Raises:
        MedGANSynthError: no such package, an unsound zip, or what is wrong with the manifest.
    """
    path = find(name_or_path)
    unpacked = None
    if not path.is_dir():
        unpacked = tempfile.TemporaryDirectory(prefix="medgansynth-", ignore_cleanup_errors=True)
        remember(unpacked.name)
        extract(path, Path(unpacked.name) / "package")
        path = _root(path, Path(unpacked.name) / "package")
    return Located(read_manifest(path), path, unpacked)


def _root(archive: Path, folder: Path) -> Path:
    """The folder of `model.json`: the zip's own top, or the one folder in it."""
    for candidate in (folder, *sorted(p for p in folder.iterdir() if p.is_dir())):
        if (candidate / MANIFEST).is_file():
            return candidate
    raise MedGANSynthError(f"{archive}: not a model package; it has no {MANIFEST}.")
