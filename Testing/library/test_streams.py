"""What becomes of a line; `faults/test_odd_computers.py` runs whole commands on such streams."""

import os

import pytest

from MedGANSynthLib import streams
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.streams import write_line

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX")


def test_a_full_disk_is_told_once():
    with open("/dev/full", "w") as stream:
        with pytest.raises(MedGANSynthError, match=r"\(No space left on device\); send it elsewhe"):
            write_line("a", stream)
        write_line("b", stream)  # into nothing


def test_a_reader_that_has_gone():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        with pytest.raises(BrokenPipeError):
            write_line("a", stream)
        write_line("b", stream)


def test_a_terminal_that_closes_in_the_middle_of_a_line(monkeypatch):
    monkeypatch.setattr(streams, "_hung_up", [True])
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        write_line("a", stream)


def test_letters_arrive(tmp_path):
    with open(tmp_path / "said", "w", encoding="utf-8") as stream:
        write_line("tête", stream)
        assert (tmp_path / "said").read_text(encoding="utf-8") == "tête\n"  # at once
