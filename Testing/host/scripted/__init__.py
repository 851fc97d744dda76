"""Scripted modules: their base classes, and how one is loaded."""
