"""Where MEDGANSYNTH_CI is set, only missing real data and a missing GPU may skip a test."""

import os
import re
import shutil
import subprocess
import sys

import pytest

TESTS = """
import pytest

def test_real(real_data):
    pass

def test_gpu():
    pytest.skip("no GPU")

def test_unlisted():
    pytest.skip("not today")

@pytest.mark.skipif(True, reason="does not like this system")
def test_marked():
    pass

@pytest.mark.skip
def test_bare():
    pass

@pytest.mark.xfail(strict=True)
def test_known():
    assert False

def test_fine():
    pass
"""
MODULE = "import pytest\npytest.importorskip('no_such_package')\n"
UNLISTED = ("test_unlisted", "test_marked", "test_bare", "test_module.py")


@pytest.fixture
def outcome(repository, tmp_path):
    """`outcome(ci)` -> the numbers of passed, failed, ... and all that pytest said."""
    shutil.copy(repository / "Testing" / "conftest.py", tmp_path)
    (tmp_path / "test_these.py").write_text(TESTS)
    (tmp_path / "test_module.py").write_text(MODULE)

    def run(ci):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--continue-on-collection-errors", "."],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"MEDGANSYNTH_CI": ci, "MEDGANSYNTH_DATA": str(tmp_path / "nowhere")},
        )
        counts = re.findall(r"(\d+) (passed|failed|skipped|errors?|xfailed)", done.stdout)
        return {word.rstrip("s"): int(number) for number, word in counts}, done

    return run


def test_an_unlisted_skip_fails(outcome):
    counts, done = outcome("1")
    assert counts == {"passed": 1, "failed": 1, "error": 3, "skipped": 2, "xfailed": 1}
    assert done.returncode != 0
    failures = done.stdout.partition("short test summary")[0]
    assert all(name in failures for name in UNLISTED)
    assert failures.count("a skip counts as a failure where MEDGANSYNTH_CI is set") == 4


@pytest.mark.parametrize("ci", ["", "0"])
def test_elsewhere_a_skip_is_a_skip(outcome, ci):
    counts, done = outcome(ci)
    assert counts == {"passed": 1, "skipped": 6, "xfailed": 1}
    assert done.returncode == 0
