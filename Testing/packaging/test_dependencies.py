"""SECURITY.md names every package that is needed, its licence, and the oldest that will do."""

import ast
import importlib.metadata
import re
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("baselines", "tensorboard")
OURS = {"MedGANSynth", "MedGANSynthLib", "MedGANSynthPanels"}
SLICERS = {"ctk", "qt", "slicer", "vtk", "PyTorchUtils", "SampleData"}
"""Modules of 3D Slicer itself; what else its Python brings along stands in the page."""
WITH_CUDA = re.compile(r"nvidia-|cuda-|triton")
"""What only a build of torch with CUDA needs; the page names them together."""


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "SECURITY.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(repository):
    with open(repository / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]


@pytest.fixture(scope="module")
def listed(page):
    """Licences by package, as the page names them."""
    rows = re.findall(r"^\| (\S+) \| [\d.]+ \| .* \| (.+) \|$", page, re.MULTILINE)
    found = {canonicalize_name(name): licence for name, licence in rows}
    found |= {
        canonicalize_name(name): licence
        for name, licence in re.findall(r"([\w-]+) [\d.]+ \((\S+)\) for\s", page)
    }
    table = page.partition("What these need in turn")[2]
    for licence, names in re.findall(r"^\| (\S.*?) \| ([a-z].*) \|$", table, re.MULTILINE):
        found |= {canonicalize_name(name): licence for name in names.split(", ")}
    found.pop("packages")
    return found


def closure(project):
    """Every distribution that is installed with the package and its wishes, tests aside."""
    wanted = [Requirement(text) for text in project["dependencies"]]
    for extra in EXTRAS:
        wanted += [Requirement(text) for text in project["optional-dependencies"][extra]]
    found = {}
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if name in found or WITH_CUDA.match(name):
            continue
        found[name] = importlib.metadata.distribution(name)
        for text in found[name].requires or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                wanted.append(needed)
    return found


def licence_of(distribution):
    about = distribution.metadata
    classifiers = [c for c in about.get_all("Classifier", []) if c.startswith("License")]
    return " ".join(
        [about.get("License-Expression") or "", (about.get("License") or "")[:100], *classifiers]
    )


def test_every_package_is_listed_with_its_licence(project, listed):
    needed = closure(project)
    assert len(needed) > 20
    assert set(listed) == set(needed)
    for name, distribution in needed.items():
        said, true = listed[name], licence_of(distribution)
        words = {word.partition("-")[0] for word in said.split(" or ")}
        assert any(word in true for word in words), (name, said, true)


def test_floors_are_those_of_the_package(project, page):
    texts = [*project["dependencies"]]
    for extra in EXTRAS:
        texts += project["optional-dependencies"][extra]
    for text in texts:
        name, _, floor = text.partition(">=")
        row = rf"(^\| |\b){re.escape(name)}( \| | ){re.escape(floor)}( \||\s\()"
        assert re.search(row, page, re.MULTILINE), text


def imported(folder):
    """Names of the packages that the code below a folder imports."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - OURS


def test_nothing_else_is_imported(repository, project, listed):
    there = importlib.metadata.packages_distributions()
    names = imported(repository / "MedGANSynthLib") | imported(repository / "MedGANSynth")
    assert {"torch", "numpy", "nibabel", "qt", "slicer"} <= names
    for name in names - SLICERS:
        assert canonicalize_name(there[name][0]) in listed, name
