"""The host has to be in place before the module is imported; `fault_table` is here."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("Testing", "Testing/faults", "MedGANSynth"):
    sys.path.insert(0, str(ROOT / folder))

from host.fixtures import errors, scene, wait_until  # noqa: E402

__all__ = ["errors", "scene", "wait_until"]


@pytest.fixture
def count() -> int:
    """How often the long tests do what they do."""
    return int(os.environ.get("MEDGANSYNTH_FAULTS_COUNT", "100"))
