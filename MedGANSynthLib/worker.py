"""`medgansynth worker`: does one Task after the other and stays warm between them.

One JSON object a line comes in on standard input, one JSON object a line goes out on standard
output; all else that is printed goes to standard error.

    -> {"id": "1", "task": "translate", "fields": {"inputs": ["a.nii"], "model": "m", "out": ...}}
    <- {"event": "progress", "id": "1", "fraction": 0.5, "eta_s": 2.1, "text": "a.nii"}
    <- {"event": "done", "id": "1", "result": {...}, "seconds": 4.2, "networks_loaded": 1}

`task` is the command's name and `fields` are those of its Task (`tasks/`), checked as strictly as
any file. The events are those of `events.py`, each with the id of its Task; every Task ends with
exactly one `done` or `error` (`text`, `cancelled`). A line that is no Task gives an `error`, too.
The first line out is `ready` (`pid`, `seconds`, `problem`): torch is imported, or why it is not.

    -> {"id": "1", "task": "cancel"}   ends that Task, waiting or at work; the worker stays warm
    -> {"task": "quit"}                ends the worker after the Tasks before it

When standard input ends without `quit`, or the parent process does, or at SIGTERM, whoever asked is
gone: the Task at work is dropped, what it was writing is removed, and the process ends within two
seconds.
"""

import dataclasses
import gc
import importlib
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from typing import Annotated, Any

from . import lifeline, tasks
from .doctor import too_old
from .errors import NO_MEMORY, Cancelled, GpuTooSmall, MedGANSynthError
from .events import Events
from .files import remove_unfinished
from .schema import Length, from_dict, parse_json

MAX_LINE = 1024 * 1024

Id = Annotated[str, Length(0, 200)] | int | None


@dataclasses.dataclass(frozen=True)
class Request:
    """One line of standard input."""

    task: Annotated[str, Length(1, 64)]
    id: Id = None
    fields: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(eq=False)
class Job:
    """What became of a line: a Task, a command of the protocol, or what is wrong with it."""

    id: str | int | None
    command: str = ""
    task: tasks.Task | None = None
    problem: str | None = None
    cancelled: bool = False


class Answers(Events):
    """Events with the id of their Task."""

    def __init__(self, pipe: int, id: str | int | None = None) -> None:
        super().__init__()
        self.pipe, self.id = pipe, id

    def emit(self, event: str, **fields: Any) -> None:
        line = json.dumps({"event": event, "id": self.id, **fields}).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self.pipe, line) :]
        except OSError:  # nobody reads any more
            raise KeyboardInterrupt from None


