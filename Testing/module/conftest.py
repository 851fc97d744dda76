"""The module's tests run on the host, which has to be in place before the module is imported."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from host.fixtures import click, errors, scene, wait_until

__all__ = ["click", "errors", "scene", "wait_until"]
