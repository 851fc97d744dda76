"""ctkSliderWidget and ctkDoubleSpinBox: one number, by hand or by typing."""

from __future__ import annotations

from PySide6.QtCore import Property, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QWidget

from ..pythonqt.declare import declared, stored, with_setters


def _spin_property(kind: type, name: str) -> Property:
    """A property of the spin box inside; `_adapt` follows every change."""

    def write(self, value):
        setattr(self._spin, name, value)
        self._adapt()

    return declared(kind, lambda self: getattr(self._spin, name), write)


@with_setters
class SpinBoxInside(QWidget):
    """What both have: a spin box that holds the number."""

    valueChanged = Signal(float)

    value = _spin_property(float, "value")
    minimum = _spin_property(float, "minimum")
    maximum = _spin_property(float, "maximum")
    singleStep = _spin_property(float, "singleStep")
    decimals = _spin_property(int, "decimals")
    prefix = _spin_property(str, "prefix")
    suffix = _spin_property(str, "suffix")

    def __init__(self, parent=None, /):
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._spin = QDoubleSpinBox(self)
        self._row.addWidget(self._spin)

    def setRange(self, minimum: float, maximum: float) -> None:
        self._spin.setRange(minimum, maximum)
        self._adapt()

    def spinBox(self) -> QDoubleSpinBox:
        return self._spin

    def _adapt(self) -> None:
        """Bring what shows the number, too, in line with the spin box."""


class ctkDoubleSpinBox(SpinBoxInside):
    editingFinished = Signal()

    def __init__(self, parent=None, /):
        super().__init__(parent)
        self._spin.valueChanged.connect(self.valueChanged.emit)
        self._spin.editingFinished.connect(self.editingFinished.emit)


@with_setters
class ctkSliderWidget(SpinBoxInside):
    """A slider and a spin box that always agree. The spin box has the last word."""

    valueIsChanging = Signal(float)

    pageStep = stored(float, 1.0)
    tickInterval = stored(float, 0.0)
    tracking = stored(bool, True)
    spinBoxVisible = declared(
        bool,
        lambda self: not self._spin.isHidden(),
        lambda self, shown: self._spin.setVisible(shown),
    )

    def __init__(self, parent=None, /):
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._row.insertWidget(0, self._slider, 1)
        self._spin.valueChanged.connect(self._spin_moved)
        self._slider.valueChanged.connect(self._slider_moved)
        self._adapt()

    def reset(self) -> None:
        self._spin.value = 0.0

    def slider(self) -> QSlider:
        return self._slider

    def _adapt(self) -> None:
        """Slider positions count steps from the minimum."""
        spin = self._spin
        steps = round((spin.maximum - spin.minimum) / (spin.singleStep or 1.0))
        self._slider.blockSignals(True)
        self._slider.setRange(0, max(0, steps))
        self._slider.value = round((spin.value - spin.minimum) / (spin.singleStep or 1.0))
        self._slider.blockSignals(False)

    def _slider_moved(self, position: int) -> None:
        self._spin.value = self._spin.minimum + position * self._spin.singleStep

    def _spin_moved(self, value: float) -> None:
        self._adapt()
        self.valueIsChanging.emit(value)
        self.valueChanged.emit(value)
