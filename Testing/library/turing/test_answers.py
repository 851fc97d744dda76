import errno
import json
import os
import random

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing.answers import AnswerLog, read_log
from MedGANSynthLib.turing.records import Answered, Opened, Undone

OPENED = Opened(reader="ann", study_sha256="a" * 64, tool="test", utc="2026-01-01T00:00:00Z")


def answer(trial, rating=3):
    return Answered(
        trial=trial,
        cases=(f"case-{trial:04}",),
        rating=rating,
        response_ms=1234.5,
        utc="2026-01-01T00:00:00Z",
    )


@pytest.fixture
def path(tmp_path, quick_disk):
    """A log with the opening line and answers 0 to 3."""
    path = tmp_path / "ann.jsonl"
    log = AnswerLog(path, OPENED)
    for trial in range(4):
        log.append(answer(trial))
    log.close()
    return path


def test_round_trip(path):
    records, torn = read_log(path)
    assert torn == 0
    assert records == [OPENED, *map(answer, range(4))]


def test_opening_again_goes_on(path):
    log = AnswerLog(path, OPENED)
    log.append(Undone(trial=3))
    log.close()
    assert log.resumed
    assert [r.event for r in read_log(path)[0]] == ["opened", *["answered"] * 4, "undone"]


def test_every_changed_byte_is_found(path):
    whole = b"".join(path.read_bytes().splitlines(keepends=True)[:3])
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(MedGANSynthError, match=r"ann\.jsonl"):
            read_log(path)


def test_a_removed_or_moved_line_is_found(path):
    lines = path.read_bytes().splitlines(keepends=True)
    for changed in (lines[:2] + lines[3:], lines[1:], [lines[0], lines[2], lines[1], *lines[3:]]):
        path.write_bytes(b"".join(changed))
        with pytest.raises(MedGANSynthError, match="was changed"):
            read_log(path)


def test_an_edit_with_a_hash_of_its_own_breaks_the_chain(path):
    lines = path.read_bytes().splitlines(keepends=True)
    other = json.loads(lines[2])
    other["rating"] = 6
    lines[2] = (json.dumps(other, separators=(",", ":")) + "\n").encode()
    path.write_bytes(b"".join(lines))
    with pytest.raises(MedGANSynthError, match="line 3"):
        read_log(path)


def test_a_torn_last_line_costs_only_itself_and_is_kept_beside(path):
    whole = path.read_bytes()
    start = whole[:-1].rindex(b"\n") + 1
    for end in range(start, len(whole) - 1):
        path.write_bytes(whole[:end])
        records, torn = read_log(path)
        assert (len(records), torn) == (4, end - start)
    log = AnswerLog(path, OPENED)
    assert log.torn == len(whole) - 2 - start
    log.append(answer(3, rating=5))
    log.close()
    records, torn = read_log(path)
    assert (records[-1].rating, len(records), torn) == (5, 5, 0)
    assert path.with_suffix(".torn").read_bytes() == whole[start:-2] + b"\n"


def test_a_second_torn_line_is_kept_beside_the_first(path):
    for _ in range(2):
        path.write_bytes(path.read_bytes() + b'{"event":"answ')
        AnswerLog(path, OPENED).close()
    assert path.with_suffix(".torn").read_bytes() == b'{"event":"answ\n' * 2
    assert len(read_log(path)[0]) == 5


def test_a_first_line_that_was_cut_off_is_begun_again(path):
    first = path.read_bytes().partition(b"\n")[0]
    path.write_bytes(first[:-1])
    assert read_log(path) == ([], len(first) - 1)
    AnswerLog(path, OPENED).close()
    assert path.read_bytes() == first + b"\n"


def test_a_last_line_without_its_end_is_kept(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert read_log(path) == ([OPENED, *map(answer, range(4))], 0)
    log = AnswerLog(path, OPENED)
    log.append(answer(4))
    log.close()
    assert path.read_bytes().startswith(whole)
    assert read_log(path) == ([OPENED, *map(answer, range(5))], 0)


EDITS = {
    "line ends as spaces": lambda raw: raw.replace(b"\n", b" "),
    "line ends left out": lambda raw: raw.replace(b"\n", b""),
    "line ends as spaces, torn": lambda raw: raw.replace(b"\n", b" ")[:-9],
    "random bytes": lambda raw: random.Random(0).randbytes(300),
    "random bytes after it": lambda raw: raw + random.Random(1).randbytes(30),
    "zeros after it": lambda raw: raw + bytes(30),
    "words after it": lambda raw: raw + b"was here",
    "a torn line that was edited": lambda raw: raw + b'{"event":"answered", "trial":4',
    "a torn line with zeros": lambda raw: raw + b'{"event":"answered","note":"\0\0',
    "an answer first": lambda raw: raw.split(b"\n")[1][:-5],
    "the reader again": lambda raw: raw + raw[:40],
    "a record without its hash": lambda raw: raw + b'{"event":"undone","trial":3}',
    "the last hash": lambda raw: raw[:-4] + b'x"}',
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_an_editor_left_is_refused_and_stays(path, edit):
    edited = EDITS[edit](path.read_bytes())
    path.write_bytes(edited)
    with pytest.raises(MedGANSynthError, match=r"ann\.jsonl, line \d: was changed"):
        read_log(path)
    with pytest.raises(MedGANSynthError, match="to leave this reader out"):
        AnswerLog(path, OPENED)
    assert path.read_bytes() == edited
    assert not path.with_suffix(".torn").exists()


def test_a_second_window_is_refused(path):
    log = AnswerLog(path, OPENED)
    with pytest.raises(MedGANSynthError, match="another window"):
        AnswerLog(path, OPENED)
    log.close()
    AnswerLog(path, OPENED).close()


def test_the_log_of_another_study_is_refused(path):
    before = path.read_bytes()
    other = Opened(reader="ann", study_sha256="b" * 64, tool="test")
    with pytest.raises(MedGANSynthError, match="answers of another study"):
        AnswerLog(path, other)
    with pytest.raises(MedGANSynthError, match="answers of another reader, ann;"):
        AnswerLog(path, Opened(reader="bea", study_sha256="a" * 64, tool="test"))
    assert path.read_bytes() == before


def test_a_full_disk_keeps_what_was_there(path, monkeypatch):
    before = path.read_bytes()
    log = AnswerLog(path, OPENED)
    genuine = os.write

    def full(descriptor, data):
        genuine(descriptor, data[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(MedGANSynthError, match="make room"):
        log.append(answer(4))
    assert path.read_bytes() == before
    monkeypatch.setattr(os, "write", genuine)
    log.append(answer(4))
    log.close()
    assert len(read_log(path)[0]) == 6


def test_what_could_not_be_read_back_is_not_written(path):
    before = path.read_bytes()
    log = AnswerLog(path, OPENED)
    with pytest.raises(MedGANSynthError, match="response_ms"):
        log.append(Answered(trial=4, cases=("c",), rating=2, response_ms=float("nan")))
    log.close()
    assert path.read_bytes() == before


def test_each_answer_is_forced_to_disk(tmp_path, monkeypatch):
    order = []
    write, fsync = os.write, os.fsync
    monkeypatch.setattr(os, "write", lambda d, data: (order.append("write"), write(d, data))[1])
    monkeypatch.setattr(os, "fsync", lambda d: (order.append("fsync"), fsync(d))[1])
    log = AnswerLog(tmp_path / "ann.jsonl", OPENED)
    log.append(answer(0))
    log.close()
    assert order == ["write", "fsync"] * 2
