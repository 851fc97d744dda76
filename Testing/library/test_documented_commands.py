"""Every medgansynth command in the README and in the demo is one that the command line takes."""

import importlib.util
import re
import shlex
import tomllib

import pytest

from MedGANSynthLib.cli import build_parser


def readme_commands(repository):
    text = (repository / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.strip() for line in re.findall(r"^ {4,}medgansynth .*$", text, re.MULTILINE)]


@pytest.fixture
def demo(repository):
    spec = importlib.util.spec_from_file_location("demo", repository / "Resources" / "demo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readme(repository):
    commands = readme_commands(repository)
    assert len(commands) >= 10
    presets = {path.stem for path in (repository / "MedGANSynthLib" / "presets").glob("*.toml")}
    for command in commands:
        parsed = build_parser().parse_args(shlex.split(command)[1:])
        assert getattr(parsed, "preset", None) in {None, *presets}, command


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
