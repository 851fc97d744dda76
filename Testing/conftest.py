"""What every test shares: threads, the real data's folder, and the rule for skips."""

import contextlib
import ctypes
import hashlib
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

NO_REAL_DATA = "no real data: set MEDGANSYNTH_DATA to its folder"
NO_GPU = "no GPU"
ALLOWED_SKIPS = (NO_REAL_DATA, NO_GPU)
"""Reasons that stay skips where MEDGANSYNTH_CI is set; there every other skip is a failure."""

ROOT = Path(__file__).resolve().parents[1]
STRICT = os.environ.get("MEDGANSYNTH_CI", "") not in ("", "0")

if "PYTEST_XDIST_WORKER" in os.environ:  # one process a core: threads would only fight
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def pytest_configure(config: pytest.Config) -> None:
    try:
        from hypothesis import HealthCheck, settings
    except ImportError:
        return
    # A busy machine is no fault: neither examples nor drawing them have a time limit.
    slow = [HealthCheck.too_slow]
    settings.register_profile(
        "repeatable", derandomize=True, deadline=None, database=None, suppress_health_check=slow
    )
    settings.load_profile("repeatable")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (STRICT and report.skipped):
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if not any(allowed in reason for allowed in ALLOWED_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"a skip counts as a failure where MEDGANSYNTH_CI is set: {reason}"


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source checkout."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real MRI, which is never part of the repository."""
    folder = Path(os.environ.get("MEDGANSYNTH_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(NO_REAL_DATA)
    return folder


@pytest.fixture
def gpu() -> str:
    """The name of a GPU that torch can use."""
    import torch

    if not torch.cuda.is_available():
        pytest.skip(NO_GPU)
    return "cuda:0"


@pytest.fixture
def closed() -> Iterator[Callable[[Path], None]]:
    """closed(path): a file that nobody may read, or a folder that nobody may look into."""
    modes: dict[Path, int] = {}

    def close(path: Path) -> None:
        modes[path] = path.stat().st_mode
        path.chmod(0)

    with _without_the_right_to_all():
        yield close
        for path, mode in reversed(modes.items()):
            if path.exists():
                path.chmod(mode)


@contextlib.contextmanager
def _without_the_right_to_all() -> Iterator[None]:
    """Permissions hold for this thread, although root runs it: Linux's `capabilities(7)`."""
    if os.name != "posix" or (os.geteuid() == 0 and sys.platform != "linux"):
        pytest.skip("no file can be closed to this user")
    if os.geteuid() != 0:
        yield
        return
    library = ctypes.CDLL(None)
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert library.capget(header, sets) == 0
    effective = sets[0]
    sets[0] = effective & ~0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
    assert library.capset(header, sets) == 0
    try:
        yield
    finally:
        sets[0] = effective
        assert library.capset(header, sets) == 0


@pytest.fixture
def bare_python(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess]:
    """Runs code with the standard library alone, as in a Slicer before the first installation."""

    def run(code: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-S", "-I", "-c", code],
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"MEDGANSYNTH_MODELS": str(tmp_path)},
        )

    return run


@pytest.fixture(scope="session")
def untrained() -> Callable[..., Any]:
    """Writes a package of untrained networks: `untrained(folder, networks, **manifest)`, the
    networks by role as (architecture, options); `change` may change their states before."""

    def write(folder: Path, networks: dict[str, tuple], change=lambda states: None, **manifest):
        import torch

        from MedGANSynthLib import schema
        from MedGANSynthLib.models.manifest import Manifest
        from MedGANSynthLib.models.package import NO_WEIGHTS, write_package
        from MedGANSynthLib.networks.registry import build_network

        plain = {
            "format": 1,
            "title": "Untrained",
            "version": "1.0",
            "networks": {
                role: {"architecture": architecture, "options": options}
                for role, (architecture, options) in networks.items()
            },
            "directions": {},
            "intensity": {},
            "training": {"data": "random numbers", "data_licence": "CC0-1.0"},
            "licence": "Apache-2.0",
            "intended_use": "Tests.",
            "limits": "Untrained.",
            "weights_sha256": NO_WEIGHTS,
        }
        torch.manual_seed(0)
        states = {role: build_network(*spec, role).state_dict() for role, spec in networks.items()}
        change(states)
        return write_package(folder, schema.from_dict(Manifest, plain | manifest, "x"), states)

    return write


def paper_case(number: int, shape: tuple[int, int, int]) -> bytes:
    """A raw NRRD file whose voxels all have the value `number`."""
    i, j, k = shape
    head = (
        "NRRD0004\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\n"
        f"sizes: {i} {j} {k}\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nencoding: raw\n"
        "space origin: (0,0,0)\n\n"
    )
    return head.encode() + bytes([number % 256]) * (i * j * k)


@pytest.fixture
def paper(tmp_path: Path) -> Callable[..., Path]:
    """A cleared study whose cases are uniform: `paper(real, synthetic, readers=..., ...)` gives its
    folder; the key lies beside it. Case n is made of voxels n. `design` holds what is not usual."""
    from MedGANSynthLib.turing import study as files
    from MedGANSynthLib.turing.clearance import write_clearance
    from MedGANSynthLib.turing.plan import plan_cases, plan_orders

    def make(
        real=12,
        synthetic=12,
        readers=3,
        display="volume",
        prevalence="half",
        repeats=0.0,
        practice=0,
        catch=0,
        name="paper",
        seed=0,
        shape=(5, 4, 3),
        design=None,
        **registered,
    ):
        folder = tmp_path / "study"
        (folder / "cases").mkdir(parents=True)
        sources = [
            types.SimpleNamespace(label=label, role="scored", name=f"{label}{n}")
            for label, count in (("real", real), ("synthetic", synthetic))
            for n in range(count)
        ]
        planned = plan_cases(sources, practice, catch, seed)
        names = [f"reader-{n}" for n in range(1, readers + 1)]
        orders = plan_orders(planned, names, display == "pair", prevalence, repeats, seed)
        hashes = {}
        for number, case in enumerate(planned, 1):
            content = paper_case(number, shape)
            files.case_path(folder, case).write_bytes(content)
            hashes[case] = hashlib.sha256(content).hexdigest()
        truth = files.Key(
            format=1,
            study="0" * 32,
            salt="1" * 64,
            seed=seed,
            prevalence=prevalence,
            cases={
                case: files.KeyCase(
                    plan.truth, f"{plan.source.name}.nii", hashes[case], role=plan.role
                )
                for case, plan in planned.items()
            },
        )
        content = files.Study(
            format=1,
            id=truth.study,
            name=name,
            design=files.Design(**{"display": display} | (design or {})),
            registered=files.Registered(**registered),
            shape=shape,
            spacing=(1.0, 1.0, 1.0),
            cases=tuple(files.CaseFile(case, hashes[case]) for case in planned),
            orders=orders,
            key_commitment=truth.commitment(),
            tool="test",
        )
        files.write_json(content, folder / "study.json")
        files.write_json(truth, tmp_path / "study-key.json")
        sha256 = files.read_study(folder)[1]
        write_clearance(folder, sha256, True)
        return folder

    return make


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the disk, where a test is about something else."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
