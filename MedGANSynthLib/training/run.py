"""The Run: the folder that one training writes."""

import contextlib
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

CONFIG = "config.json"
NAMED = 3
"""How many changed settings a refusal names."""

STOPPING = b"\nstopping after this step, with a checkpoint; Ctrl-C again ends at once, without\n"

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
        self.stopped = False
        self.tables = {"metrics": folder / "metrics.csv", "validation": folder / "validation.csv"}
        if not main:
            return
        _refuse_other_files(folder)
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
                os.write(descriptor, str(os.getpid()).encode())
                os.close(descriptor)
                return
            except FileExistsError:
                _refuse_busy(self.folder)
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

    def adopt(self, config: Config, data: dict[str, Any]) -> None:
        """Write the resolved config and what `people.data_facts` says; the main rank does.

        Raises:
            MedGANSynthError: as `refuse_changes`.
        """
        if not self.main:
            return
        refuse_changes(self.folder, config, data)
        kept = {"data_sha256": data["sha256"], "data_list": data}
        write_text(self.folder / CONFIG, json.dumps(schema.to_dict(config) | kept, indent=1))

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
        """Ctrl-C and SIGTERM end the run after the current step, with a checkpoint.

        The main rank says so at once: a step may take minutes.
        """
        if threading.current_thread() is not threading.main_thread():
            return

        def stop(number: int, frame: Any) -> None:
            self.stopped = True
            if self.main:
                with contextlib.suppress(OSError):  # nobody reads; print may not be used here
                    os.write(2, STOPPING)
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


def refuse_early(folder: Path, config: Config, data: dict[str, Any]) -> None:
    """Refuse what `Run` and `adopt` would refuse, without touching anything.

    Raises:
        MedGANSynthError: as these two.
    """
    _refuse_other_files(folder)
    _refuse_busy(folder)
    refuse_changes(folder, config, data)


def refuse_changes(folder: Path, config: Config, data: dict[str, Any]) -> None:
    """Refuse to resume a Run with other settings or data than it was started with.

    Raises:
        MedGANSynthError: the first few things that differ.
    """
    path = folder / CONFIG
    if not path.exists():
        return
    old = schema.parse_json(schema.read_text(path), path.name)
    began, before = old.pop("data_sha256", None), old.pop("data_list", {})
    new = schema.to_dict(config)
    changed = differences(*({k: d[k] for k in d if k not in RESUMABLE} for d in (old, new)))
    if began != data["sha256"]:
        changed.insert(0, _data_change(before, data))
    if changed:
        shown = [c if len(c) <= 100 else c[:97] + "..." for c in changed[:NAMED]]
        more = [f"and {len(changed) - NAMED} more"] if len(changed) > NAMED else []
        raise MedGANSynthError(
            f"{folder}: this run was started with other settings ({'; '.join(shown + more)}); use "
            "the old ones or another --out folder."
        )


def _data_change(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What to say of a data list with another hash; `old` is empty in Runs of version 0.1.0."""
    file = new["file"] or "phantoms"
    if old and old["file"] != new["file"]:
        return f"data list: {old['file'] or 'phantoms'} -> {file}"
    counts = differences(old["cases"], new["cases"]) if old else []
    if counts:
        return f"number of cases in {file}: {', '.join(counts)}"
    return f"{file} lists other cases or other files than at the start"


def _refuse_other_files(folder: Path) -> None:
    if (folder / "checkpoints").is_dir() or not folder.is_dir():
        return
    if any(p.name not in BEFORE for p in folder.iterdir()):
        raise MedGANSynthError(
            f"{folder}: holds other files and is no Run; choose a new or an empty folder."
        )


def _refuse_busy(folder: Path) -> None:
    try:
        holder = (folder / "lock").read_text().strip()
    except OSError:
        return
    if holder.isdigit() and _alive(int(holder)):
        raise MedGANSynthError(
            f"{folder}: process {holder} is training there; "
            "wait, write a file named stop into it, or choose another folder."
        )


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
