import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from MedGANSynthLib import cli, tasks
from MedGANSynthLib.errors import Cancelled, MedGANSynthError
from MedGANSynthLib.tasks import words


@pytest.fixture
def answer(monkeypatch):
    """Makes every task return (or raise) what is given, and keeps the task."""
    kept = []

    def set_answer(value):
        def run(task, events):
            kept.append(task)
            events.progress(0.5, "half way")
            if isinstance(value, BaseException):
                raise value
            return value

        monkeypatch.setattr(tasks, "run", run)
        return kept

    return set_answer


SHOW = ["presets", "show", "debug"]


def test_a_command_line_becomes_a_task(answer):
    kept = answer({})
    arguments = "translate a.nii b.nii -m t1-t2-brain -o out --direction t2-to-t1 --batch 4"
    assert cli.main([*arguments.split(), "--input", "t1=x.nii", "flair=y.nii"]) == 0
    assert kept == [
        tasks.Translate(
            inputs=(Path("a.nii"), Path("b.nii")),
            model="t1-t2-brain",
            out=Path("out"),
            direction="t2-to-t1",
            batch=4,
            input=("t1=x.nii", "flair=y.nii"),
        )
    ]


def test_options_that_take_many_may_be_repeated(answer):
    kept = answer({})
    arguments = "datalist -o l.json --folder t1=a --folder t2=b --validation 0.2"
    cli.main(arguments.split())
    assert kept == [tasks.MakeDatalist(out=Path("l.json"), folder=("t1=a", "t2=b"), validation=0.2)]


def test_without_options_a_task_has_its_defaults(answer):
    kept = answer({})
    cli.main(["datalist", "-o", "l.json"])
    assert kept == [tasks.MakeDatalist(out=Path("l.json"))]


@pytest.mark.parametrize("task", tasks.TASKS.values(), ids=tasks.TASKS)
def test_every_command_has_help_for_every_field(task, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main([*task.command.split(), "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    for field in dataclasses.fields(task):
        shown = field.name if field.metadata.get("positional") else words.flag(field.name)
        assert shown in text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({}, 0),
        ({"failed": 0}, 0),
        ({"failed": 2}, 1),
        (MedGANSynthError("x.nii: is broken; mend it."), 1),
        (RuntimeError("a defect"), 1),
        (Cancelled("stopped."), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(answer, value, code):
    answer(value)
    assert cli.main(SHOW) == code


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["models"], ["translate", "a.nii"], ["datalist", "--seed", "x"]]
)
def test_wrong_usage_is_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert "usage: medgansynth" in capsys.readouterr().err


def test_an_error_is_one_sentence_on_standard_error(answer, capsys):
    answer(MedGANSynthError("x.nii: is broken; mend it."))
    cli.main(SHOW)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "medgansynth: x.nii: is broken; mend it.\n"


def test_a_defect_is_one_sentence_too_and_debug_shows_more(answer, capsys):
    answer(RuntimeError("a defect"))
    cli.main(SHOW)
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "internal error (RuntimeError: a defect)" in err
    with pytest.raises(RuntimeError):
        cli.main([*SHOW, "--debug"])


def test_json_result(answer, capsys):
    answer({"rows": [{"a": 1}], "text": "x"})
    cli.main([*SHOW, "--json"])
    assert json.loads(capsys.readouterr().out) == {"rows": [{"a": 1}], "text": "x"}


def test_progress_as_json_lines_ends_with_the_result(answer, capsys):
    answer({"outputs": ["y"]})
    cli.main([*SHOW, "--progress", "json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["progress", "done"]
    assert lines[-1]["result"] == {"outputs": ["y"]}


def test_progress_as_json_lines_ends_with_the_error(answer, capsys):
    answer(Cancelled("stopped."))
    cli.main([*SHOW, "--progress", "json"])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last == {"event": "error", "text": "stopped.", "cancelled": True}


def test_rows_are_printed_as_a_table():
    rows = [{"name": "a", "value": 0.123456, "list": [1, 2]}, {"name": "long", "value": None}]
    assert cli.render({"text": "two", "rows": rows}) == (
        "two\nname  value   list\na     0.1235  1, 2\nlong"
    )
    assert cli.render({"mean": 1.5, "cases": 3}) == "mean: 1.5\ncases: 3"
    assert cli.render({"bias": -0.0, "slope": -0.5}) == "bias: 0\nslope: -0.5"


def test_a_closed_pipe_ends_quietly(tmp_path):
    """`medgansynth presets list | head -0`."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "MedGANSynthLib", "models", "list"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"MEDGANSYNTH_MODELS": str(tmp_path)},
        )
    assert "Traceback" not in done.stderr


def test_version(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.startswith("medgansynth 0.")


def test_sigterm_unwinds_like_ctrl_c():
    with pytest.raises(KeyboardInterrupt):
        cli._interrupt(15, None)
