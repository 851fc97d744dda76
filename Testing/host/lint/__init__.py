"""What in a module's source PythonQt or Slicer's Python would reject, without running it."""

from __future__ import annotations

from .rules import Finding, check

__all__ = ["Finding", "check"]
