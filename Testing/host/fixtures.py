"""Fixtures for tests on the host: import them in a conftest.py."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from . import start

start()


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What was raised in slots and observers; empty it in a test that expects something.

    Qt prints such exceptions and goes on, in Slicer too.
    """
    raised: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, value, trace: raised.append(value))
    return raised


@pytest.fixture
def scene(errors: list[BaseException]) -> Iterator[Any]:
    """The scene, empty before and after. The test fails if a slot raised."""
    import slicer

    slicer.mrmlScene.Clear()
    yield slicer.mrmlScene
    slicer.app.processEvents()
    slicer.mrmlScene.Clear()
    assert not errors, errors


@pytest.fixture
def click() -> Callable[[Any], None]:
    """Press a button or check box with the mouse, as a person would: disabled ones do not react."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    def press(widget: Any) -> None:
        window = widget.window()
        window.show()
        place = QPoint(min(12, widget.width // 2), min(12, widget.height // 2))
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)

    return press


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Keep the event loop running until something is true."""
    import slicer

    def wait(happened: Callable[[], bool], seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < end, f"not within {seconds} s"
            slicer.app.processEvents()
            time.sleep(0.002)

    return wait
