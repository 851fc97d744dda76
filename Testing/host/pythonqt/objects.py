"""What every QObject can do in PythonQt, and what it refuses.

Names that a C++ class does not have cannot be set, constructors take no keywords, dynamic
properties are attributes, and `name` is the object's name.
"""

from __future__ import annotations

import ctypes
import fnmatch
import functools
import inspect
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Property, QObject, SignalInstance

from . import connections
from .declare import write_declared
from .properties import add_properties, as_pythonqt

_set_attribute = ctypes.pythonapi.PyObject_GenericSetAttr
_set_attribute.argtypes = [ctypes.py_object] * 3
_set_attribute.restype = ctypes.c_int

_read = QObject.property
_write = QObject.setProperty
_children = QObject.children
_dynamic_names = QObject.dynamicPropertyNames
BY_SIGNATURE = {"connect": connections.connect, "disconnect": connections.disconnect}


def is_cplusplus(cls: type) -> bool:
    """Whether Slicer's user would meet `cls` as a C++ class: Qt's own, or a stand-in for one."""
    return cls.__module__.startswith(("PySide6.", "host."))


def has_dynamic(instance: QObject, name: str) -> bool:
    return name.encode() in [bytes(known.data()) for known in _dynamic_names(instance)]


def attribute_getter(original: Callable[[QObject, str], Any]) -> Callable[[QObject, str], Any]:
    """`original` is the class's own: it knows which static methods have a twin for instances."""

    def get_attribute(instance: QObject, name: str) -> Any:
        if name in BY_SIGNATURE:
            return functools.partial(BY_SIGNATURE[name], instance)
        try:
            return original(instance, name)
        except AttributeError:
            if not name.startswith("_") and has_dynamic(instance, name):
                return as_pythonqt(_read(instance, name))
            raise

    return get_attribute


def set_attribute(instance: QObject, name: str, value: Any) -> None:
    cls = type(instance)
    declared = inspect.getattr_static(cls, name, None)
    if isinstance(declared, Property):
        write_declared(instance, declared, value)
        return
    if not hasattr(type(declared), "__set__") and not isinstance(value, SignalInstance):
        if declared is None and not name.startswith("_") and has_dynamic(instance, name):
            _write(instance, name, value)
            return
        private = name.startswith("_") and not cls.__module__.startswith("PySide6.")
        if is_cplusplus(cls) and not private:
            raise AttributeError(f"{cls.__name__} has no property {name!r}")
    _set_attribute(instance, name, value)


def without_keywords(cls: type) -> None:
    construct = cls.__init__

    def __init__(self: QObject, *arguments: Any, **keywords: Any) -> None:
        if keywords:
            raise ValueError(f"{cls.__name__} takes no keyword arguments: {sorted(keywords)}")
        construct(self, *arguments)

    cls.__init__ = __init__


def class_names(instance: QObject) -> set[str]:
    return {cls.__name__ for cls in type(instance).__mro__}


def find_children(instance: QObject, kind: Any = "QObject", name: str = "") -> tuple:
    """Descendants of a class, given as the class or its name, and with a name if one is given."""
    wanted = kind if isinstance(kind, str) else kind.__name__
    found = []
    for child in _children(instance):
        if wanted in class_names(child) and (not name or fnmatch.fnmatchcase(child.name, name)):
            found.append(child)
        found.extend(find_children(child, wanted, name))
    return tuple(found)


def find_child(instance: QObject, kind: Any = "QObject", name: str = "") -> QObject | None:
    found = find_children(instance, kind, name)
    return found[0] if found else None


def patch(classes: list[type[QObject]]) -> None:
    """Change Qt's classes once, for the whole process."""
    originals = {cls: cls.__getattribute__ for cls in classes}
    for cls in classes:
        without_keywords(cls)
        cls.__getattribute__ = attribute_getter(originals[cls])
        cls.__setattr__ = set_attribute
        add_properties(cls)
    QObject.name = QObject.__dict__["objectName"]
    QObject.className = lambda self: type(self).__name__
    QObject.children = lambda self: as_pythonqt(_children(self))
    QObject.findChildren = find_children
    QObject.findChild = find_child
