"""Tasks as command lines, and back."""

from pathlib import Path

import pytest

from MedGANSynthLib import tasks
from MedGANSynthLib.cli import build_parser
from MedGANSynthLib.tasks.words import words

TASKS = [
    tasks.Train(preset="scgan", data=Path("a list.json"), out=Path("run"), device="cpu"),
    tasks.Train(preset="p", out=Path("r"), set=("batch=2", "data.size=[32, 32]"), strict=True),
    tasks.ModelsExport(run=Path("r"), out=Path("m"), name="mine", half=True),
    tasks.Translate(inputs=(Path("a.nii"), Path("b.nii")), model="m", out=Path("o")),
    tasks.PresetsList(),
]


@pytest.mark.parametrize("task", TASKS)
def test_the_command_line_makes_the_same_task(task):
    parsed = vars(build_parser().parse_args(words(task)))
    kind = parsed.pop("task")
    for name in ("json", "progress", "debug"):
        parsed.pop(name)
    assert kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in parsed.items()}) == task


def test_what_is_left_at_its_default_is_not_said():
    task = tasks.Train(preset="scgan-debug", out=Path("run"))
    assert words(task) == ["train", "--preset", "scgan-debug", "--out", "run"]
