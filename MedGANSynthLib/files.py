"""Writing files whole or not at all, and their hashes. Standard library only."""

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import MedGANSynthError
from .machine import NAME, lives

_KEPT = 40
"""Letters of a name that its temporary one keeps: that one must not be too long instead."""

OTHER_FOLDER = "choose another folder"
"""What to do where a folder cannot be written."""

_HIDDEN = re.compile(rf"\.tmp-{NAME}-(\d+)-.*")

_unfinished: set[Path] = set()


def remember(path: Path | str) -> None:
    """Add a temporary file or folder to those that `remove_unfinished` removes."""
    _unfinished.add(Path(path))


def remove_unfinished() -> None:
    """Remove what is being written at this moment, for a process that must end at once."""
    for path in list(_unfinished):
        _remove(path)


def hidden(path: Path) -> Path:
    """A name beside `path` for what is not whole; it says which process of which computer it is."""
    maker = f"{NAME}-{os.getpid()}-{os.urandom(4).hex()}"
    return path.with_name(f".tmp-{maker}-{path.name[-_KEPT:]}")


def remove_leftovers(folder: Path) -> None:
    """Remove what processes of this computer that were killed have left in `folder`, not whole."""
    try:
        paths = list(folder.iterdir())
    except OSError:  # not there, or not ours to read
        return
    for path in paths:
        made = _HIDDEN.fullmatch(path.name)
        if made and not lives(int(made[1])):
            _remove(path)


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        path.unlink()


@contextlib.contextmanager
def whole_file(path: Path, make_folder: bool = True) -> Iterator[Path]:
    """Yield a temporary path in the same folder; on success it replaces `path`, else it is removed.

    The temporary name keeps the suffix, for writers that choose a format by it. The order is
    write, fsync, replace, fsync of the folder, so that a power loss leaves the old or the new file.

    Args:
        make_folder: where it is missing, rather than raise.

    Raises:
        MedGANSynthError: no permission, no space, no such folder.
    """
    path = Path(path)
    temporary = hidden(path)
    remember(temporary)
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        with contextlib.suppress(OSError):  # gone already, or its folder never was one
            temporary.unlink()
        _unfinished.discard(temporary)


@contextlib.contextmanager
def whole_folder(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Like `whole_file` for a folder: yields a temporary sibling that becomes `path` on success."""
    path = Path(path)
    if path.exists() and not overwrite:
        raise MedGANSynthError(f"{path}: exists already; choose another name or pass --overwrite.")
    temporary = hidden(path)
    remember(temporary)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir(mode=0o700)
        yield temporary
        os.chmod(temporary, 0o755)
        old = None
        if path.exists():
            old = path.with_name(f".old-{os.urandom(4).hex()}-{path.name[-_KEPT:]}")
            os.replace(path, old)
        try:
            os.replace(temporary, path)
        except BaseException:
            if old is not None:  # unless somebody else put something there meanwhile
                with contextlib.suppress(OSError):
                    os.replace(old, path)
            raise
        finally:
            if old is not None:
                shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        _unfinished.discard(temporary)


def check_writable(path: Path, instead: str = OTHER_FOLDER) -> None:
    """Refuse a file that `whole_file` could not write, before work is spent on what goes into it.

    Args:
        instead: what to do where the folder cannot be written.

    Raises:
        MedGANSynthError: no permission, no space, no such folder.
    """
    folder = Path(path).parent
    while not folder.exists() and folder != folder.parent:  # it will be made
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise cannot_write(path, error, instead) from None


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 `text` to `path` whole or not at all."""
    write_bytes(path, text.encode())


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes; of a DICOM folder: of its files' hashes, sorted.

    64 hexadecimal digits.
    """
    if path.is_dir():
        parts = sorted(file_hash(p) for p in path.iterdir() if p.is_file())
        return hashlib.sha256("".join(parts).encode()).hexdigest()
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cannot_read(path: Path | str, error: OSError) -> MedGANSynthError:
    """What to say of a file or folder that could not be read."""
    if isinstance(error, PermissionError):
        return MedGANSynthError(f"{path}: no permission to read it; change its permissions.")
    return MedGANSynthError(
        f"{path}: cannot be read ({error.strerror}); check the name, or get a fresh copy."
    )


def _sync(path: Path) -> None:
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except PermissionError:  # Windows cannot open a folder
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_full(error: OSError) -> bool:
    """Whether a disk, or somebody's share of it, is full."""
    return error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None))


def cannot_write(path: Path, error: OSError, instead: str = OTHER_FOLDER) -> MedGANSynthError:
    """What to say of a file or folder that could not be written."""
    if is_full(error):
        return MedGANSynthError(f"{path}: the disk is full; free some space and run again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return MedGANSynthError(f"{path}: no permission to write there; {instead}.")
    if error.errno == errno.ENOENT and not path.parent.exists():
        return MedGANSynthError(
            f"{path}: is not there any more; if it was moved, go on with it where it is now."
        )
    if error.errno == errno.ENAMETOOLONG:
        return MedGANSynthError(f"{path}: the name is too long; choose a shorter one.")
    return MedGANSynthError(f"{path}: cannot be written ({error.strerror}); {instead}.")
