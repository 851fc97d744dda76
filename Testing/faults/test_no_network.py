"""No command and nothing of the module opens a socket of the internet.

An audit hook in every Python process that is started, children included, makes AF_INET and AF_INET6
and the look-up of names raise, and writes down that they were asked for: catching the error hides
nothing. What torchrun opens for its ranks is not started here.
"""

import os
import subprocess
import sys

import pytest

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

COMMANDS = """
datalist --phantom 2 --validation 0.5 -o data.json
presets list
presets show cyclegan-t1-t2-debug
data check -p cyclegan-t1-t2-debug --data data.json
models list
models show t1-t2-brain
models verify t1-t2-brain
doctor
train -p cyclegan-t1-t2-debug -o run --set images=8 workers=1 intervals.preview=0 objective.pool=0 \
    data.phantoms=2 data.size=[32,32] networks.generator.options={width=4,levels=5,dropout=0.0}
models export run -o package --name mine --checkpoint last
models add package
models remove mine
translate phantoms/sub-phantom0000_t1.nii.gz -m t1-t2-brain -o t2.nii.gz --device cpu
provenance t2.nii.gz
evaluate paired t2.nii.gz --targets phantoms/sub-phantom0000_t2.nii.gz -o paired
export-dicom t2.nii.gz -o dicom
study sizes
study demo -o study --cases 8
""".replace("\\\n", "")

RUN = """
import shlex, sys
from MedGANSynthLib import cli
for line in sys.stdin.read().strip().splitlines():
    code = cli.main(shlex.split(line))
    if code != 0:
        sys.exit(f"{line}: exit code {code}")
"""


@pytest.fixture
def guarded(tmp_path):
    """`guarded(arguments, stdin)` runs Python and gives the finished process, the sockets that were
    asked for, and the number of processes that the guard stood in."""

    def run(arguments, text="", cwd=tmp_path):
        hook, opened, begun = tmp_path / "hook", tmp_path / "opened", tmp_path / "guarded"
        hook.mkdir()
        (hook / "sitecustomize.py").write_text(GUARD)
        opened.touch()
        done = subprocess.run(
            [sys.executable, *arguments],
            input=text,
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


@pytest.mark.slow
def test_no_command_opens_a_socket(guarded, record_property):
    done, opened, processes = guarded(["-c", RUN], COMMANDS)
    assert done.returncode == 0, done.stderr
    assert opened == "" and processes >= 1
    commands = len(COMMANDS.strip().splitlines())
    record_property("figure", f"0 sockets of the internet in {commands} commands")


@pytest.mark.slow
def test_the_module_opens_no_socket(guarded, repository, record_property):
    """The module's own test, and a translation from node to node through the real worker."""
    tests = [
        "module/test_module.py::test_the_self_test_of_the_module",
        "module/test_real_run.py::test_the_node_holds_what_the_command_line_writes",
    ]
    tests = [f"Testing/{test}" for test in tests]
    done, opened, processes = guarded(
        ["-m", "pytest", "-p", "no:cacheprovider", *tests], "", repository
    )
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    assert opened == "" and processes >= 2
    record_property("figure", f"0 sockets of the internet in the module's {processes} processes")
