"""The worker behind the panels: real processes that answer, crash, hang, chat and are killed."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

PATIENCE_S = 120  # of a busy machine
WORKER = """
import os, signal, subprocess, sys, time
from dataclasses import dataclass
from pathlib import Path
sys.modules["numpy"] = None  # so that it is ready at once
from MedGANSynthLib import files, tasks, worker

def hello(name, events):
    events.progress(0.5, "half way")
    events.warning("careful")
    print("from print")
    return {"text": "hello " + name, "pid": os.getpid()}

def crash(events):
    print("last words", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)

def leave(events):
    os._exit(7)

def garbage(text, events):
    os.write(events.pipe, text.encode())
    time.sleep(600)

def flood(events):
    for n in range(3000):
        print(n, "x" * 2000)
    return {}

def slow(deaf, events):
    "Works with a grandchild and half-written files; deaf as in one long convolution."
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path("rubbish").write_text("x")
    with files.whole_file(Path("half").absolute()) as temporary:
        temporary.write_text("half")
        events.progress(0.1)
        if deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        for _ in range(600):
            time.sleep(1)
            events.progress(0.2)

def silent(events):
    time.sleep(600)

def task(function, **fields):
    made = type(function.__name__, (tasks.Task,), {
        "__annotations__": fields, "function": "here:" + function.__name__})
    tasks.TASKS[function.__name__] = dataclass(frozen=True, kw_only=True)(made)

task(hello, name=str)
task(crash)
task(leave)
task(garbage, text=str)
task(flood)
task(slow, deaf=bool)
task(silent)
sys.modules["MedGANSynthLib.here"] = sys.modules["__main__"]
worker.main()
"""


class Listener:
    """Remembers all events of a Job."""

    def __init__(self):
        self.events = []

    def __call__(self, event):
        self.events.append(event)

    @property
    def last(self):
        return self.events[-1] if self.events else {}

    def ended(self):
        return self.last.get("event") in ("done", "error")

    def kinds(self):
        return [event["event"] for event in self.events]


@pytest.fixture
def temporary(tmp_path, scene):
    """Slicer's temporary folder."""
    import slicer

    before = slicer.app.temporaryPath
    slicer.app.temporaryPath = str(tmp_path / "slicer")
    yield tmp_path / "slicer"
    slicer.app.temporaryPath = before


@pytest.fixture
def make_client(tmp_path, temporary):
    from MedGANSynthPanels.process import WorkerClient

    clients = []

    def make(*command, **options):
        client = WorkerClient(list(command) or None, **options)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.stop()


@pytest.fixture
def client(make_client, tmp_path):
    """A client of the real worker, without torch, with Tasks that misbehave."""
    script = tmp_path / "child.py"
    script.write_text(WORKER)
    return make_client(sys.executable, "-X", "faulthandler", str(script), silence_s=60)


@pytest.fixture
def ask(wait_until):
    """Submit, wait for the end, and give the listener."""

    def submit(client, task, **fields):
        listener = Listener()
        client.submit(task, fields, listener)
        wait_until(listener.ended, PATIENCE_S)
        return listener

    return submit


def descendants(pid):
    """Process ids below `pid`, from Linux's own books."""
    found, wanted = set(), {pid}
    while wanted:
        parent = wanted.pop()
        for listing in Path(f"/proc/{parent}/task").glob("*/children"):
            new = {int(child) for child in listing.read_text().split()} - found
            found |= new
            wanted |= new
    return found


def alive(pids):
    """Those of `pids` that are still at work: zombies are not."""
    still = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if state != "Z":
            still.add(pid)
    return still


def test_events_arrive_in_order_with_one_end(client, ask):
    heard = ask(client, "hello", name="you")
    assert heard.kinds() == ["progress", "warning", "done"]
    assert heard.events[0]["fraction"] == 0.5
    assert heard.last["result"]["text"] == "hello you"
    assert "from print" in client.log
    assert not client.busy


def test_second_task_is_done_by_the_same_process(client, ask):
    first = ask(client, "hello", name="a")
    started = time.monotonic()
    second = ask(client, "hello", name="b")
    assert time.monotonic() - started < 1
    assert first.last["result"]["pid"] == second.last["result"]["pid"]


def test_tasks_are_done_in_the_order_of_submission(client, wait_until):
    order = []
    listeners = []
    for name in "abc":
        listener = Listener()
        listeners.append(listener)

        def note(event, name=name, listener=listener):
            listener(event)
            order.append((name, event["event"]))

        assert client.submit("hello", {"name": name}, note).open
    wait_until(lambda: all(listener.ended() for listener in listeners), PATIENCE_S)
    assert order == [(n, e) for n in "abc" for e in ("progress", "warning", "done")]


def test_a_wrong_task_is_one_error_and_the_worker_stays(client, ask):
    pid = ask(client, "hello", name="a").last["result"]["pid"]
    heard = ask(client, "no such task")
    assert heard.kinds() == ["error"]
    assert "unknown task" in heard.last["text"]
    assert ask(client, "hello", name="a").last["result"]["pid"] == pid


