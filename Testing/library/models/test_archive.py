"""Crafted archives: refused, nothing written anywhere, temporary files gone."""

import io
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models import archive


def tree(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def refuses(path: Path, sentence: str) -> None:
    """`extract` refuses `path` and leaves the folder around it as it was."""
    before = tree(path.parent)
    with pytest.raises(MedGANSynthError, match=sentence):
        archive.extract(path, path.parent / "target")
    assert tree(path.parent) == before


def make_zip(path: Path, members: dict[str, bytes], **attributes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            member = zipfile.ZipInfo("x")
            member.filename = name  # past ZipInfo's own clean-up
            member.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(member, key, value)
            file.writestr(member, data)
    return path


def test_round_trip(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "model.json").write_text("{}")
    (tmp_path / "in" / "weights.safetensors").write_bytes(bytes(range(256)) * 9)
    archive.pack(tmp_path / "in", tmp_path / "a.zip")
    archive.pack(tmp_path / "in", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    archive.extract(tmp_path / "a.zip", tmp_path / "out")
    assert tree(tmp_path / "out") == ["model.json", "weights.safetensors"]
    assert (tmp_path / "out" / "weights.safetensors").read_bytes() == bytes(range(256)) * 9


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../evil", "leads out"),
        ("a/../../evil", "leads out"),
        ("./evil", "leads out"),
        ("a//evil", "leads out"),
        ("/etc/evil", "absolute"),
        ("//server/share/evil", "absolute"),
        ("C:/evil", "not allowed"),
        ("C:evil", "not allowed"),
        ("..\\evil", "not allowed"),
        ("\\\\server\\share", "not allowed"),
        ("evil\n", "not allowed"),
        ("a\x00b", "not allowed"),
        ("CON", "Windows reserves"),
        ("aux.txt", "Windows reserves"),
        ("x/Com1.json", "Windows reserves"),
        ("LPT\u00b9", "Windows reserves"),
        ("conout$", "Windows reserves"),
        ("trailing. ", "Windows reserves"),
        ("n" * 201, "too long"),
    ],
)
def test_dangerous_names(tmp_path: Path, name: str, sentence: str) -> None:
    refuses(make_zip(tmp_path / "a.zip", {"model.json": b"{}", name: b"x"}), sentence)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("model.json", "MODEL.JSON"),
        ("stra\u00dfe", "STRASSE"),
        ("\u00e9", "e\u0301"),  # composed and decomposed
        ("a", "a/"),
    ],
)
def test_names_that_collide(tmp_path: Path, first: str, second: str) -> None:
    refuses(make_zip(tmp_path / "a.zip", {first: b"x", second: b""}), "two members")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO])
def test_links_and_devices(tmp_path: Path, kind: int) -> None:
    path = make_zip(tmp_path / "a.zip", {"link": b"/etc/passwd"}, external_attr=kind << 16)
    refuses(path, "link or a device")


def test_encrypted(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"model.json": b"{}"})
    raw = bytearray(path.read_bytes())
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    refuses(path, "encrypted")


def test_ratio_bomb(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"weights.safetensors": bytes(5_000_000)})
    assert 5_000_000 / path.stat().st_size > 900
    refuses(path, "200 times")


def test_size_that_lies(tmp_path: Path) -> None:
    """The directory declares 10 bytes, the data unpack to more: at most 10 are ever written."""
    path = make_zip(tmp_path / "a.zip", {"model.json": bytes(range(200))})
    raw = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.rfind(magic) + offset
        raw[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(raw)
    refuses(path, "damaged|more bytes")


def test_total_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL", 300)
    path = make_zip(tmp_path / "a.zip", {"a": bytes(range(200)), "b": bytes(range(200))})
    refuses(path, "more than")


def test_too_many_members(tmp_path: Path) -> None:
    refuses(make_zip(tmp_path / "a.zip", {f"m{i}": b"" for i in range(65)}), "more than 64")


def test_a_million_members_are_refused_unread(tmp_path: Path, monkeypatch) -> None:
    """Neither of the two places that state the size of the directory can smuggle it in."""
    monkeypatch.setattr(zipfile, "ZipFile", None)  # it would read the directory: never called
    entries = b"PK\x01\x02" + bytes(42)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 3, 3, 46 * 1_000_000, 0, 0)
    (tmp_path / "big.zip").write_bytes(entries * 1000 + end)
    refuses(tmp_path / "big.zip", "more than 64")
    small = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    (tmp_path / "zip64.zip").write_bytes(entries + locator + small)
    refuses(tmp_path / "zip64.zip", "zip64")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated(tmp_path: Path, share: float) -> None:
    raw = make_zip(tmp_path / "a.zip", {"model.json": bytes(range(256))}).read_bytes()
    (tmp_path / "a.zip").write_bytes(raw[: int(share * len(raw))])
    refuses(tmp_path / "a.zip", r"a\.zip: is only a part of a zip archive; fetch it again\.$")


def test_damaged_content_leaves_nothing(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"good": b"good", "bad": bytes(range(256))})
    raw = bytearray(path.read_bytes())
    raw[raw.find(b"bad") + 20] ^= 0xFF
    path.write_bytes(raw)
    refuses(path, "damaged")


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("kind", ["plain", "traversal", "symlink"])
def test_tar_is_refused_whatever_it_holds(tmp_path: Path, mode: str, kind: str) -> None:
    path = tmp_path / "a.zip"
    with tarfile.open(path, mode) as file:
        member = tarfile.TarInfo("../evil" if kind == "traversal" else "model.json")
        member.size = 0 if kind == "symlink" else 2
        if kind == "symlink":
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(member, io.BytesIO(b"{}"))
    refuses(path, "tar archive; only zip")


def test_existing_target_is_kept(tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", {"model.json": b"{}"})
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "mine").touch()
    refuses(tmp_path / "a.zip", "exists already")


def test_a_zip_that_must_not_be_read_is_not_damaged(tmp_path: Path, closed) -> None:
    path = make_zip(tmp_path / "a.zip", {"model.json": b"{}"})
    closed(path)
    refuses(path, r"a\.zip: no permission to read it; change its permissions\.$")
