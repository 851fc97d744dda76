"""One reader's answers: an append-only log that a crash cannot lose and an edit cannot pass.

One JSON object a line, forced to disk before the next case is shown. Each line ends with a hash of
itself and the line before, so that a changed, missing or inserted line is found. A line that was
cut off by a crash is moved to `<reader>.torn`; the trial is shown again. Standard library only.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
from pathlib import Path

from .. import schema
from ..errors import MedGANSynthError
from .records import KINDS, Opened, Record, to_record

if os.name == "nt":
    import msvcrt
else:
    import fcntl

_MAX_BYTES = 256 * 1024 * 1024
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
# Tokens as `_canonical` writes them, the last perhaps unfinished.
_BEGUN = re.compile(
    r'(?:"(?:[ !#-\[\]-~]|\\.)*"|[-+.\w\[\]{},:])*(?:"(?:[ !#-\[\]-~]|\\.)*\\?)?', re.A
)


def read_log(path: Path) -> tuple[list[Record], int]:
    """All whole records of a log, and how many bytes of a torn last line follow them.

    A last line that lacks nothing but its end counts as whole.

    Raises:
        MedGANSynthError: cannot be read; a line was changed, removed or added (which one).
    """
    records, _, torn = _read(Path(path))
    return records, len(torn)


def require_owner(path: Path, first: Record, reader: str, study_sha256: str) -> None:
    """Refuse the log of somebody else.

    Args:
        first: the log's first record.

    Raises:
        MedGANSynthError: whose it is.
    """
    if first.reader != reader:
        raise MedGANSynthError(
            f"{path}: holds the answers of another reader, {first.reader}; move it away."
        )
    if first.study_sha256 != study_sha256:
        raise MedGANSynthError(f"{path}: holds answers of another study; move it away.")


class AnswerLog:
    """The log of a running session, locked against a second one.

    Args:
        path: `answers/<reader>.jsonl`; created with `opened` where missing.
        opened: the first line. An existing log must be of the same reader and study.

    Raises:
        MedGANSynthError: in use, changed, of another study, not writable.
    """

    def __init__(self, path: Path, opened: Opened) -> None:
        self.path = Path(path)
        self._lock = _lock(self.path)
        try:
            self.records: list[Record] = []
            self._previous, torn = "", b""
            if self.path.exists():
                self.records, self._previous, torn = _read(self.path)
            if self.records:
                require_owner(self.path, self.records[0], opened.reader, opened.study_sha256)
            self.torn = len(torn)
            self._file, self._closed = self._open(torn), False
            self.resumed = bool(self.records)
            if not self.records:
                self.append(opened)
        except BaseException:
            os.close(self._lock)
            raise

    def append(self, record: Record) -> None:
        """Write one record to disk, whole or not at all, before this returns.

        Raises:
            MedGANSynthError: the disk is full or gone, or the record holds what could not be read
                back; the log is as it was before.
        """
        record = to_record(schema.to_dict(record), self.path.name)
        text = _canonical(schema.to_dict(record))
        link = _hash(self._previous, text)
        line = f'{text[:-1]},"hash":"{link}"}}\n'.encode()
        size = os.lseek(self._file, 0, os.SEEK_END)
        try:
            if os.write(self._file, line) < len(line):
                raise OSError(errno.ENOSPC, "the disk is full")
            os.fsync(self._file)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, size)
            raise MedGANSynthError(
                f"{self.path}: could not be saved ({error.strerror}); make room on the disk and "
                "try again."
            ) from None
        self._previous = link
        self.records.append(record)

    def close(self) -> None:
        """Give the lock back; a second time does nothing."""
        if not self._closed:
            self._closed = True
            os.close(self._file)
            os.close(self._lock)

    def _open(self, torn: bytes) -> int:
        """Ready to append: a torn line is kept beside and cut off, a missing line end added."""
        try:
            if torn:
                with open(self.path.with_suffix(".torn"), "ab") as beside:
                    beside.write(torn + b"\n")
                    beside.flush()
                    os.fsync(beside.fileno())
            file = os.open(self.path, _FLAGS, 0o666)
            size = os.fstat(file).st_size
            if torn:
                os.ftruncate(file, size - len(torn))
                os.fsync(file)
            elif size:
                os.lseek(file, size - 1, os.SEEK_SET)
                if os.read(file, 1) != b"\n":
                    os.write(file, b"\n")
        except OSError as error:
            raise MedGANSynthError(
                f"{self.path}: cannot be written ({error.strerror}); nothing was recorded."
            ) from None
        return file


def _read(path: Path) -> tuple[list[Record], str, bytes]:
    """Whole records, the hash of the last one, and what is left of a line that was cut off."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= _MAX_BYTES else None
    except OSError as error:
        raise MedGANSynthError(f"{path}: cannot be read ({error.strerror}).") from None
    if raw is None:
        raise MedGANSynthError(f"{path}: is too large to be an answer log.")
    *lines, last = raw.split(b"\n")
    torn = last if _is_begun(last, not lines) else b""
    if last and not torn:
        lines.append(last)
    records: list[Record] = []
    previous = ""
    for number, line in enumerate(lines, 1):
        record, previous = _check(line, previous, f"{path.name}, line {number}")
        records.append(record)
        if (number == 1) != isinstance(record, Opened):
            raise MedGANSynthError(
                f"{path.name}, line {number}: is out of place; restore the file."
            )
    return records, previous, torn


def _is_begun(line: bytes, first: bool) -> bool:
    """Whether `line` is what a crash leaves of a record: its beginning, but not all of it."""
    text = line.decode("latin-1")
    kinds = [name for name in KINDS if (name == "opened") == first]
    starts = [f'{{"event":"{name}",' for name in kinds]
    if not any(text.startswith(start) or start.startswith(text) for start in starts):
        return False
    try:
        json.JSONDecoder().raw_decode(text)
    except ValueError:
        return bool(_BEGUN.fullmatch(text))
    return False


def _check(line: bytes, previous: str, where: str) -> tuple[Record, str]:
    try:
        data = schema.parse_json(line.decode(), where)
        stated = data.pop("hash")
    except (MedGANSynthError, UnicodeDecodeError, AttributeError, KeyError):
        stated, data = None, None
    if data is None or stated != _hash(previous, _canonical(data)):
        raise MedGANSynthError(
            f"{where}: was changed after it was written, or lines before it are missing; restore "
            "the file from a copy, or move it out of its folder to leave this reader out."
        )
    return to_record(data, where), stated


def _canonical(data: object) -> str:
    return json.dumps(data, separators=(",", ":"))


def _hash(previous: str, text: str) -> str:
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _lock(path: Path) -> int:
    """Hold `<name>.lock`; the operating system lets go of it when the process ends, however."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path.with_suffix(".lock"), _FLAGS, 0o666)
    except OSError as error:
        raise MedGANSynthError(
            f"{path.parent}: cannot be written ({error.strerror}); choose a study folder that can."
        ) from None
    try:
        if os.name == "nt":
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise MedGANSynthError(
            f"{path.stem}: another window reads under this name; close it or choose another name."
        ) from None
    return file