def test_a_line_that_the_worker_cannot_read_is_one_error(client, ask):
    pid = ask(client, "hello", name="a").last["result"]["pid"]
    for unreadable, text in ((float("nan"), "NaN is not allowed"), ("x" * 2**20, "is the most")):
        heard = ask(client, "hello", name=unreadable)
        assert heard.kinds() == ["error"] and text in heard.last["text"]
    assert ask(client, "hello", name="a").last["result"]["pid"] == pid


def test_a_wrong_field_is_refused_before_anything_starts(scene):
    from MedGANSynthPanels.errors import PanelError
    from MedGANSynthPanels.process import WorkerClient

    client = WorkerClient(["none-such"])
    given = {"model": "m", "out": "/o"}
    for value, shown in ((-1.0, "-1"), (float("nan"), "nan"), (float("-inf"), "-inf")):
        text = f"generate: temperature must lie between 0 and 10, not {shown}"
        with pytest.raises(PanelError, match=text):
            client.submit("generate", {**given, "temperature": value}, None)
    with pytest.raises(PanelError, match="datalist: validation must be a finite number"):
        client.submit("datalist", {"out": "/o", "validation": float("inf")}, None)
    assert not client.busy


@pytest.mark.parametrize("task", ["crash", "leave"])
def test_a_crash_is_one_error_with_the_log_and_the_next_task_works(client, ask, task):
    heard = ask(client, task)
    assert heard.kinds() == ["error"]
    assert not heard.last["cancelled"]
    assert heard.last["text"].startswith("The worker process has failed")
    if task == "crash":
        assert "last words" in heard.last["log"]
        assert "Segmentation fault" in heard.last["log"]
    else:
        assert "7" in heard.last["text"]
    assert ask(client, "hello", name="a").last["event"] == "done"


def test_killed_from_outside(client, ask, wait_until, temporary):
    pid = ask(client, "hello", name="a").last["result"]["pid"]
    listener = Listener()
    job = client.submit("slow", {"deaf": False}, listener)
    waiting = Listener()
    client.submit("hello", {"name": "b"}, waiting)
    wait_until(lambda: listener.events, PATIENCE_S)
    tree = {pid} | descendants(pid)
    os.kill(pid, signal.SIGKILL)
    started = time.monotonic()
    wait_until(listener.ended, 5)
    assert time.monotonic() - started < 2
    assert not job.open
    assert listener.kinds()[-1] == "error"
    wait_until(lambda: not alive(tree), 2)
    wait_until(waiting.ended, PATIENCE_S)  # it was waiting: a new process does it
    assert waiting.last["event"] == "done"
    assert len(list(temporary.iterdir())) == 1  # the new process's own


GARBAGE = [
    "Segmentation fault\n",
    "[1, 2]\n",
    '{"no": "event"}\n',
    "\ufffd\n",
    "[" * 100_000 + "\n",
]


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_one_error(client, ask, text):
    heard = ask(client, "garbage", text=text)
    assert heard.kinds() == ["error"]
    assert "is no event" in heard.last["text"]
    assert ask(client, "hello", name="a").last["event"] == "done"


def test_a_line_without_end_does_not_fill_the_memory(make_client, ask):
    endless = "import os\nwhile True: os.write(1, b'x' * 65536)"
    heard = ask(make_client(sys.executable, "-c", endless), "hello", name="a")
    assert heard.kinds() == ["error"]
    assert "is no event" in heard.last["text"]


def test_much_printing_blocks_nothing(client, ask):
    heard = ask(client, "flood")
    assert heard.kinds() == ["done"]
    assert len(client.log.splitlines()) == 200
    assert len(client.log) < 200 * 1100
    assert client.log.splitlines()[-1].startswith("2999")


def test_silence_is_an_error(client, ask, temporary, wait_until):
    assert ask(client, "hello", name="a").last["event"] == "done"
    client._silence_s = 2
    heard = ask(client, "silent")
    assert heard.kinds() == ["error"]
    assert "silent for 2 s" in heard.last["text"]
    wait_until(lambda: not list(temporary.iterdir()), 2)


def test_a_worker_that_never_gets_ready_fails_every_task_once(make_client, wait_until):
    client = make_client(
        sys.executable, "-c", "import sys; sys.stderr.write('no library here'); sys.exit(1)"
    )
    listeners = [Listener(), Listener()]
    for listener in listeners:
        client.submit("hello", {"name": "a"}, listener)
    wait_until(lambda: all(listener.ended() for listener in listeners), PATIENCE_S)
    for listener in listeners:
        assert listener.kinds() == ["error"]
        assert "no library here" in listener.last["log"]


def test_no_such_program(make_client, ask, temporary):
    heard = ask(make_client("/no/such/python"), "hello", name="a")
    assert heard.kinds() == ["error"]
    assert "could not be started" in heard.last["text"]
    assert list(temporary.iterdir()) == []


