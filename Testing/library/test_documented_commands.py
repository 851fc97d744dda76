"""What the README, the pages in Resources/Docs and the demo say can be done as they say it."""

import importlib.util
import re
import shlex
import tomllib

import pytest

from MedGANSynthLib import cli
from MedGANSynthLib.cli import build_parser
from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.write import write


def pages(repository):
    return [repository / "README.md", *sorted((repository / "Resources" / "Docs").glob("*.md"))]


def commands_in(page, section=""):
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    text = text.partition(f"\n## {section}")[2].partition("\n## ")[0] if section else text
    return [line.strip() for line in re.findall(r"^ {4,}medgansynth .*$", text, re.MULTILINE)]


@pytest.fixture
def demo(repository):
    spec = importlib.util.spec_from_file_location("demo", repository / "Resources" / "demo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_commands(repository):
    commands = [command for page in pages(repository) for command in commands_in(page)]
    assert len(commands) >= 30
    presets = {path.stem for path in (repository / "MedGANSynthLib" / "presets").glob("*.toml")}
    for command in commands:
        parsed = build_parser().parse_args(shlex.split(command)[1:])
        assert getattr(parsed, "preset", None) in {None, *presets}, command


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "section"),
    [("README.md", "Tutorial"), ("Resources/Docs/generating.md", "Scans of nobody")],
)
def test_commands_on_phantoms_run_as_they_stand(repository, tmp_path, monkeypatch, page, section):
    """All that name nothing but what earlier ones wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(tmp_path / "models"))
    commands = [c for c in commands_in(repository / page, section) if "work/" in c]
    assert len(commands) >= 6
    for command in commands:
        assert cli.main(shlex.split(command)[1:]) == 0, command


def test_the_readmes_python_runs(repository, tmp_path, monkeypatch):
    section = (repository / "README.md").read_text(encoding="utf-8").partition("From Python:")[2]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    monkeypatch.chdir(tmp_path)
    write(head_phantom(0, (64, 64, 3), (3.2, 3.2, 5.0))["t1"], tmp_path / "t1.nii.gz")
    exec(compile(code, "README.md", "exec"), {})
    assert read(tmp_path / "t2.nii.gz").provenance.model == "t1-t2-brain"


def test_names_and_links_exist(repository):
    for page in pages(repository):
        text = page.read_text(encoding="utf-8")
        for name, module in re.findall(r"`(\w+)`\s\(`(MedGANSynth[\w.]+)`\)", text):
            file = next(repository.glob(f"*/{module.replace('.', '/')}.py"), None)
            file = file or repository / f"{module.replace('.', '/')}.py"
            assert f"class {name}(" in file.read_text(encoding="utf-8"), f"{page.name}: {name}"
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_demo(demo, monkeypatch, tmp_path):
    steps = []
    monkeypatch.setattr(demo, "run", steps.append)
    monkeypatch.setattr(demo, "draw", lambda: steps.append("draw"))
    monkeypatch.setattr(demo, "show", lambda: steps.append("show"))
    monkeypatch.chdir(tmp_path)  # main changes folder; this brings the old one back
    demo.main()
    *commands, drawn, shown = steps
    assert (drawn, shown) == ("draw", "show")
    tasks = [build_parser().parse_args(shlex.split(c)).task.command for c in commands]
    assert tasks == ["datalist", "translate", "evaluate paired"]


def test_the_demo_explains_every_figure_that_it_prints(demo):
    from MedGANSynthLib.evaluation.paired import HEADLINE

    lines = [line.split() for line in demo.MEANING.splitlines() if line.startswith("  ")]
    assert [line[0] for line in lines] == list(HEADLINE)


def test_the_demo_draws_what_the_commands_write(demo, monkeypatch, tmp_path):
    """With the phantom's own T2 in place of a translation."""
    from MedGANSynthLib import tasks

    monkeypatch.chdir(tmp_path)
    tasks.run(
        tasks.MakeDatalist(out=demo.OUT / "phantom.json", phantom=1, seed=demo.SEED, validation=0)
    )
    demo.SYNTHETIC.write_bytes((tmp_path / f"{demo.PERSON}_t2.nii.gz").read_bytes())
    demo.draw()
    rows, columns = 3, len(demo.SLICES)
    picture = read_png(demo.PICTURE)
    assert picture.shape == (rows * (256 + 2) + 2, columns * (256 + 2) + 2)
    assert picture.std() > 20


def read_png(path):
    import SimpleITK as sitk

    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def test_the_console_script_is_the_parsers_program(repository):
    with open(repository / "pyproject.toml", "rb") as file:
        assert tomllib.load(file)["project"]["scripts"] == {
            "medgansynth": "MedGANSynthLib.cli:main"
        }
    assert build_parser().prog == "medgansynth"
