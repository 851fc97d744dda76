"""What computers do that is no defect of ours, in sentences. Standard library only."""

import re
from pathlib import Path

from .errors import MedGANSynthError
from .files import cannot_write, is_full

_ENDS = re.compile(r"""[/\\"\n]""")
"""What a name ends at, in a text that holds it."""
_LIBRARY = re.compile(r"\.so\b|\.dylib\b|\.dll\b|DLL ", re.IGNORECASE)
"""A compiled part of a package, in what the system says of it."""


def sentence_for(error: Exception) -> MedGANSynthError | None:
    """What to say of a fault of files, packages or a GPU that shows late; None of any other."""
    first = str(error).partition("\n")[0]
    if isinstance(error, ImportError) or (isinstance(error, OSError) and _LIBRARY.search(first)):
        name = (getattr(error, "name", None) or "torch").partition(".")[0]
        if name == __package__:
            return None
        return MedGANSynthError(f"{name} does not load ({first}); run `medgansynth doctor`.")
    if isinstance(error, OSError) and error.filename is not None:
        if isinstance(error, PermissionError):
            return MedGANSynthError(
                f"{error.filename}: no permission to use it; change its permissions."
            )
        if is_full(error):
            return cannot_write(Path(error.filename), error)
        reason = error.strerror or "unknown reason"
        return MedGANSynthError(
            f"{error.filename}: cannot be used ({reason}); check the name and the folder."
        )
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        before, after = error.object[: error.start], error.object[error.start :]
        return _no_text(_ENDS.split(before)[-1] + _ENDS.split(after)[0])
    if isinstance(error, RuntimeError) and first.startswith("Symlink loop from "):
        path = first.removeprefix("Symlink loop from ").strip("'\"")
        return MedGANSynthError(f"{path}: is a link that leads to itself; remove it.")
    if isinstance(error, RuntimeError) and first.startswith("CUDA error: "):
        reason = first.removeprefix("CUDA error: ")
        return MedGANSynthError(
            f"the GPU cannot be used ({reason}); compute on the CPU, and see what "
            "`medgansynth doctor` says."
        )
    return None


def refuse_no_text(path: Path) -> None:
    """Refuse a path that is no text, before ITK is handed it and ends the process.

    Raises:
        MedGANSynthError: it holds bytes that are no letters in this computer's locale.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise _no_text(str(path)) from None


def _no_text(name: str) -> MedGANSynthError:
    shown = name.encode("utf-8", "replace").decode()
    return MedGANSynthError(
        f"{shown}: the name has letters that this computer does not know; rename it, or set LANG "
        "to a UTF-8 locale."
    )
