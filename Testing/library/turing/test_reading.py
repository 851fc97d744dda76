import dataclasses
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.turing.answers import read_log
from MedGANSynthLib.turing.reading import Reading, show_progress
from MedGANSynthLib.turing.records import Answered
from MedGANSynthLib.turing.study import case_path


class Clock:
    def __init__(self):
        self.now = 50.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def start(quick_disk, clock):
    """Open a session on a hand-driven clock; closed at the end."""
    opened = []

    def start(folder, reader="reader-1", wall=None, **about):
        opened.append(Reading(folder, reader, about, clock=clock, wall=wall or clock))
        return opened[-1]

    yield start
    for session in opened:
        session.close()


def last_answer(folder, reader="reader-1"):
    records, _ = read_log(folder / "answers" / f"{reader}.jsonl")
    return [r for r in records if isinstance(r, Answered)][-1]


def test_times_come_from_the_monotonic_clock_without_the_pause(paper, start, clock):
    folder = paper()
    session = start(folder, experience="12 years")
    session.request()
    clock.now += 0.25
    session.shown()
    clock.now += 2.0
    session.touched()
    clock.now += 1.0
    session.pause()
    clock.now += 60.0
    session.proceed()
    clock.now += 1.5
    session.answer(5, slices_visited=12, reasons=("texture",), marks=((1.0, 2.0, 3.0),))
    answer = last_answer(folder)
    assert (answer.load_ms, answer.first_action_ms) == (250.0, 2000.0)
    assert (answer.response_ms, answer.paused_ms) == (4500.0, 60000.0)
    assert (answer.rating, answer.slices_visited, answer.reasons) == (5, 12, ("texture",))
    assert not answer.suspended
    assert session.position == 1
    assert session.seconds_left == pytest.approx(23 * 5.0)


def test_a_sleeping_computer_is_noticed(paper, start, clock):
    wall = Clock()
    folder = paper()
    session = start(folder, wall=wall)
    session.shown()
    clock.now += 3.0
    wall.now += 3600.0
    session.answer(2)
    assert last_answer(folder).suspended


def test_resuming_goes_on_at_the_next_case(paper, start):
    folder = paper()
    session = start(folder)
    for _ in range(5):
        session.shown()
        session.answer(1)
    shown = session.trial
    session.close()
    again = start(folder)
    assert (again.position, again.trial) == (5, shown)
    rows = show_progress(folder, Events())["rows"]
    assert rows[0] == {"reader": "reader-1", "answered": 5, "trials": 24}
    assert rows[1] == {"reader": "reader-2", "answered": 0, "trials": 24}


def test_undo_shows_the_last_case_again_and_is_logged(paper, start):
    folder = paper()
    session = start(folder)
    with pytest.raises(MedGANSynthError, match="no answer to take back"):
        session.undo()
    session.shown()
    session.answer(1)
    session.undo()
    assert session.position == 0
    session.shown()
    session.answer(6)
    events = [r.event for r in read_log(folder / "answers" / "reader-1.jsonl")[0]]
    each = ["shown", "answered"]
    assert events == ["opened", *each, "undone", *each]


def test_a_limited_exposure_comes_once(paper, start):
    folder = paper(design={"exposure_s": 2.0})
    session = start(folder)
    assert not session.spent
    session.shown()
    session.answer(1)
    session.undo()
    assert session.spent
    session.shown()
    session.answer(1)
    assert not session.spent  # the next case
    session.shown()
    session.close()
    again = start(folder)
    assert (again.position, again.spent) == (1, True)
    unlimited = start(folder, reader="reader-2")
    unlimited.study = dataclasses.replace(
        unlimited.study, design=dataclasses.replace(unlimited.study.design, exposure_s=None)
    )
    unlimited.shown()
    assert not unlimited.spent


def test_only_practice_tells_the_truth(paper, start):
    folder = paper(practice=4)
    session = start(folder)
    told = []
    for _ in range(8):
        session.shown()
        told.append(session.answer(4))
    assert set(told[:4]) == {"real", "synthetic"}
    assert told[4:] == [None] * 4


def test_a_practice_answer_stays(paper, start):
    session = start(paper(practice=2))
    session.shown()
    session.answer(4)
    with pytest.raises(MedGANSynthError, match="practice"):
        session.undo()


@pytest.mark.parametrize("rating", [0, 7, 3.0, "3", None, True])
def test_only_six_ratings(paper, start, rating):
    session = start(paper())
    session.shown()
    with pytest.raises(MedGANSynthError, match="from 1 to 6"):
        session.answer(rating)
    assert session.position == 0


