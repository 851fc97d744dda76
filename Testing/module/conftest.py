"""The module's tests run on the host, which has to be in place before the module is imported."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Testing"), str(ROOT / "MedGANSynth")]

from host.fixtures import click, errors, scene, wait_until

__all__ = ["click", "errors", "scene", "wait_until"]
