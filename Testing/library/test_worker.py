"""The worker as what it is: a child process that is spoken to through pipes."""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from MedGANSynthLib import worker

PATIENCE_S = 300  # of a busy machine that imports torch
WITHOUT_TORCH = """
import os, signal, sys, time
sys.modules["torch"] = None
from dataclasses import dataclass
from pathlib import Path
from MedGANSynthLib import errors, files, tasks, worker

def hang(out, deaf, events):
    with files.whole_file(out) as temporary:
        temporary.write_text("half")
        events.progress(0.5)
        if deaf:  # as in one long convolution
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        time.sleep(600)

def chat(events):
    print("from print")
    os.write(1, b"from C\\n")
    os.system("echo from a child")
    return {}

def fail(kind, events):
    raise {
        "memory": MemoryError(),
        "gpu": errors.GpuTooSmall("too small."),
        "defect": ZeroDivisionError("x"),
        "exit": SystemExit(3),
    }[kind]

@dataclass(frozen=True, kw_only=True)
class Hang(tasks.Task):
    out: Path
    deaf: bool = False
    function = "here:hang"

@dataclass(frozen=True, kw_only=True)
class Chat(tasks.Task):
    function = "here:chat"

@dataclass(frozen=True, kw_only=True)
class Fail(tasks.Task):
    kind: str
    function = "here:fail"

sys.modules["MedGANSynthLib.here"] = sys.modules["__main__"]
tasks.TASKS.update(hang=Hang, chat=Chat, fail=Fail)
worker.main()
"""


class Child:
    """A worker at the other end of two pipes."""

    def __init__(self, folder, command, **options):
        self.errors = folder / "stderr.txt"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, **options
            )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def send(self, text):
        self.process.stdin.write((text if isinstance(text, bytes) else text.encode()) + b"\n")
        self.process.stdin.flush()

    def ask(self, task, id=None, **fields):
        self.send(json.dumps({"id": id, "task": task, "fields": fields}))

    def answer(self, *kinds):
        """The next event, or the next of one of `kinds`."""
        while True:
            event = self.lines.get(timeout=PATIENCE_S)
            if not kinds or event["event"] in kinds:
                return event

    def last(self, task, id="x", **fields):
        """Ask, and wait for the last event of this Task."""
        self.ask(task, id, **fields)
        event = self.answer("done", "error")
        assert event["id"] == id
        return event

    def ends(self, seconds):
        """The exit code, if the process ends in time."""
        return self.process.wait(timeout=seconds)


@pytest.fixture
def start(tmp_path, repository):
    """`start()` -> a worker without torch, with Tasks that misbehave; it is ready."""
    children = []

    def make(prefix=()):
        script = tmp_path / "child.py"
        script.write_text(WITHOUT_TORCH)
        environment = os.environ | {"PYTHONPATH": str(repository)}
        child = Child(tmp_path, [*prefix, sys.executable, str(script)], env=environment)
        children.append(child)
        child.ready = child.answer("ready")
        return child

    yield make
    for child in children:
        child.process.kill()
        child.process.wait()


def test_without_torch_it_says_so_and_does_what_it_can(start):
    child = start()
    assert child.ready["problem"].startswith("torch is not installed; `medgansynth doctor`")
    assert child.ready["pid"] == child.process.pid
    assert child.last("presets list")["event"] == "done"
    error = child.last("translate", inputs=["a.nii"], model="m", out="b.nii")
    assert (error["event"], error["cancelled"]) == ("error", False)
    assert error["text"].startswith("torch is not installed")


@pytest.mark.parametrize(
    ("line", "id", "words"),
    [
        (b"garbage", None, "not valid JSON"),
        (b"\xff\x00{", None, "not valid JSON"),
        (b"", None, "not valid JSON"),
        (b"[" * 5000, None, "standard input: n"),
        (b"7", None, "must be a table"),
        (b'{"id": 5}', 5, "the key task is missing"),
        (b'{"id": "a", "task": "fly"}', "a", "unknown task 'fly'; known: translate,"),
        (b'{"id": "b", "task": "models list", "code": 1}', "b", 'unknown key "code"'),
        (
            b'{"id": "c", "task": "models show", "fields": {"x": 1}}',
            "c",
            "models show: unknown key",
        ),
        (b'{"id": "d", "task": "models show", "fields": {"model": 1}}', "d", "must be a text"),
        (b'{"id": "e", "task": "models show", "fields": []}', "e", "fields must be a table"),
        (b'{"id": {}, "task": "models list"}', None, "id must be"),
        (b'{"task": "' + b"x" * worker.MAX_LINE + b'"}', None, "is the most"),
    ],
)
def test_a_line_that_is_no_task(line, id, words):
    job = worker.read_job(line)
    assert job.task is None and job.id == id
    assert words in job.problem and "\n" not in job.problem


