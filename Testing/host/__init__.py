"""A stand-in for the Qt side of 3D Slicer over the genuine MRML of slicer-core; see README.md."""

from __future__ import annotations

from .start import start

__all__ = ["start"]
