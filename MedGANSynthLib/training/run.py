"""The Run: the folder that one training writes."""

import contextlib
import csv
import json
import os
import platform
import signal
import threading
import time
from pathlib import Path
from typing import Any

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..files import write_text
from ..streams import hang_up
from .config import Config
from .people import DataFacts
from .refusals import CONFIG, refuse_busy, refuse_changes, refuse_other_files

HANGUP = getattr(signal, "SIGHUP", None)  # Windows has none
STOPPING = b"\nstopping after this step, with a checkpoint; Ctrl-C again ends at once, without\n"


class Run:
    """Files of a Run: `config.json`, `metrics.csv`, `validation.csv`, `events.jsonl`, `log.txt`,
    `checkpoints/`, `previews/`, a `lock` with the trainer's process id and its computer's name, and
    the user's `stop`.

    Who starts a trainer may put `refusals.BEFORE` into the folder first.

    Args:
        folder: created where missing.
        main: whether this rank writes; the others only look for the stop.

    Raises:
        MedGANSynthError: another trainer works in it, it holds something else, or it cannot be
            written.
    """

    def __init__(self, folder: Path, main: bool = True) -> None:
        self.folder, self.main = folder, main
        self.checkpoints = folder / "checkpoints"
        self.previews = folder / "previews"
        self.stopped = False
        self.tables = {"metrics": folder / "metrics.csv", "validation": folder / "validation.csv"}
        if not main:
            return
        refuse_other_files(folder)
        self.made = not folder.exists()
        try:
            for path in (folder, self.checkpoints, self.previews):
                path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MedGANSynthError(
                f"{folder}: cannot be made a Run folder ({error.strerror}); choose another."
            ) from None
        self._lock()
        for leftover in self.checkpoints.glob(".tmp-*"):  # of a trainer that was killed
            leftover.unlink(missing_ok=True)

    def _lock(self) -> None:
        lock = self.folder / "lock"
        while True:
            try:
                descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
                os.write(descriptor, f"{os.getpid()}\n{platform.node()}".encode())
                os.close(descriptor)
                return
            except FileExistsError:
                refuse_busy(self.folder)
                lock.unlink(missing_ok=True)  # left by a trainer that was killed
            except OSError as error:
                raise MedGANSynthError(
                    f"{self.folder}: cannot be written ({error.strerror}); choose another folder."
                ) from None

    def close(self) -> None:
        """Give the lock back; a folder in which nothing was begun goes again."""
        if not self.main:
            return
        (self.folder / "lock").unlink(missing_ok=True)
        if self.made and not (self.folder / CONFIG).exists():
            with contextlib.suppress(OSError):  # somebody put something there
                for path in (self.previews, self.checkpoints, self.folder):
                    path.rmdir()

    def adopt(self, config: Config, data: DataFacts) -> None:
        """Write the resolved config and what is known of the data; the main rank does.

        Raises:
            MedGANSynthError: as `refuse_changes`.
        """
        if not self.main:
            return
        refuse_changes(self.folder, config, data)
        kept = {"data_sha256": data.sha256, "data_list": schema.to_dict(data)}
        write_text(self.folder / CONFIG, json.dumps(schema.to_dict(config) | kept, indent=1))

    def rewind(self, seen: int) -> None:
        """Drop table rows written after the checkpoint that is being resumed."""
        for path in self.tables.values():
            if not path.exists():
                continue
            with open(path, newline="") as file:
                rows = list(csv.reader(file))
            width = len(rows[0]) if rows else 0  # a full disk may have cut the last row short
            whole = [r for r in rows[1:] if len(r) == width and r[0].isdigit()]
            kept = [r for r in whole if int(r[0]) <= seen]
            write_text(path, "".join(",".join(r) + "\n" for r in [*rows[:1], *kept]))

    def record(self, table: str, seen: int, values: dict[str, float]) -> None:
        """Append one row to `metrics` or `validation`; a term that joins late adds a column."""
        self.checkpoints.stat()  # raises where the Run was moved: no second one is begun here
        path = self.tables[table]
        rows: list[list[str]] = []
        if path.exists():
            with open(path, newline="") as file:
                rows = list(csv.reader(file))
        head = rows[0] if rows else ["images"]
        wider = [*head, *(name for name in values if name not in head)]
        cells = {"images": str(seen)} | {name: f"{v:.9g}" for name, v in values.items()}
        row = ",".join(cells.get(name, "") for name in wider) + "\n"
        if wider == head:
            with open(path, "a") as file:
                file.write(row)
        else:
            old = [",".join([*r, *[""] * (len(wider) - len(r))]) + "\n" for r in rows[1:]]
            write_text(path, ",".join(wider) + "\n" + "".join(old) + row)

    def wants_stop(self) -> bool:
        """Whether the user asked for an end: a signal or a file named `stop`."""
        stop = self.folder / "stop"
        if self.main and stop.exists():
            stop.unlink(missing_ok=True)
            self.stopped = True
        return self.stopped

    def catch_signals(self) -> None:
        """Ctrl-C, SIGTERM and a closed terminal end the run after this step, with a checkpoint.

        The main rank says so at once: a step may take minutes.
        """
        if threading.current_thread() is not threading.main_thread():
            return

        def stop(number: int, frame: Any) -> None:
            self.stopped = True
            if number == HANGUP:  # or the next line that is printed would end the run
                hang_up()
            elif self.main:
                with contextlib.suppress(OSError):  # nobody reads; print may not be used here
                    os.write(2, STOPPING)
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C is final

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        if HANGUP and signal.getsignal(HANGUP) != signal.SIG_IGN:  # as `nohup` has it
            signal.signal(HANGUP, stop)


class RunEvents(Events):
    """Writes each event with its time to `events.jsonl` and warnings to `log.txt`.

    Progress is written at most once a second.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.latest = 0.0

    def emit(self, event: str, **fields: Any) -> None:
        if event == "preview":  # a Run may be handed on, and where it lay names people
            fields["path"] = Path(fields["path"]).relative_to(self.folder).as_posix()
        if event == "progress":
            if time.monotonic() - self.latest < 1.0:
                return
            self.latest = time.monotonic()
        try:
            self._write(event, fields)
        except OSError:
            if event != "error":  # that the disk is full cannot be written on it
                raise

    def _write(self, event: str, fields: dict[str, Any]) -> None:
        line = json.dumps({"time": round(time.time(), 3), "event": event, **fields})
        with open(self.folder / "events.jsonl", "a") as file:
            file.write(line + "\n")
        if event in ("warning", "message", "error"):
            with open(self.folder / "log.txt", "a") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {event}: {fields['text']}\n")
