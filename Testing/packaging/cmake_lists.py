"""`make cmake-lists`: writes every file list and address that CMake and the Extensions Index need.

Each CMakeLists.txt names its files one by one, as Slicer's build wants it. The repository's address
stands in pyproject.toml and nowhere else.
"""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BRANCH = "main"


def files(folder: str, *patterns: str) -> list[str]:
    """Files below `folder` that match, relative to it, sorted."""
    base = ROOT / folder
    found = {p for pattern in patterns for p in base.glob(pattern) if p.is_file()}
    names = sorted(p.relative_to(base).as_posix() for p in found)
    return [name for name in names if "__pycache__" not in name]


def file_lists() -> dict[tuple[str, str], list[str]]:
    """What each list holds, by folder of the CMakeLists.txt and name of the variable."""
    return {
        ("MedGANSynthLib", "LIBRARY_PYTHON_SCRIPTS"): files("MedGANSynthLib", "**/*.py"),
        ("MedGANSynthLib", "LIBRARY_PYTHON_RESOURCES"): files("MedGANSynthLib", "**/*.toml"),
        ("MedGANSynth", "MODULE_PYTHON_SCRIPTS"): files("MedGANSynth", "**/*.py"),
        ("MedGANSynth", "MODULE_PYTHON_RESOURCES"): files("MedGANSynth", "Resources/**/*"),
    }


def addresses() -> dict[str, str]:
    """The addresses in the top CMakeLists.txt; its screenshots are those of the pages."""
    home = repository()
    raw = f"{home.replace('https://github.com', 'https://raw.githubusercontent.com')}/{BRANCH}"
    pages = [ROOT / "README.md", *sorted((ROOT / "Resources" / "Docs").glob("*.md"))]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    pictures = re.findall(r"\]\((?:Resources|\.\.)/Screenshots/([^)]+)\)", text)
    return {
        "EXTENSION_HOMEPAGE": home,
        "EXTENSION_ICONURL": f"{raw}/Resources/Icons/MedGANSynth.png",
        "EXTENSION_SCREENSHOTURLS": " ".join(f"{raw}/Resources/Screenshots/{p}" for p in pictures),
    }


def repository() -> str:
    """The one address."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"]


def index_entry() -> dict[str, object]:
    """`MedGANSynth.json`, as the Extensions Index takes it."""
    schema = "slicer-extension-catalog-entry-schema-v1.0.1.json"
    return {
        "$schema": f"https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/{schema}#",
        "build_dependencies": ["PyTorch"],
        "build_subdirectory": ".",
        "category": "Image Synthesis",
        "scm_revision": BRANCH,
        "scm_url": f"{repository()}.git",
        "tier": 1,
    }


def texts() -> dict[Path, str]:
    """Every file that this program writes, as it should be."""
    made: dict[Path, str] = {}
    for (folder, variable), names in file_lists().items():
        path = ROOT / folder / "CMakeLists.txt"
        text = made.get(path) or path.read_text(encoding="utf-8")
        block = "".join(f"\n  {name}" for name in names)
        made[path] = _replace(rf"set\({variable}\b[^)]*\)", f"set({variable}{block}\n  )", text)
    path = ROOT / "CMakeLists.txt"
    text = path.read_text(encoding="utf-8")
    for variable, value in addresses().items():
        text = _replace(rf'set\({variable} "[^"]*"\)', f'set({variable} "{value}")', text)
    made[path] = text
    made[ROOT / "MedGANSynth.json"] = json.dumps(index_entry(), indent=2) + "\n"
    return made


def _replace(pattern: str, value: str, text: str) -> str:
    text, count = re.subn(pattern, lambda match: value, text)
    if count != 1:
        raise SystemExit(f"{pattern} occurs {count} times; once is right")
    return text


if __name__ == "__main__":
    for file, text in texts().items():
        file.write_text(text, encoding="utf-8", newline="\n")