def test_nothing_that_goes_wrong_ends_it(start):
    child = start()
    for line in (b"garbage", b"\xff\x00", b"{}", b"[" * 5000):
        child.send(line)
        assert child.answer()["event"] == "error"
    assert "not enough memory" in child.last("fail", kind="memory")["text"]
    assert child.last("fail", kind="gpu")["gpu_too_small"] is True
    assert "internal error (ZeroDivisionError: x)" in child.last("fail", kind="defect")["text"]
    assert "internal error (SystemExit" in child.last("fail", kind="exit")["text"]
    assert child.last("models show", model="none such")["text"].startswith("none such: no model")
    assert child.last("presets list")["event"] == "done"
    child.send('{"task": "quit"}')
    assert child.ends(10) == 0
    assert "ZeroDivisionError" in child.errors.read_text()


def test_standard_output_holds_events_only(start):
    child = start()
    assert child.last("chat")["event"] == "done"
    assert child.last("chat", id="second")["event"] == "done"
    assert child.errors.read_text().count("from") == 6


def test_quit_comes_after_the_tasks_before_it(start):
    child = start()
    child.ask("presets list", "1")
    child.ask("presets list", "2")
    child.send('{"task": "quit"}')
    child.process.stdin.close()
    assert [child.answer("done")["id"] for _ in range(2)] == ["1", "2"]
    assert child.ends(10) == 0


def test_the_end_of_input_ends_it(start):
    child = start()
    child.process.stdin.close()
    assert child.ends(10) == 0


def hanging(child, folder, **fields):
    """Start a Task that never ends, in the middle of writing a file."""
    child.ask("hang", "h", out=str(folder / "made" / "x.nii"), **fields)
    assert child.answer("progress")["fraction"] == 0.5
    assert len(list((folder / "made").iterdir())) == 1


def emptied(folder):
    return not any((folder / "made").iterdir())


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize("how", ["end of input", "SIGTERM"])
def test_the_end_in_the_middle_of_a_task(start, tmp_path, how, deaf):
    """`deaf`: the main thread does not come back, as in one long convolution."""
    child = start()
    hanging(child, tmp_path, deaf=deaf)
    if how == "SIGTERM":
        child.process.terminate()
    else:
        child.process.stdin.close()
    assert child.ends(2 if not deaf else 3) != 0
    assert emptied(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_the_end_of_the_parent(start, tmp_path):
    """A shell in between that leaves both pipes open when it is killed."""
    child = start(prefix=["/bin/sh", "-c", 'exec 3<&0; "$@" <&3 & wait', "sh"])
    hanging(child, tmp_path)
    pid = child.ready["pid"]
    assert pid != child.process.pid
    child.process.kill()
    deadline = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(pid) and emptied(tmp_path)


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_cancel_keeps_it_warm(start, tmp_path):
    child = start()
    child.send('{"task": "cancel", "id": "h"}')  # nothing of that name: no effect
    hanging(child, tmp_path)
    child.ask("presets list", "waiting")
    child.ask("presets list", "kept")
    child.send('{"task": "cancel", "id": "waiting"}')
    child.send('{"task": "cancel", "id": "h"}')
    started = time.monotonic()
    for id in ("h", "waiting"):
        event = child.answer("error", "done")
        assert event == {"event": "error", "id": id, "text": "cancelled.", "cancelled": True}
    assert time.monotonic() - started < 2 and emptied(tmp_path)
    assert child.answer("done")["id"] == "kept"
    assert child.process.poll() is None


def test_the_second_translation_imports_and_loads_nothing(tiny_package, tmp_path, repository):
    from MedGANSynthLib.volume.read import read
    from MedGANSynthLib.volume.volume import Volume
    from MedGANSynthLib.volume.write import write

    folder = tiny_package()
    for n in range(3):
        voxels = np.random.default_rng(n).integers(0, 900, (16, 16, 4)).astype(np.int16)
        write(Volume(voxels, np.eye(4)), tmp_path / f"{n}.nii", dtype="int16")
    command = [sys.executable, "-X", "importtime", "-m", "MedGANSynthLib", "worker"]
    child = Child(tmp_path, command, cwd=repository)
    try:
        assert child.answer("ready")["problem"] is None
        loaded, printed = [], []
        for n in range(3):
            if n == 2:
                shutil.rmtree(folder)
                tiny_package(seed=1)
            done = child.last("translate", inputs=[str(tmp_path / f"{n}.nii")], model=str(folder),
                              out=str(tmp_path / f"out{n}.nii"), device="cpu")  # fmt: skip
            assert done["event"] == "done", done
            assert done["result"]["outputs"] == [str(tmp_path / f"out{n}.nii")]
            loaded.append(done["networks_loaded"])
            printed.append(child.errors.read_text().count("import time:"))
        assert loaded == [1, 0, 1]  # the third time the package had changed
        assert printed[0] > 100 and printed[1] == printed[0]
        assert read(tmp_path / "out1.nii").provenance.model == "tiny"
        child.process.send_signal(signal.SIGTERM)
        assert child.ends(3) == 0
    finally:
        child.process.kill()
        child.process.wait()