class Worker:
    """The loop, and the thread that reads ahead so that a Task at work can be cancelled."""

    def __init__(self, commands: int, answers: int) -> None:
        self.commands, self.answers = commands, answers
        self.jobs: queue.Queue[Job | None] = queue.Queue()
        self.open: dict[str | int | None, Job] = {}
        self.at_work: Job | None = None
        self.ending = self.interrupting = False
        self.loaded: Any = None

    def run(self) -> int:
        """Work until the end; 0 after `quit` or when input ended while there was nothing to do."""
        signal.signal(signal.SIGINT, self._interrupted)
        lifeline.on_terminate(self._end)
        lifeline.watch_parent(self._end)
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self.at_work = Job(None, "start")
            ready = self._warm_up()
            self.at_work = None
            Answers(self.answers).emit("ready", pid=os.getpid(), **ready)
            while (job := self.jobs.get()) is not None:
                self._answer(job)
        except KeyboardInterrupt:
            return 130
        return 0

    def _warm_up(self) -> dict[str, Any]:
        """Import what a translation needs; how long it took, or why it failed."""
        started, problem = time.monotonic(), None
        try:
            importlib.import_module(".inference.cohort", __package__)
            self.loaded = importlib.import_module(".inference.loaded", __package__)
            self.loaded.keep_last()
        except ModuleNotFoundError as error:
            problem = str(tasks.not_installed(error))
        except Exception as error:
            traceback.print_exc()
            problem = f"torch does not load ({error}); run `medgansynth doctor`."
        seconds = round(time.monotonic() - started, 3)
        return {"seconds": seconds, "problem": too_old() or problem}

    def _listen(self) -> None:
        """Read ahead; in a thread of its own."""
        with os.fdopen(self.commands, "rb") as lines:
            for line in lines:
                job = read_job(line)
                if job.command == "quit":
                    self.jobs.put(None)
                    return
                if job.command == "cancel":
                    self._cancel(job.id)
                else:
                    self.open[job.id] = job
                    self.jobs.put(job)
        self._end()

    def _cancel(self, id: str | int | None) -> None:
        job = self.open.get(id)
        if job is not None and not job.cancelled:
            job.cancelled = True
            if job is self.at_work:
                self.interrupting = True
                lifeline.interrupt_main()

    def _end(self) -> None:
        """Whoever asked is gone; called from another thread."""
        self.ending = self.interrupting = True
        self.jobs.put(None)
        lifeline.interrupt_main()
        lifeline.end_hard_if_needed()

    def _interrupted(self, number: int, frame: Any) -> None:
        """SIGINT, in the main thread: from `_cancel` or `_end`, or Ctrl-C."""
        if self.interrupting:
            self.interrupting = False
            job = self.at_work
            if job is None or not (self.ending or job.cancelled):
                return  # the Task ended in the meantime
        raise KeyboardInterrupt

    def _answer(self, job: Job) -> None:
        """One job to its last event."""
        answers = Answers(self.answers, job.id)
        try:
            self.at_work = job
            if job.cancelled:
                raise KeyboardInterrupt
            event, fields = self._do(job, answers)
            self.at_work = None
        except KeyboardInterrupt:
            self.at_work = None
            if not job.cancelled:
                raise
            event, fields = "error", {"text": "cancelled.", "cancelled": True}
        if self.open.get(job.id) is job:
            del self.open[job.id]
        answers.emit(event, **fields)
        if self.loaded is not None:
            self.loaded.release_gpu()

    def _do(self, job: Job, answers: Answers) -> tuple[str, dict[str, Any]]:
        """The last event of a job; no exception but KeyboardInterrupt comes out."""
        before = self.loaded.loads() if self.loaded is not None else 0
        try:
            if job.task is None:
                raise MedGANSynthError(job.problem)
            result = tasks.run(job.task, answers)
            loads = self.loaded.loads() - before if self.loaded is not None else 0
            seconds = round(time.monotonic() - answers.started, 3)
            return "done", {"result": result, "seconds": seconds, "networks_loaded": loads}
        except MedGANSynthError as error:
            too_small = {"gpu_too_small": True} if isinstance(error, GpuTooSmall) else {}
            cancelled = isinstance(error, Cancelled)
            return "error", {"text": str(error), "cancelled": cancelled, **too_small}
        except MemoryError:
            if self.loaded is not None:
                self.loaded.forget()
            gc.collect()
            text = NO_MEMORY
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            text = f"internal error ({type(error).__name__}: {error}); please report it."
        return "error", {"text": text, "cancelled": False}


def read_job(line: bytes) -> Job:
    """One line of standard input, checked."""
    plain = None
    try:
        if len(line) > MAX_LINE:
            raise MedGANSynthError(f"a Task of {len(line)} bytes; {MAX_LINE} is the most.")
        plain = parse_json(line.decode("utf-8", errors="replace"), "standard input")
        request = from_dict(Request, plain, "standard input")
        if request.task in ("cancel", "quit"):
            return Job(request.id, request.task)
        task = tasks.TASKS.get(request.task)
        if task is None:
            known = ", ".join(tasks.TASKS)
            raise MedGANSynthError(f"unknown task {request.task!r}; known: {known}.")
        return Job(request.id, request.task, from_dict(task, request.fields, request.task))
    except MedGANSynthError as error:
        id = plain.get("id") if isinstance(plain, dict) else None
        return Job(id if isinstance(id, (str, int)) else None, problem=str(error))


def main() -> int:
    """Entry point of `medgansynth worker`; ends the process."""
    if not os.isatty(0):  # typed to by hand it has to stay in the terminal's group
        lifeline.own_group()
    commands, answers = os.dup(0), os.dup(1)
    # Neither a library's print nor a child process may come between the lines.
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.stdout = sys.stderr
    code = Worker(commands, answers).run()
    remove_unfinished()
    os._exit(code)  # torch takes its time to leave, and nobody waits for it
