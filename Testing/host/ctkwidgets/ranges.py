"""ctkDoubleRangeSlider and ctkRangeWidget: two numbers, the lower never above the upper."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QWidget

from ..pythonqt.declare import declared, stored, with_setters


@with_setters
class ctkDoubleRangeSlider(QWidget):
    """Shown as two spin boxes: the stand-in has no slider with two handles."""

    valuesChanged = Signal(float, float)
    minimumValueChanged = Signal(float)
    maximumValueChanged = Signal(float)
    rangeChanged = Signal(float, float)

    def __init__(self, *arguments):
        super().__init__(*[a for a in arguments if not isinstance(a, Qt.Orientation)])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._low, self._high = QDoubleSpinBox(self), QDoubleSpinBox(self)
        for spin, value in ((self._low, 0.0), (self._high, 99.0)):
            spin.value = value
            layout.addWidget(spin)
        self._low.valueChanged.connect(lambda value: self.setValues(value, self.maximumValue))
        self._high.valueChanged.connect(lambda value: self.setValues(self.minimumValue, value))
        self._last = (0.0, 99.0)

    def setValues(self, low: float, high: float) -> None:
        low, high = min(low, high), max(low, high)
        for spin, value in ((self._low, low), (self._high, high)):
            spin.blockSignals(True)
            spin.value = value
            spin.blockSignals(False)
        now = (self._low.value, self._high.value)
        before, self._last = self._last, now
        if now[0] != before[0]:
            self.minimumValueChanged.emit(now[0])
        if now[1] != before[1]:
            self.maximumValueChanged.emit(now[1])
        if now != before:
            self.valuesChanged.emit(*now)

    def setRange(self, minimum: float, maximum: float) -> None:
        for spin in (self._low, self._high):
            spin.blockSignals(True)
            spin.setRange(minimum, maximum)
            spin.blockSignals(False)
        self.rangeChanged.emit(minimum, maximum)
        self.setValues(self._low.value, self._high.value)

    def _both(kind, name):
        def write(self, value):
            setattr(self._low, name, value)
            setattr(self._high, name, value)

        return declared(kind, lambda self: getattr(self._low, name), write)

    minimumValue = declared(
        float,
        lambda self: self._low.value,
        lambda self, value: self.setValues(value, max(value, self._high.value)),
    )
    maximumValue = declared(
        float,
        lambda self: self._high.value,
        lambda self, value: self.setValues(min(value, self._low.value), value),
    )
    minimum = declared(
        float,
        lambda self: self._low.minimum,
        lambda self, value: self.setRange(value, self._low.maximum),
    )
    maximum = declared(
        float,
        lambda self: self._low.maximum,
        lambda self, value: self.setRange(self._low.minimum, value),
    )
    singleStep = _both(float, "singleStep")
    orientation = stored(int, 1)


class ctkRangeWidget(ctkDoubleRangeSlider):
    """The range slider with its numbers written beside it."""

    decimals = ctkDoubleRangeSlider._both(int, "decimals")
    suffix = ctkDoubleRangeSlider._both(str, "suffix")
    prefix = ctkDoubleRangeSlider._both(str, "prefix")


with_setters(ctkRangeWidget)
