"""What every test shares: threads, the real data's folder, and the rule for skips."""

import os
from pathlib import Path

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
        from hypothesis import settings
    except ImportError:
        return
    settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
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
