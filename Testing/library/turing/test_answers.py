import errno
import json
import os

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
    for place in range(len(whole) - 1):  # without the last line end, which makes a torn line
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


def test_a_torn_last_line_costs_only_itself(path):
    whole = path.read_bytes()
    start = whole[:-1].rindex(b"\n") + 1
    for end in range(start, len(whole)):
        path.write_bytes(whole[:end])
        records, torn = read_log(path)
        assert (len(records), torn) == (4, end - start)
    log = AnswerLog(path, OPENED)
    assert log.torn == len(whole) - 1 - start
    log.append(answer(3, rating=5))
    log.close()
    records, torn = read_log(path)
    assert (records[-1].rating, len(records), torn) == (5, 5, 0)


def test_a_second_window_is_refused(path):
    log = AnswerLog(path, OPENED)
    with pytest.raises(MedGANSynthError, match="another window"):
        AnswerLog(path, OPENED)
    log.close()
    AnswerLog(path, OPENED).close()


def test_the_log_of_another_study_is_refused(path):
    before = path.read_bytes()
    other = Opened(reader="ann", study_sha256="b" * 64, tool="test")
    with pytest.raises(MedGANSynthError, match="another reader or study"):
        AnswerLog(path, other)
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
