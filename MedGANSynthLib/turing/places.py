"""Where a study's commands may write. `--overwrite` replaces what the same command has written,
never answers, never a stranger's folder. Standard library only."""

from pathlib import Path

from ..errors import MedGANSynthError
from .study import read_key, read_study


def check_results(out: Path, sign: str, overwrite: bool) -> None:
    """Refuse to replace a folder that is not the command's own.

    Args:
        sign: a file that every folder of this kind holds.

    Raises:
        MedGANSynthError: `out` exists and may not be replaced.
    """
    if out.exists() and not overwrite:
        raise MedGANSynthError(f"{out}: exists already; choose another or pass --overwrite.")
    if out.exists() and not (out / sign).is_file():
        raise MedGANSynthError(
            f"{out}: was not written by this command (it holds no {sign}); choose another."
        )


def check_study(out: Path, key: Path, overwrite: bool) -> None:
    """Refuse to write a study or key over another study's key, or over readers' answers.

    Raises:
        MedGANSynthError: which of the two may not be replaced, and why.
    """
    if key.resolve().is_relative_to(out.resolve()):
        raise MedGANSynthError(f"{key}: the key must lie outside the study's folder.")
    check_results(out, "study.json", overwrite)
    if any((out / "answers").glob("*.jsonl")):
        raise MedGANSynthError(
            f"{out}: holds answers of readers, which are never replaced; choose another."
        )
    if key.exists():
        if not out.exists():
            raise MedGANSynthError(f"{key}: exists already; choose another with --key.")
        read_key(key, read_study(out)[0])