def test_no_temporary_folder(make_client, ask, temporary):
    temporary.write_text("a file is in the way")
    heard = ask(make_client(), "hello", name="a")
    assert heard.kinds() == ["error"]
    assert str(temporary) in heard.last["text"]


@pytest.mark.parametrize("deaf", [False, True])
def test_cancel_in_the_middle(client, ask, wait_until, temporary, deaf):
    pid = ask(client, "hello", name="a").last["result"]["pid"]
    listener = Listener()
    job = client.submit("slow", {"deaf": deaf}, listener)
    wait_until(lambda: listener.events, PATIENCE_S)
    tree = descendants(pid)
    assert len(tree) == 1
    started = time.monotonic()
    job.cancel()
    job.cancel()
    wait_until(listener.ended, 5)
    assert time.monotonic() - started < 2
    assert listener.last["cancelled"]
    assert not job.open
    if deaf:  # it had to go, and its tree with it
        wait_until(lambda: not alive(tree | {pid}), 2 - (time.monotonic() - started))
        wait_until(lambda: not list(temporary.iterdir()), 1)
    count = len(listener.events)
    again = ask(client, "hello", name="a")
    assert len(listener.events) == count  # silence
    assert (again.last["result"]["pid"] == pid) is not deaf


SLOW_TO_CANCEL = """
import json, os, sys, time
def say(event, id=None):
    print(json.dumps({"event": event, "id": id, "pid": os.getpid(), "text": ""}), flush=True)
say("ready")
for line in sys.stdin:
    request = json.loads(line)
    if request["task"] == "slow":
        say("progress", request["id"])
    elif request["task"] == "cancel":
        time.sleep(0.8)
        say("error", request["id"])
    else:
        say("done", request["id"])
"""


def test_what_waits_is_not_given_to_a_process_that_has_to_go(make_client, wait_until):
    client = make_client(sys.executable, "-c", SLOW_TO_CANCEL)
    cancelled, waiting = Listener(), Listener()
    job = client.submit("slow", {}, cancelled)
    client.submit("hello", {}, waiting)
    wait_until(lambda: cancelled.events, PATIENCE_S)
    job.cancel()
    wait_until(waiting.ended, PATIENCE_S)
    assert cancelled.kinds() == ["progress", "error"]
    assert waiting.kinds() == ["done"]
    assert waiting.last["pid"] != cancelled.events[0]["pid"]


def test_cancel_of_a_waiting_task(client, ask, wait_until):
    running, waiting = Listener(), Listener()
    first = client.submit("slow", {"deaf": False}, running)
    second = client.submit("hello", {"name": "a"}, waiting)
    second.cancel()
    assert waiting.kinds() == ["error"]
    assert waiting.last["cancelled"]
    wait_until(lambda: running.events, PATIENCE_S)
    first.cancel()
    wait_until(running.ended, 5)


@pytest.mark.parametrize("task", ["slow", "hello", None])
def test_stop_leaves_nothing(client, ask, wait_until, temporary, task):
    pid = ask(client, "hello", name="a").last["result"]["pid"]
    listener = Listener()
    if task == "slow":
        client.submit("slow", {"deaf": True}, listener)
        wait_until(lambda: listener.events, PATIENCE_S)
    elif task:
        client.submit(task, {"name": "b"}, listener)
    tree = {pid} | descendants(pid)
    started = time.monotonic()
    client.stop()
    assert time.monotonic() - started < 2
    wait_until(lambda: not alive(tree), 0.5)
    assert list(temporary.iterdir()) == []
    if task:
        assert listener.last["cancelled"]


def test_stop_without_waiting_returns_at_once(client, ask, wait_until, temporary):
    pid = ask(client, "hello", name="a").last["result"]["pid"]
    listener = Listener()
    client.submit("slow", {"deaf": True}, listener)
    wait_until(lambda: listener.events, PATIENCE_S)
    tree = {pid} | descendants(pid)
    started = time.monotonic()
    client.stop(wait=False)
    assert time.monotonic() - started < 0.1
    assert listener.last["cancelled"]
    wait_until(lambda: not alive(tree) and not list(temporary.iterdir()), 2)


def test_stop_before_anything(make_client):
    client = make_client()
    client.stop()
    assert client.log == ""


def test_a_listener_that_raises_harms_nobody(client, ask, errors, wait_until):
    heard = Listener()

    def bad(event):
        heard(event)
        raise ZeroDivisionError

    client.submit("hello", {"name": "a"}, bad)
    wait_until(heard.ended, PATIENCE_S)
    assert heard.kinds() == ["progress", "warning", "done"]
    assert len(errors) == 3
    errors.clear()
    assert ask(client, "hello", name="a").last["event"] == "done"


def test_a_listener_may_run_the_event_loop(client, wait_until):
    """As a message box does."""
    heard = Listener()

    def modal(event):
        heard(event)
        if event["event"] == "progress":
            wait_until(heard.ended, PATIENCE_S)

    client.submit("hello", {"name": "a"}, modal)
    wait_until(heard.ended, PATIENCE_S)
    assert heard.kinds() == ["progress", "warning", "done"]
