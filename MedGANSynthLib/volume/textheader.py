"""What the text headers of NRRD and MetaImage share."""

from collections.abc import Callable
from pathlib import Path

from ..errors import MedGANSynthError
from ..files import cannot_read

_MAX_HEADER = 1 << 20


def read_lines(path: Path, stop: Callable[[str], bool]) -> tuple[list[str], int]:
    """The header's lines up to and without the first where `stop` holds, and the byte after it."""
    try:
        with open(path, "rb") as file:
            head = file.read(_MAX_HEADER)
    except OSError as error:
        raise cannot_read(path.name, error) from None
    lines: list[str] = []
    at = 0
    while at < len(head):
        end = head.find(b"\n", at)
        end = len(head) if end < 0 else end
        line = head[at:end].decode("utf-8", "replace").rstrip("\r")
        at = end + 1
        if stop(line):
            return lines, at
        lines.append(line)
    return lines, at


def whole_numbers(name: str, key: str, text: str) -> tuple[int, ...]:
    """Parse "128 128 30"."""
    try:
        return tuple(int(word) for word in text.split())
    except ValueError:
        raise MedGANSynthError(f"{name}: {key} must be whole numbers, not {text[:60]!r}.") from None


def beside(path: Path, data_file: str) -> Path:
    """The separate data file of `path`, which may only lie in the same folder."""
    words = data_file.split()
    if words[:1] == ["LIST"] or "%" in data_file:
        raise MedGANSynthError(
            f"{path.name}: its voxels lie in several files; save it again in one file."
        )
    separate = path.parent / data_file
    inside = Path(data_file).name == data_file and "\\" not in data_file and ":" not in data_file
    if not inside or separate.is_symlink():
        raise MedGANSynthError(
            f"{path.name}: names a data file outside its own folder; put both files in one folder."
        )
    if not separate.is_file():
        raise MedGANSynthError(f"{path.name}: its data file {data_file} is missing.")
    return separate
