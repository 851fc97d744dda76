"""Standard streams as they are found: closed, full, or of few letters. Standard library only."""

import os
import sys
from typing import TextIO

from .errors import MedGANSynthError

_hung_up: list[bool] = []


def make_usable() -> None:
    """Open closed streams on nothing, and have letters that a stream lacks written as escapes.

    A file that is opened where 1 or 2 is closed would be given that number, and have printed into
    it what is meant for people.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # is given the lowest number that is free
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def silence(*descriptors: int) -> None:
    """Let what is printed there from now on go nowhere."""
    with open(os.devnull, "wb") as nothing:
        for descriptor in descriptors:
            os.dup2(nothing.fileno(), descriptor)


def hang_up() -> None:
    """The terminal was closed: from now on nothing is printed, and nobody minds."""
    _hung_up.append(True)
    silence(1, 2)


def write_line(text: str, stream: TextIO) -> None:
    """Print a line now; where that fails, what follows goes nowhere, without a word at the end.

    Raises:
        BrokenPipeError: nobody reads any more.
        MedGANSynthError: the disk is full, the terminal was closed.
    """
    try:
        stream.write(text + "\n")
        stream.flush()
    except OSError as error:
        silence(stream.fileno())
        if _hung_up:  # the signal came while this line was written
            return
        if isinstance(error, BrokenPipeError):
            raise
        raise MedGANSynthError(
            f"standard output cannot be written to ({error.strerror}); send it elsewhere."
        ) from None
