"""A wrong file for every path that any Task takes: refused in one sentence, and nothing written."""

import dataclasses
import random
import time
import typing
from pathlib import Path

import pytest

from MedGANSynthLib import cli, tasks
from MedGANSynthLib.tasks.words import flag

RESULTS = ("out", "key")
"""Fields that name what is written."""
WORDS = {"model": "t1-t2-brain", "preset": "cyclegan-t1-t2-debug"}
MORE = {"models import-alpha-wgan": ["--spacing", "1", "1", "1"]}
WRONG = ("missing", "folder", "junk.nii", "junk.json", "self", "junk.nii/below")


def fields(task):
    """Of each field: its name, its scalar type, whether it is required, whether it has no flag."""
    hints = typing.get_type_hints(task)
    for field in dataclasses.fields(task):
        required = field.default is dataclasses.MISSING
        kind, _many = cli._kind(hints[field.name])
        yield field.name, kind, required, field.metadata.get("positional", False)


READ = [
    (command, name)
    for command, task in tasks.TASKS.items()
    for name, kind, _, _ in fields(task)
    if kind is Path and name not in RESULTS
]


def arguments(command, wrong_field, wrong):
    """A command line that is right but for one file, as far as can be known here."""
    plain, flagged = [], []
    for name, kind, required, positional in fields(tasks.TASKS[command]):
        if name == wrong_field:
            value = wrong
        elif not required:
            continue
        elif kind is Path:
            value = "new" if name in RESULTS else "folder"
        else:
            value = WORDS.get(name, "1")
        (plain if positional else flagged).extend([value] if positional else [flag(name), value])
    return [*command.split(), *plain, *flagged, *MORE.get(command, [])]


@pytest.fixture
def place(tmp_path, monkeypatch):
    draws = random.Random(0)
    (tmp_path / "folder").mkdir()
    for name in ("junk.nii", "junk.json", "folder/junk"):
        (tmp_path / name).write_bytes(draws.randbytes(4000))
    (tmp_path / "self").symlink_to("self")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(tmp_path / "models"))
    return tmp_path


@pytest.mark.parametrize(("command", "name"), READ, ids=lambda word: word.replace(" ", "-"))
def test_a_wrong_file_is_refused(place, capsys, command, name):
    before = sorted(place.rglob("*"))
    for wrong in WRONG:
        started = time.monotonic()
        assert cli.main(arguments(command, name, wrong)) == 1, wrong
        assert time.monotonic() - started < 10
        said = "".join(capsys.readouterr())
        assert "internal error" not in said and "Traceback" not in said, (wrong, said)
        assert said.strip(), wrong
        assert sorted(place.rglob("*")) == before, wrong


def test_most_tasks_read_files():
    assert len({command for command, _ in READ}) > 20 and len(READ) > 40
