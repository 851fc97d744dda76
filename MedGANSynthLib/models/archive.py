"""Unpacking a zip that a stranger made, and packing our own. Standard library only.

Nothing is written before every member's name, kind and size have been judged; then all of it
appears at once or not at all. Tar archives are refused altogether.
"""

import contextlib
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
from pathlib import Path

from ..errors import MedGANSynthError
from ..files import cannot_read, whole_file, whole_folder

MAX_MEMBERS = 64
MAX_TOTAL = 2 * 1024**3
MAX_RATIO = 200
MAX_DIRECTORY = 256 * 1024
CHUNK = 1024**2

_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])"
    r"(\..*)?",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')


def extract(archive: Path, folder: Path) -> None:
    """Unpack the zip `archive` into the new folder `folder`, whole or not at all.

    Refused, before anything is written: names that lead outside, that some system treats as a
    device or that collide there; links and devices; encrypted members; more than `MAX_MEMBERS`
    members, `MAX_TOTAL` bytes, or `MAX_RATIO` times the packed size.

    Raises:
        MedGANSynthError: what is wrong with the archive, or `folder` exists.
    """
    archive = Path(archive)
    try:
        _check_directory(archive)
        with zipfile.ZipFile(archive) as file:
            _check_members(archive, file.infolist())
            with whole_folder(folder) as temporary:
                for member in file.infolist():
                    _unpack(archive, file, member, temporary)
    except MedGANSynthError:
        raise
    except PermissionError as error:
        raise cannot_read(archive, error) from None
    except Exception as error:  # a crafted zip makes zipfile and zlib raise nearly anything
        raise _refuse(archive, f"is damaged ({error}); get a fresh copy") from None


def pack(folder: Path, archive: Path) -> None:
    """Write the files directly inside `folder` into the zip `archive`, stored, whole or not at all.

    The dates are fixed, so that equal folders give equal archives.
    """
    with whole_file(archive) as temporary, zipfile.ZipFile(temporary, "w") as file:
        for path in sorted(Path(folder).iterdir()):
            member = zipfile.ZipInfo(path.name, date_time=(1980, 1, 1, 0, 0, 0))
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            member.file_size = path.stat().st_size
            with path.open("rb") as source, file.open(member, "w") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)


def _check_directory(archive: Path) -> None:
    """Judge the size of the table of contents before `zipfile` reads it into memory."""
    with archive.open("rb") as file:
        start = file.read(2)
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))  # the record's 22 bytes and the longest comment
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        with contextlib.suppress(OSError, tarfile.TarError, EOFError):
            if tarfile.is_tarfile(archive):
                raise _refuse(archive, "is a tar archive; only zip archives are accepted")
        if start == b"PK":
            raise _refuse(archive, "is only a part of a zip archive; fetch it again")
        raise _refuse(archive, "is not a zip archive; give a package folder or its zip")
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise _refuse(archive, "is in the zip64 format, which no model package needs")
    members, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    if members > MAX_MEMBERS or directory > MAX_DIRECTORY:
        raise _refuse(archive, f"has more than {MAX_MEMBERS} members; not a model package")


def _check_members(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise _refuse(archive, f"has more than {MAX_MEMBERS} members; not a model package")
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        if problem := unsafe_name(name.removesuffix("/")):
            raise _refuse(archive, f"has the member {name[:80]!r}, which {problem}")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refuse(archive, f"has the member {name[:80]!r}, which is a link or a device")
        if member.flag_bits & 1:
            raise _refuse(archive, "is encrypted; unpack it first")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refuse(archive, "uses a rare compression; pack it as an ordinary zip")
        if member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise _refuse(archive, f"unpacks {name[:80]!r} to over {MAX_RATIO} times its size")
        folded = unicodedata.normalize("NFC", name.rstrip("/")).casefold()
        if folded in seen:
            raise _refuse(archive, f"has two members that some systems both call {name[:80]!r}")
        seen.add(folded)
    if sum(member.file_size for member in members) > MAX_TOTAL:
        raise _refuse(archive, f"unpacks to more than {MAX_TOTAL / 1024**3:g} GiB")


def unsafe_name(name: str) -> str | None:
    """Why the relative path `name` (parts joined by "/") must not be written, or None."""
    if not name or len(name) > 200:
        return "is empty or too long"
    if name.startswith("/"):
        return "is an absolute path"
    if _FORBIDDEN.search(name):
        return "holds a character that is not allowed in file names everywhere"
    for part in name.split("/"):
        if part in ("", ".", ".."):
            return "leads out of its folder"
        if part != part.rstrip(" .") or _RESERVED.fullmatch(part):
            return "is a name that Windows reserves"
    return None


def _unpack(archive: Path, file: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    target = folder / member.filename
    if not target.resolve().is_relative_to(folder.resolve()):
        raise _refuse(archive, f"has the member {member.filename[:80]!r}, which leads outside")
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with file.open(member) as source, target.open("xb") as out:
        while chunk := source.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _refuse(archive, "holds more bytes than it declares")
            out.write(chunk)


def _refuse(archive: Path, what: str) -> MedGANSynthError:
    return MedGANSynthError(f"{archive}: {what}.")