def test_nothing_is_rated_unseen(paper, start):
    session = start(paper())
    with pytest.raises(MedGANSynthError, match="no case on display"):
        session.answer(3)
    session.shown()
    session.answer(3)
    with pytest.raises(MedGANSynthError, match="no case on display"):
        session.answer(3)


def test_a_case_that_vanishes_is_skipped_and_logged(paper, start):
    folder = paper()
    session = start(folder)
    session.skip("the case could not be shown")
    assert session.position == 1
    assert read_log(folder / "answers" / "reader-1.jsonl")[0][-1].event == "skipped"


def test_damaged_cases_are_found_before_the_start(paper, start):
    folder = paper()
    case_path(folder, "case-0002").unlink()
    with pytest.raises(MedGANSynthError, match=r"1 case file is missing .*case-0002"):
        start(folder)


def test_an_unknown_reader_is_told_the_names(paper, start):
    with pytest.raises(MedGANSynthError, match="reader-1, reader-2, reader-3"):
        start(paper(), reader="reader-9")


def test_a_finished_study_is_not_read_twice(paper, start):
    folder = paper(real=4, synthetic=4)
    session = start(folder)
    while not session.finished:
        session.shown()
        session.answer(2)
    assert session.position == 8
    session.close()
    with pytest.raises(MedGANSynthError, match="has finished"):
        start(folder)
    assert read_log(folder / "answers" / "reader-1.jsonl")[0][-1].event == "finished"


def test_a_full_disk_after_the_last_answer_loses_nothing(paper, start, monkeypatch):
    folder = paper(real=4, synthetic=4)
    session = start(folder)
    for number in range(8):
        session.shown()
        if number == 7:
            write = session.log.append

            def append(record, write=write):
                if record.event == "finished":
                    raise MedGANSynthError("the disk is full")
                write(record)

            monkeypatch.setattr(session.log, "append", append)
        session.answer(2)
    assert session.finished
    records, _ = read_log(folder / "answers" / "reader-1.jsonl")
    assert [r.event for r in records] == ["opened", *["shown", "answered"] * 8]


def test_two_windows(paper, start):
    folder = paper()
    start(folder)
    with pytest.raises(MedGANSynthError, match="another window"):
        start(folder)
    start(folder, reader="reader-2")


def test_the_way_through_a_study_needs_no_key(paper, start):
    folder = paper(practice=2, repeats=0.0)
    folder.with_name("study-key.json").unlink()
    session = start(folder)
    assert all(path.is_file() for path in session.paths)


def test_nothing_that_a_session_writes_tells(paper, start):
    """Over 40 cases: no truth, no source name, no path in study or log."""
    folder = paper(real=20, synthetic=20, readers=1)
    session = start(folder)
    while not session.finished:
        session.shown()
        session.answer(3)
    texts = [path.read_text() for path in folder.rglob("*.json*")]
    assert len(texts) == 3
    for text in texts:
        for token in ("real", "synthetic", ".nii", str(folder), folder.parent.name):
            assert token not in text


READER = """
import sys, time
from MedGANSynthLib.turing.reading import Reading
session = Reading(sys.argv[1], "reader-1")
print("opened", session.position, flush=True)
while True:
    session.shown()
    session.answer(1 + session.position % 6, note="x" * 500)
    print(session.position, flush=True)
    time.sleep(0.001)
"""


def kills(folder, count):
    """Kill a reader at random moments; no answer that it was told of may be missing after."""
    draws, told = random.Random(1), 0
    for _ in range(count):
        child = subprocess.Popen(
            [sys.executable, "-c", READER, str(folder)], stdout=subprocess.PIPE, text=True
        )
        opened = child.stdout.readline().split()
        assert int(opened[1]) >= told
        time.sleep(draws.uniform(0, 0.05))
        child.send_signal(signal.SIGKILL)
        lines = child.stdout.read().split()
        child.wait()
        told = int(lines[-1]) if lines else int(opened[1])
        records, _torn = read_log(folder / "answers" / "reader-1.jsonl")
        answered = [r for r in records if isinstance(r, Answered)]
        assert [r.trial for r in answered] == list(range(len(answered)))
        assert all(r.rating == 1 + r.trial % 6 for r in answered)
        assert told <= len(answered) <= told + 1
    return told


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_kills_lose_nothing(paper):
    assert kills(paper(real=100, synthetic=100, readers=1), 4) > 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_fifty_kills_lose_nothing(paper, record_property):
    answers = kills(paper(real=1200, synthetic=1200, readers=1), 50)
    assert answers > 0
    record_property("figure", f"50 of 50 kills lost none of {answers} answers")
