"""The rules that keep the library in shape, held over the source itself."""

import ast
import dataclasses
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from MedGANSynthLib import tasks

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "MedGANSynthLib"
SOURCES = sorted(LIBRARY.rglob("*.py"))

STOREYS = [
    {
        "collective",
        "errors",
        "events",
        "files",
        "foreseen",
        "lifeline",
        "machine",
        "schema",
        "streams",
        "wording",
        "__init__",
    },
    {"report"},
    {"volume"},
    {"networks", "objectives", "data"},
    {"systems", "models"},
    {"inference", "doctor"},
    {"evaluation"},
    {"training", "turing"},
    {"experiments"},
    {"tasks"},
    {"worker"},
    {"cli"},
    {"__main__"},
]
"""Each room may import from the storeys above its own line and from nothing else of ours."""

LEVEL = {room: level for level, rooms in enumerate(STOREYS) for room in rooms}

STANDARD_LIBRARY_ONLY = [
    "cli",
    "data.image_settings",
    "data.label_settings",
    "data.settings",
    "doctor",
    "errors",
    "events",
    "files",
    "foreseen",
    "lifeline",
    "models.catalogue",
    "models.commands",
    "models.located",
    "models.manifest",
    "report.charts",
    "report.page",
    "report.plots",
    "schema",
    "streams",
    "systems.image_settings",
    "systems.registry",
    "systems.settings",
    "tasks",
    "training.command",
    "training.config",
    "training.needs",
    "turing.answers",
    "turing.clearance",
    "turing.order",
    "turing.reading",
    "turing.records",
    "turing.study",
    "wording",
    "volume.contrast",
    "volume.grid",
    "volume.provenance",
    "volume.textheader",
    "worker",
]
"""What the Slicer module imports before anything is installed, and what `--help` needs."""

FORBIDDEN_MODULES = {
    "slicer qt ctk vtk PythonQt": "the library knows nothing of Slicer",
    "pickle cPickle dill cloudpickle joblib shelve marshal": "no pickle, ever",
    "socket socketserver http urllib requests ftplib smtplib": "no network",
    "imp code codeop runpy": "no code from data",
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}


def room(path: Path) -> str:
    """The room of a source file: its folder, or its own name at the top."""
    first = path.relative_to(LIBRARY).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> list[tuple[int, str]]:
    """Absolute names of all modules that a file imports, wherever in it, with their lines."""
    package = ("MedGANSynthLib", *path.relative_to(LIBRARY).parts[:-1])
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = [*base, *(node.module or "").split(".")] if node.module else base
            found += [(node.lineno, ".".join([*module, alias.name])) for alias in node.names]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(LIBRARY)))
def test_arrows_point_one_way(path):
    here = room(path)
    wrong = []
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] != "MedGANSynthLib":
            continue
        there = parts[1] if len(parts) > 1 and parts[1] in LEVEL else "__init__"
        if there != here and LEVEL[there] >= max(LEVEL[here], 1):
            wrong.append(f"line {line}: {here} imports {name}")
    assert not wrong


def test_every_room_has_a_storey():
    rooms = {room(path) for path in SOURCES} - {"presets"}  # presets holds TOML only
    assert rooms <= set(LEVEL)


def test_tasks_name_lower_rooms():
    for task in tasks.TASKS.values():
        assert LEVEL[task.function.split(":")[0].split(".")[0]] < LEVEL["tasks"], task.command


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(LIBRARY)))
def test_no_forbidden_module_or_call(path):
    banned = {m: why for names, why in FORBIDDEN_MODULES.items() for m in names.split()}
    wrong = [
        f"line {line}: {name} ({banned[name.split('.')[0]]})"
        for line, name in imports(path)
        if name.split(".")[0] in banned
    ]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        function = ast.unparse(node.func)
        keywords = {k.arg: ast.unparse(k.value) for k in node.keywords}
        if function in FORBIDDEN_CALLS or function == "os.system":
            wrong.append(f"line {node.lineno}: {function}()")
        if function == "torch.load" and keywords.get("weights_only") != "True":
            wrong.append(f"line {node.lineno}: torch.load without weights_only=True")
        if keywords.get("allow_pickle") == "True" or keywords.get("shell") == "True":
            wrong.append(f"line {node.lineno}: {function}({keywords})")
        if function.endswith((".extractall", ".extract")):
            wrong.append(f"line {node.lineno}: {function}() trusts an archive's names")
    assert not wrong


@pytest.mark.parametrize("module", STANDARD_LIBRARY_ONLY)
def test_imports_with_the_standard_library_alone(module, bare_python):
    done = bare_python(
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import MedGANSynthLib.{module}"
    )
    assert done.returncode == 0, done.stderr


def test_help_imports_neither_numpy_nor_torch():
    code = (
        "import sys\n"
        "from MedGANSynthLib.cli import build_parser\n"
        "build_parser().format_help()\n"
        "heavy = {'numpy', 'torch', 'monai', 'scipy', 'SimpleITK', 'nibabel'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_listed_packages_are_those_on_disk():
    with open(ROOT / "pyproject.toml", "rb") as file:
        setuptools = tomllib.load(file)["tool"]["setuptools"]
    on_disk = {
        ".".join(init.parent.relative_to(ROOT).parts) for init in LIBRARY.rglob("__init__.py")
    }
    assert set(setuptools["packages"]) == on_disk | {"MedGANSynthLib.Resources"}
    folders = {p.parent for p in SOURCES}
    assert all((folder / "__init__.py").is_file() for folder in folders)


@pytest.mark.parametrize("task", tasks.TASKS.values(), ids=tasks.TASKS)
def test_a_tasks_fields_are_its_functions_arguments(task):
    module, name = task.function.split(":")
    source = LIBRARY.joinpath(*module.split(".")).with_suffix(".py")
    tree = ast.parse(source.read_text(encoding="utf-8"))
    (function,) = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    arguments = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
    assert set(arguments) == {f.name for f in dataclasses.fields(task)} | {"events"}
