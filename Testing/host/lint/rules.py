"""The rules, over the syntax tree of one file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from . import names


class Finding(NamedTuple):
    line: int
    rule: str
    text: str


def check(source: str) -> list[Finding]:
    """Everything wrong in a module's source, in the order of its lines."""
    tree = ast.parse(source)
    found = set(imports(tree)) | set(int64_volumes(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found |= set(attribute(node))
        elif isinstance(node, ast.Call):
            found |= set(call(node)) | set(connection(node)) | set(translation(node))
        elif isinstance(node, ast.Subscript | ast.Assign):
            found |= set(file_dialog(node))
    return sorted(found)


def dotted(node: ast.expr) -> str:
    """ "qt.Qt.AlignLeft" for that expression, "" for what is not a name with dots."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""


def is_qt_class(name: str) -> bool:
    return name.startswith(("qt.Q", "ctk.ctk", "slicer.qMRML", "slicer.qSlicer"))


def imports(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            packages = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            packages = [node.module or ""]
        else:
            continue
        if isinstance(node, ast.ImportFrom) and node.module in ("qt", "ctk"):
            yield Finding(node.lineno, "import", f"write qt.{node.names[0].name}, import qt whole")
        for package in packages:
            top = package.partition(".")[0]
            if top in names.FORBIDDEN_IMPORTS:
                yield Finding(node.lineno, "import", f"{top}: {names.FORBIDDEN_IMPORTS[top]}")
            elif node in tree.body and not names.may_be_imported_at_file_scope(top):
                yield Finding(node.lineno, "import", f"{top} may be missing: import it where used")


def attribute(node: ast.Attribute) -> Iterator[Finding]:
    parts = dotted(node).split(".")
    if node.attr in names.ATTRIBUTES_OF_ONE_QT:
        yield Finding(node.lineno, "one Qt only", node.attr)
    if parts[0] != "qt":
        return
    if len(parts) == 2 and parts[1] in names.PYSIDE_ONLY:
        yield Finding(node.lineno, "PySide only", dotted(node))
    if len(parts) == 2 and parts[1] in names.QT5_ONLY | names.QT6_ONLY:
        yield Finding(node.lineno, "one Qt only", dotted(node))
    if len(parts) == 4 and names.is_scoped_enumeration(parts[1], parts[2]):
        yield Finding(node.lineno, "one Qt only", f"write qt.{parts[1]}.{parts[3]}")


def call(node: ast.Call) -> Iterator[Finding]:
    name = dotted(node.func)
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if node.keywords and (is_qt_class(name) or method in names.QT_METHODS):
        yield Finding(node.lineno, "keywords", f"{name or method} takes no keywords")
    if name in ("isinstance", "issubclass") and len(node.args) == 2:
        kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        for kind in kinds:
            if is_qt_class(dotted(kind)):
                yield Finding(node.lineno, "isinstance", f"{dotted(kind)}: always False in Slicer")
    if not (node.args or node.keywords) and method in names.properties():
        yield Finding(node.lineno, "property", f".{method}() is a property: .{method}")


def connection(node: ast.Call) -> Iterator[Finding]:
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if method not in ("connect", "disconnect") or not node.args:
        return
    signal = node.args[0]
    if isinstance(signal, ast.Constant) and isinstance(signal.value, str):
        if "(" not in signal.value:
            yield Finding(node.lineno, "signal", f"{signal.value!r} lacks its arguments")
        if signal.value.replace(" ", "") in names.SIGNALS_OF_ONE_QT:
            yield Finding(node.lineno, "one Qt only", signal.value)


def translation(node: ast.Call) -> Iterator[Finding]:
    if dotted(node.func) in ("_", "translate") and node.args:
        text = node.args[-1]
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            yield Finding(node.lineno, "translation", "only a literal string can be translated")


def file_dialog(node: ast.Subscript | ast.Assign) -> Iterator[Finding]:
    """PySide answers with (path, filter), PythonQt with the path."""
    value = node.value
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return
    unpacked = isinstance(node, ast.Subscript) or isinstance(node.targets[0], ast.Tuple)
    if unpacked and value.func.attr in names.FILE_DIALOGS:
        yield Finding(node.lineno, "file dialog", f"{value.func.attr} gives the path alone")


def says_int64(node: ast.AST) -> bool:
    """Whether an expression names a 64-bit integer type: numpy.int64, dtype=int, astype(int)."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and inner.attr in ("int64", "uint64", "intp", "int_"):
            return True
        if isinstance(inner, ast.Constant) and inner.value in ("int64", "uint64", "int"):
            return True
        if isinstance(inner, ast.keyword) and inner.arg == "dtype" and dotted(inner.value) == "int":
            return True
        converts = isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") == "astype"
        if converts and any(dotted(argument) == "int" for argument in inner.args):
            return True
    return False


def int64_volumes(tree: ast.Module) -> Iterator[Finding]:
    """MRML has no volumes of 64-bit integers. Names are followed to their assignments."""
    wide = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and says_int64(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func).rpartition(".")[2]
            if name in ("updateVolumeFromArray", "addVolumeFromArray") and any(
                says_int64(argument) or dotted(argument) in wide for argument in node.args
            ):
                yield Finding(node.lineno, "int64", f"{name} refuses 64-bit integers")
