"""The host, and a small module loaded on it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from host.fixtures import click, errors, scene, wait_until
from host.scripted.loader import load_module, unload_module

__all__ = ["click", "errors", "scene", "wait_until"]

EXAMPLE = Path(__file__).parent / "example"


@pytest.fixture
def panel(scene: Any) -> Iterator[Any]:
    """The widget object of the example module, set up and entered."""
    yield load_module(EXAMPLE, "HostExample")
    unload_module("HostExample")
