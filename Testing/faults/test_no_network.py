"""No command and nothing of the module opens a socket of the internet.

An audit hook in every Python process that is started, children included, makes AF_INET and AF_INET6
and the look-up of names raise, and writes down that they were asked for: catching the error hides
nothing. What torchrun opens for its ranks is not started here.
"""

import os
import re
import subprocess
import sys

import all_commands
import pytest
from all_commands import COMMANDS

from MedGANSynthLib import cli, tasks

GUARD = """
import os, socket, sys

INTERNET = (socket.AF_INET, socket.AF_INET6)

def refuse(event, arguments):
    if event == "socket.getaddrinfo" or (event == "socket.__new__" and arguments[1] in INTERNET):
        with open(os.environ["OPENED"], "a") as file:
            file.write(f"{sys.argv} {event} {arguments[1:]}\\n")
        raise RuntimeError("a socket of the internet")

sys.addaudithook(refuse)
with open(os.environ["GUARDED"], "a") as file:
    file.write(f"{os.getpid()}\\n")
"""


@pytest.fixture
def guarded(tmp_path):
    """`guarded(arguments)` runs Python and gives the finished process, the sockets that were asked
    for, and the number of processes that the guard stood in."""

    def run(arguments, cwd=tmp_path):
        hook, opened, begun = tmp_path / "hook", tmp_path / "opened", tmp_path / "guarded"
        hook.mkdir()
        (hook / "sitecustomize.py").write_text(GUARD)
        opened.touch()
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=cwd,
            env=os.environ
            | {
                "PYTHONPATH": str(hook),
                "OPENED": str(opened),
                "GUARDED": str(begun),
                "MEDGANSYNTH_MODELS": str(tmp_path / "models"),
            },
        )
        return done, opened.read_text(), len(begun.read_text().split())

    return run


@pytest.mark.parametrize(
    "ask",
    ["socket.socket()", "socket.socket(socket.AF_INET6)", "socket.create_connection(('a.b', 80))"],
)
def test_the_guard_bites(guarded, ask):
    child = f"import socket\ntry:\n    {ask}\nexcept RuntimeError:\n    pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    done, opened, processes = guarded(["-c", code])
    assert (done.returncode, processes) == (0, 2)
    assert len(opened.splitlines()) == 1


def test_local_sockets_are_free(guarded):
    done, opened, _ = guarded(["-c", "import socket; socket.socketpair()"])
    assert (done.returncode, opened) == (0, "")


def test_every_task_has_a_command():
    parser = cli.build_parser()
    named = {parser.parse_args(command).task.command for command in COMMANDS}
    assert named == set(tasks.TASKS)


@pytest.mark.slow
def test_no_command_opens_a_socket(guarded, tmp_path, record_property):
    done, opened, processes = guarded([all_commands.__file__, tmp_path / "work"])
    assert done.returncode == 0, done.stderr
    assert opened == "" and processes >= 1
    record_property("figure", f"0 sockets of the internet in {len(COMMANDS)} commands")


@pytest.mark.slow
def test_the_module_opens_no_socket(guarded, repository, record_property):
    """In all of the module's tests, those with the real worker and a real training among them;
    whether they pass is told elsewhere."""
    done, opened, processes = guarded(
        ["-m", "pytest", "-p", "no:cacheprovider", "-m", "not slow", "Testing/module"], repository
    )
    assert opened == "" and processes >= 10
    tests = int(re.search(r"(\d+) passed", done.stdout)[1])
    assert tests > 300, done.stdout
    record_property("figure", f"0 sockets in {tests} tests of the module, {processes} processes")
