"""What this computer has. Standard library only; nothing here raises."""

import ctypes
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = re.sub(r"[^A-Za-z0-9]", "", platform.node()) or "here"
"""The computer's, for names of files; of letters and digits only."""

_GROUPS = Path("/sys/fs/cgroup")


def free_memory() -> int | None:
    """Bytes of main memory that a program can still get; None if the system does not say."""
    try:
        if sys.platform == "win32":
            return _windows_memory()
        if sys.platform == "darwin":
            return _pages(_output("vm_stat"))
        return _meminfo(Path("/proc/meminfo").read_text(encoding="ascii"))
    except (OSError, ValueError, IndexError):
        return None


def free_disk(folder: Path) -> int | None:
    """Bytes free where `folder` lies or will lie."""
    for place in (folder, *folder.absolute().parents):
        if place.exists():
            return shutil.disk_usage(place).free
    return None


def nvidia_gpus() -> list[tuple[str, str]]:
    """Name and driver version of each NVIDIA GPU, asked of the driver and not of torch."""
    lines = _output("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
    pairs = [line.rsplit(",", 1) for line in lines.splitlines() if "," in line]
    return [(name.strip(), driver.strip()) for name, driver in pairs]


def _output(*command: str) -> str:
    """Standard output of a program, or nothing if it is not there, fails or hangs."""
    try:
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        return subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
            check=True,
            creationflags=flags,
        ).stdout.decode("utf-8", errors="replace")
    except (OSError, subprocess.SubprocessError):
        return ""


def _meminfo(text: str) -> int:
    """`MemAvailable` of Linux, less what the control groups (containers, batch jobs) forbid."""
    line = next(line for line in text.splitlines() if line.startswith("MemAvailable:"))
    return min([int(line.split()[1]) * 1024, *_allowed(Path("/proc/self/cgroup"), _GROUPS)])


def _allowed(own: Path, groups: Path) -> list[int]:
    """Bytes that each control group above this process still allows, where it sets a limit.

    Args:
        own: names the process's groups, one `number:controllers:path` a line.
        groups: where the groups' files are, of version 2 or of version 1 below `memory`.
    """
    found = []
    try:
        lines = own.read_text(encoding="ascii").splitlines()
    except OSError:
        return found
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0":
            root, names = groups, ("memory.max", "memory.current")
        elif "memory" in controllers.split(","):
            root, names = groups / "memory", ("memory.limit_in_bytes", "memory.usage_in_bytes")
        else:
            continue
        inner = root / path.lstrip("/")
        for group in (inner, *inner.parents):
            if group != root and root not in group.parents:
                break
            try:
                limit, used = (int((group / name).read_text()) for name in names)
                stat = dict(s.split() for s in (group / "memory.stat").read_text().splitlines())
            except (OSError, ValueError):  # no such group here, or its limit is "max"
                continue
            # Files that were read are kept only while nobody needs their room.
            found.append(limit - used + int(stat.get("inactive_file", 0)))
    return found


def _pages(text: str) -> int:
    """Free, inactive and speculative pages of macOS's `vm_stat`."""
    size = int(text.split("page size of ")[1].split()[0])
    wanted = ("Pages free", "Pages inactive", "Pages speculative")
    lines = dict(line.split(":", 1) for line in text.splitlines()[1:] if ":" in line)
    return size * sum(int(lines[name].strip().rstrip(".")) for name in wanted)


def _windows_memory() -> int:
    class Status(ctypes.Structure):
        """MEMORYSTATUSEX."""

        _fields_ = [
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            ("total_physical", ctypes.c_uint64),
            ("available_physical", ctypes.c_uint64),
            ("others", ctypes.c_uint64 * 5),
        ]

    status = Status(length=ctypes.sizeof(Status))
    if not ctypes.WinDLL("kernel32").GlobalMemoryStatusEx(ctypes.byref(status)):
        raise OSError("GlobalMemoryStatusEx")
    return status.available_physical


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def without_home(text: str) -> str:
    """A text that is copied to strangers: a home folder's name is a person's."""
    return text.replace(str(home()), "~")


def home() -> Path:
    """The user's folder; where the account has none, as in some containers, the temporary one."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(tempfile.gettempdir())


def lives(pid: int) -> bool:
    """Whether there is such a process on this computer."""
    if sys.platform == "win32":
        return _lives_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _lives_on_windows(pid: int) -> bool:
    """`os.kill(pid, 0)` would end the process there."""
    query, still_active = 0x1000, 259
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(query, False, pid)
    if not handle:
        return False
    code = ctypes.c_uint32()
    kernel.GetExitCodeProcess(ctypes.c_void_p(handle), ctypes.byref(code))
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return code.value == still_active
