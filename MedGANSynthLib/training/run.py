"""The Run: the folder that one training writes."""

import csv
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..files import write_text
from .config import RESUMABLE, Config, differences

BEFORE = ("lock", "stop", "data", "request.json", "trainer.log")
"""A data list with its images, the Task, and what the process prints."""


class Run:
    """Files of a Run: `config.json`, `metrics.csv`, `validation.csv`, `events.jsonl`, `log.txt`,
    `checkpoints/`, `previews/`, a `lock` with the trainer's process id, and the user's `stop`.

    Who starts a trainer may put `BEFORE` into the folder first.

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
        if main and not self.checkpoints.is_dir() and _holds_other_files(folder):
            raise MedGANSynthError(
                f"{folder}: holds other files and is no Run; choose a new or an empty folder."
            )
        try:
            for path in (folder, self.checkpoints, self.previews):
                path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MedGANSynthError(
                f"{folder}: cannot be made a Run folder ({error.strerror}); choose another."
            ) from None
        self.stopped = False
        self.tables = {"metrics": folder / "metrics.csv", "validation": folder / "validation.csv"}
        if main:
            self._lock()
            for leftover in self.checkpoints.glob(".tmp-*"):  # of a trainer that was killed
                leftover.unlink(missing_ok=True)

    def _lock(self) -> None:
        lock = self.folder / "lock"
        for _ in range(2):
            try:
                descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
                os.write(descriptor, str(os.getpid()).encode())
                os.close(descriptor)
                return
            except FileExistsError:
                holder = lock.read_text().strip()
                if holder.isdigit() and _alive(int(holder)):
                    break
                lock.unlink(missing_ok=True)  # left by a trainer that was killed
            except OSError as error:
                raise MedGANSynthError(
                    f"{self.folder}: cannot be written ({error.strerror}); choose another folder."
                ) from None
        raise MedGANSynthError(
            f"{self.folder}: process {holder} is training there; "
            "wait, write a file named stop into it, or choose another folder."
        )

    def close(self) -> None:
        """Give the lock back."""
        if self.main:
            (self.folder / "lock").unlink(missing_ok=True)

    def adopt(self, config: Config, data_hash: str) -> None:
        """Write the resolved config, or compare with the one that is there.

        Raises:
            MedGANSynthError: the run was started with another config or data list; what differs.
        """
        path = self.folder / "config.json"
        new = schema.to_dict(config) | {"data_sha256": data_hash}
        if path.exists():
            old = schema.parse_json(schema.read_text(path), path.name)
            comparable = [{k: v for k, v in d.items() if k not in RESUMABLE} for d in (old, new)]
            changed = differences(*comparable)
            if changed:
                raise MedGANSynthError(
                    f"{self.folder}: this run was started with other settings "
                    f"({'; '.join(changed)}); use the old ones or another --out folder."
                )
        write_text(path, json.dumps(new, indent=1))

    def rewind(self, seen: int) -> None:
        """Drop table rows written after the checkpoint that is being resumed."""
        for path in self.tables.values():
            if not path.exists():
                continue
            with open(path, newline="") as file:
                rows = list(csv.reader(file))
            kept = [r for r in rows[1:] if r and r[0].isdigit() and int(r[0]) <= seen]
            write_text(path, "".join(",".join(r) + "\n" for r in [*rows[:1], *kept]))

    def record(self, table: str, seen: int, values: dict[str, float]) -> None:
        """Append one row to `metrics` or `validation`; a term that joins late adds a column."""
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
        """Ctrl-C and SIGTERM end the run after the current step, with a checkpoint."""
        if threading.current_thread() is not threading.main_thread():
            return

        def stop(number: int, frame: Any) -> None:
            self.stopped = True
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C is final

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)


class RunEvents(Events):
    """Writes each event with its time to `events.jsonl` and warnings to `log.txt`.

    Progress is written at most once a second.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.latest = 0.0

    def emit(self, event: str, **fields: Any) -> None:
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


def _holds_other_files(folder: Path) -> bool:
    return folder.is_dir() and any(p.name not in BEFORE for p in folder.iterdir())


def _alive(process: int) -> bool:
    if os.name == "nt":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, process)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
