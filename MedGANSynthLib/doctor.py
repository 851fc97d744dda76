"""`medgansynth doctor`: what works on this computer, and what to do where something does not.

Importing it needs the standard library only, for it must run where nothing is installed.
"""

import dataclasses
import functools
import platform
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import __version__, machine
from .events import Events
from .models import catalogue

FLOORS = {
    "torch": "2.10",
    "monai": "1.6",
    "numpy": "2.0",
    "nibabel": "5.3",
    "SimpleITK": "2.4",
    "safetensors": "0.5",
    "scipy": "1.13",
    "pydicom": "3.0.2",
}
"""The oldest version of each package that will do."""

_BUILTIN = ("numpy", "SimpleITK", "scipy")
_MEMORY_GIB, _DISK_GIB = 3, 2


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line of the report; with a `problem`, what to `do` about it.

    `stops`: nothing can be translated before it is mended.
    """

    what: str
    found: str
    problem: str = ""
    do: str = ""
    stops: bool = False


def doctor(events: Events) -> dict[str, Any]:
    """Look at everything that the library needs.

    Returns:
        `text`: the report, to be copied whole; it names no person and no folder of one.
        `checks`: its lines as data; `failed`: how many problems stop the work.
    """
    findings = [*_computer(), *_packages(), *_torch(), *_models()]
    return {
        "text": _report(findings),
        "checks": [dataclasses.asdict(finding) for finding in findings],
        "failed": sum(finding.stops for finding in findings),
    }


def _report(findings: list[Finding]) -> str:
    width = max(len(f.what) for f in findings)
    lines = [f"{f.what.ljust(width)}  {'!' if f.problem else ' '} {f.found}" for f in findings]
    problems = [f"- {f.what}: {f.problem} {f.do}".rstrip() for f in findings if f.problem]
    heading = "What to do:" if problems else "No problem found."
    return "\n".join([*lines, "", heading, *problems])


def _computer() -> list[Finding]:
    python = f"{platform.python_version()}, {sys.maxsize.bit_length() + 1} bit"
    return [
        Finding("MedGANSynth", __version__),
        Finding("System", platform.platform()),
        Finding("Python", python),
        Finding("Processor", f"{platform.machine()}, {machine.cores()} cores"),
        _space("Free memory", machine.free_memory(), _MEMORY_GIB, "Close other programs."),
        _space(
            "Free disk, temporary",
            machine.free_disk(Path(tempfile.gettempdir())),
            _DISK_GIB,
            "Free some space, or set TMPDIR to a folder on another disk.",
        ),
        _space(
            "Free disk, models",
            machine.free_disk(catalogue.user_folder()),
            _DISK_GIB,
            "Free some space, or set MEDGANSYNTH_MODELS to a folder on another disk.",
        ),
    ]


def _space(what: str, size: int | None, wanted: int, do: str) -> Finding:
    if size is None:
        return Finding(what, "unknown")
    gib = size / 2**30
    if gib >= wanted:
        return Finding(what, f"{gib:.1f} GiB")
    return Finding(what, f"{gib:.1f} GiB", f"less than {wanted} GiB; large volumes may fail.", do)


def _packages() -> list[Finding]:
    return [_package(name, floor) for name, floor in FLOORS.items()]


@functools.cache
def too_old() -> str | None:
    """What to do about the first installed package that is below its floor; None: all will do."""
    for finding in _packages():
        if finding.stops and _version(finding.what) is not None:
            do = finding.do[0].lower() + finding.do[1:]
            return f"{finding.what} {finding.found} is too old; {do}."
    return None


def _package(name: str, floor: str) -> Finding:
    version = _version(name)
    if name == "torch":
        do = "In 3D Slicer let the PyTorch extension install it; elsewhere: "
    elif name in _BUILTIN:
        do = "3D Slicer brings it along (5.10 or later); elsewhere: "
    else:
        do = "In 3D Slicer press Install in the module; elsewhere: "
    do += f"pip install '{name}>={floor}'"
    if version is None:
        return Finding(name, "not installed", "it is needed.", do, stops=True)
    if _numbers(version) < _numbers(floor):
        problem = f"{version} is too old; {floor} or later is needed."
        return Finding(name, version, problem, do, stops=True)
    return Finding(name, version)


def _version(name: str) -> str | None:
    import importlib.metadata  # slow, and this file is read at every start

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """ "2.10.1+cu130" -> (2, 10, 1), without trailing zeros."""
    numbers = [int(n) for n in re.match(r"\d+(?:\.\d+)*", version)[0].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _torch() -> list[Finding]:
    """Does torch load, on which devices does it compute, and does it see the GPU there is?"""
    gpus = machine.nvidia_gpus()
    shown = ", ".join(f"{name} (driver {driver})" for name, driver in gpus)
    findings = [Finding("NVIDIA GPU", shown or "none found")]
    if _version("torch") is None:
        return findings
    started = time.monotonic()
    try:
        import torch
    except Exception as error:  # a broken installation raises nearly anything
        problem = f"it does not load ({type(error).__name__}: {str(error).splitlines()[0]})."
        return [*findings, Finding("torch loads", "no", problem, "Install torch again.", True)]
    findings.append(Finding("torch loads", f"in {time.monotonic() - started:.1f} s"))
    build = torch.version.cuda or torch.version.hip
    cuda = Finding("torch's CUDA", str(build or "built without"))
    if gpus and not build:
        cuda = dataclasses.replace(
            cuda,
            problem=f"torch cannot use the GPU ({gpus[0][0]}), so everything runs on the CPU.",
            do="Install a build of torch with CUDA (3D Slicer: module PyTorch, uninstall, then "
            "install with a CUDA backend).",
        )
    elif gpus and not torch.cuda.is_available():
        cuda = dataclasses.replace(
            cuda,
            problem=f"torch finds no usable GPU although the driver ({gpus[0][1]}) names one.",
            do="Update the driver, and see whether CUDA_VISIBLE_DEVICES hides the GPU.",
        )
    names = ["cpu", *(f"cuda:{n}" for n in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        names.append("mps")
    return [*findings, cuda, *(_device(name) for name in names)]


def _device(name: str) -> Finding:
    """Run one small convolution; of ones with a 3x3 kernel of ones the middle is 9."""
    import torch

    what = f"Device {name}"
    started = time.monotonic()
    try:
        ones = torch.ones(1, 1, 8, 8, device=name)
        result = torch.nn.functional.conv2d(ones, torch.ones(1, 1, 3, 3, device=name))
        right = bool((result == 9).all())
        found = ""
        if name.startswith("cuda"):
            free, total = (size / 2**30 for size in torch.cuda.mem_get_info(name))
            found = f"{torch.cuda.get_device_name(name)}, {free:.1f} of {total:.1f} GiB free, "
    except Exception as error:
        problem = f"it cannot compute ({str(error).splitlines()[0]})."
        do = "Choose another device, and install a torch and a driver that fit this GPU."
        return Finding(what, "fails", problem, do, stops=name == "cpu")
    if not right:
        return Finding(what, "wrong result", "it computes wrongly.", "Do not use it.", True)
    return Finding(what, f"{found}computes ({1000 * (time.monotonic() - started):.0f} ms)")


def _models() -> list[Finding]:
    entries = catalogue.list_entries()
    closed = catalogue.user_folder_problem()
    found = [Finding("Models", "not all seen", machine.without_home(closed), "")] if closed else []
    if not entries and not closed:
        do = "In 3D Slicer: Models, Add; elsewhere: medgansynth models add PACKAGE"
        return [Finding("Models", "none", "there is no model to translate with.", do)]
    return found + [
        Finding(
            f"Model {entry.name}",
            f"{entry.origin}" + (f", {entry.manifest.version}" if entry.manifest else ""),
            machine.without_home(entry.problem or ""),
            "Remove it and add a fresh copy." if entry.problem else "",
        )
        for entry in entries
    ]
