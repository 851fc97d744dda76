"""What a Run folder refuses, before anything in it is touched. Standard library only."""

import platform
from pathlib import Path

from .. import schema
from ..errors import MedGANSynthError
from ..machine import lives
from .config import RESUMABLE, Config, differences
from .people import DataFacts

CONFIG = "config.json"
NAMED = 3
"""How many changed settings a refusal names."""

BEFORE = ("lock", "stop", "data", "request.json", "trainer.log")
"""What may be there first: a data list with its images, the Task, what the process prints."""


def refuse_early(folder: Path, config: Config, data: DataFacts) -> None:
    """Refuse what `Run` and `adopt` would refuse, without touching anything.

    Raises:
        MedGANSynthError: as these two.
    """
    refuse_other_files(folder)
    refuse_busy(folder)
    refuse_changes(folder, config, data)


def refuse_changes(folder: Path, config: Config, data: DataFacts) -> None:
    """Refuse to resume a Run with other settings or data than it was started with.

    Raises:
        MedGANSynthError: the first few things that differ.
    """
    path = folder / CONFIG
    if not path.exists():
        return
    old = schema.parse_json(schema.read_text(path), path.name)
    if not isinstance(old, dict):
        raise MedGANSynthError(f"{path}: is no configuration; choose another --out folder.")
    began, before = old.pop("data_sha256", None), old.pop("data_list", None)
    if before is not None:  # Runs of earlier versions know the hash alone
        before = schema.from_dict(DataFacts, before, f"{path.name}: data_list")
    new = schema.to_dict(config)
    changed = differences(*({k: d[k] for k in d if k not in RESUMABLE} for d in (old, new)))
    if began != data.sha256:
        changed.insert(0, _data_change(before, data))
    if changed:
        shown = [c if len(c) <= 100 else c[:97] + "..." for c in changed[:NAMED]]
        more = [f"and {len(changed) - NAMED} more"] if len(changed) > NAMED else []
        raise MedGANSynthError(
            f"{folder}: this run was started with other settings ({'; '.join(shown + more)}); use "
            "the old ones or another --out folder."
        )


def _data_change(old: DataFacts | None, new: DataFacts) -> str:
    """What to say of a data list with another hash."""
    file = new.file or "phantoms"
    if old and old.file != new.file:
        return f"data list: {old.file or 'phantoms'} -> {file}"
    counts = differences(old.cases, new.cases) if old else []
    if counts:
        return f"number of cases in {file}: {', '.join(counts)}"
    return f"{file} lists other cases or other files than at the start"


def refuse_other_files(folder: Path) -> None:
    """Refuse a folder that holds something else than a Run."""
    if (folder / "checkpoints").is_dir() or not folder.is_dir():
        return
    if any(p.name not in BEFORE for p in folder.iterdir()):
        raise MedGANSynthError(
            f"{folder}: holds other files and is no Run; choose a new or an empty folder."
        )


def lock_holder(folder: Path) -> tuple[str, str]:
    """The process that a Run's lock names, and its computer; empty where there is no lock, and
    where the computer is this one or is not told."""
    try:
        lock = (folder / "lock").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return "", ""
    holder, _, computer = lock.partition("\n")
    return holder, "" if computer == platform.node() else computer


def refuse_busy(folder: Path) -> None:
    """Refuse a folder in which a living process trains, as far as can be known here."""
    holder, computer = lock_holder(folder)
    if computer:
        raise MedGANSynthError(
            f"{folder}: process {holder} of the computer {computer} is training there; wait, or "
            "remove its file lock if that process was killed."
        )
    if holder.isdigit() and lives(int(holder)):
        raise MedGANSynthError(
            f"{folder}: process {holder} is training there; "
            "wait, write a file named stop into it, or choose another folder."
        )
