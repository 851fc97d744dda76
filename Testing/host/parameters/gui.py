"""Two-way binding of a parameter to a widget."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import vtk
from shiboken6 import Shiboken

from .annotations import Choice, Decimals, Maximum, Minimum, SingleStep, WithinRange
from .fields import Field
from .kinds import NodeKind, UnionKind
from .packs import FloatRange


def has_type(type_: type) -> Callable[[Field], bool]:
    def fits(field: Field) -> bool:
        if not isinstance(field.type, type) or not issubclass(field.type, type_):
            return False
        return type_ is not int or field.type is not bool

    return fits


def limits(widget: Any, field: Field) -> None:
    """Give the widget the range, decimals and step of the annotations."""
    within = field.annotation(WithinRange)
    low = within or field.annotation(Minimum)
    high = within or field.annotation(Maximum)
    if field.annotation(Decimals) is not None:
        widget.setDecimals(field.annotation(Decimals).value)
    if low is not None:
        widget.setMinimum(low.minimum)
    if high is not None:
        widget.setMaximum(high.maximum)
    if field.annotation(SingleStep) is not None:
        widget.setSingleStep(field.annotation(SingleStep).value)


def options(field: Field) -> list[tuple[str, Any]]:
    """What a combo box offers: (text, value)."""
    if isinstance(field.type, type) and issubclass(field.type, enum.Enum):
        return [(v.label() if hasattr(v, "label") else v.name, v) for v in field.type]
    choice = field.annotation(Choice)
    return [] if choice is None else [(str(value), value) for value in choice.choices]


def fill(widget: Any, field: Field) -> None:
    widget.clear()
    for text, _value in options(field):
        widget.addItem(text)


def chosen(widget: Any, field: Field) -> Any:
    return options(field)[widget.currentIndex][1]


def choose(widget: Any, field: Field, value: Any) -> None:
    widget.currentIndex = [option for _text, option in options(field)].index(value)


class Connector:
    """How one class of widgets shows one type of parameter. `signal` is None for one way only."""

    def __init__(self, fits, signal, read, write, prepare=lambda widget, field: None):
        self.fits, self.signal, self.prepare = fits, signal, prepare
        self.read, self.write = read, write


def attribute(name: str, signal: str | None, fits, prepare=lambda widget, field: None):
    """A connector to a property of the same type."""
    return Connector(
        fits,
        signal,
        lambda widget, field: getattr(widget, name),
        lambda widget, field, value: setattr(widget, name, value),
        prepare,
    )


def path(name: str, signal: str) -> Connector:
    return Connector(
        has_type(PurePath),
        signal,
        lambda widget, field: field.type(getattr(widget, name)),
        lambda widget, field, value: setattr(widget, name, str(value)),
    )


FLOAT = attribute("value", "valueChanged(double)", has_type(float), limits)
INT = attribute("value", "valueChanged(int)", has_type(int), limits)
TOGGLE = attribute("checked", "toggled(bool)", has_type(bool))
COMBO = Connector(
    lambda field: bool(options(field)), "currentIndexChanged(int)", chosen, choose, fill
)
RANGE = Connector(
    has_type(FloatRange),
    "valuesChanged(double,double)",
    lambda widget, field: FloatRange(widget.minimumValue, widget.maximumValue),
    lambda widget, field, value: widget.setValues(value.minimum, value.maximum),
    limits,
)
NODE = Connector(
    lambda field: isinstance(field.kind, NodeKind | UnionKind),
    "currentNodeChanged(vtkMRMLNode*)",
    lambda widget, field: widget.currentNode(),
    lambda widget, field, value: widget.setCurrentNode(value),
)
CONNECTORS = {
    "QCheckBox": TOGGLE,
    "ctkCheckBox": TOGGLE,
    "QPushButton": TOGGLE,
    "QSlider": INT,
    "QSpinBox": INT,
    "QDoubleSpinBox": FLOAT,
    "ctkSliderWidget": FLOAT,
    "ctkDoubleSpinBox": FLOAT,
    "ctkRangeWidget": RANGE,
    "ctkDoubleRangeSlider": RANGE,
    "QComboBox": COMBO,
    "ctkComboBox": COMBO,
    "QLineEdit": attribute("text", "textChanged(QString)", has_type(str)),
    "QTextEdit": attribute("plainText", "textChanged()", has_type(str)),
    "QLabel": attribute("text", None, has_type(str)),
    "ctkPathLineEdit": path("currentPath", "currentPathChanged(QString)"),
    "ctkDirectoryButton": path("directory", "directoryChanged(QString)"),
    "qMRMLNodeComboBox": NODE,
}


_BOUND: set[Any] = set()  # bindings that are not stopped


class Binding:
    """Keeps a widget and a parameter equal until stopped. The parameter's value comes first."""

    def __init__(self, node: Any, name: str, field: Field, widget: Any):
        connector = CONNECTORS.get(widget.className())
        if connector is None or not connector.fits(field):
            raise ValueError(
                f"{widget.className()} cannot be bound to {name!r} of type {field.type!r}"
            )
        self.node, self.name, self.field = node, name, field
        self.widget, self.connector = widget, connector
        connector.prepare(widget, field)
        self.to_widget()
        # Python's garbage collector would empty a binding that nothing but its node observes with.
        _BOUND.add(self)
        self._tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, self.to_widget)
        if connector.signal is not None:
            widget.connect(connector.signal, self.to_parameter)

    def to_widget(self, *_event: Any) -> None:
        # While a scene is closed, a parameter node is emptied before anybody lets go of it.
        emptied = not isinstance(self.field.kind, NodeKind | UnionKind) and not self.field.is_in(
            self.node, self.name
        )
        if Shiboken.isValid(self.widget) and not emptied:
            self.connector.write(self.widget, self.field, self.field.read(self.node, self.name))

    def to_parameter(self) -> None:
        try:
            value = self.connector.read(self.widget, self.field)
            self.field.write(self.node, self.name, value)
        except ValueError as refusal:
            logging.error(f"{self.name}: {refusal}")

    def stop(self) -> None:
        _BOUND.discard(self)
        self.node.RemoveObserver(self._tag)
        if self.connector.signal is not None and Shiboken.isValid(self.widget):
            self.widget.disconnect(self.connector.signal, self.to_parameter)
