import io
import json
import re
import time

from MedGANSynthLib.events import ConsoleEvents, Events, JsonEvents, QuietEvents, TeeEvents


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_json_is_one_object_a_line():
    stream = io.StringIO()
    events = JsonEvents(stream)
    events.progress(0.25, "reading\nslowly")
    events.warning("mind the gap")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["event"] == "progress"
    assert (first["fraction"], first["text"]) == (0.25, "reading\nslowly")
    assert second == {"event": "warning", "text": "mind the gap"}


def test_time_left_is_extrapolated():
    seen = []
    events = Events()
    events.emit = lambda event, **fields: seen.append(fields)
    events.started -= 30.0
    events.progress(0.0)
    events.progress(0.25)
    assert seen[0]["eta_s"] is None
    assert abs(seen[1]["eta_s"] - 90.0) < 1.0
    events.begin(0.6)  # what was done before, took its time before
    events.started -= 30.0
    events.progress(0.6)
    events.progress(0.7)
    assert seen[2]["eta_s"] is None
    assert abs(seen[3]["eta_s"] - 90.0) < 1.0


def test_scaled_maps_a_parts_fraction_into_the_whole():
    seen = []
    events = Events()
    events.emit = lambda event, **fields: seen.append(fields["fraction"])
    part = events.scaled(0.2, 0.6)
    for fraction in (0.0, 0.5, 1.0):
        part(fraction)
    assert seen == [0.2, 0.4, 0.6]


def test_a_pipe_gets_plain_lines_now_and_then(monkeypatch):
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    stream = io.StringIO()
    events = ConsoleEvents(stream)
    for second in range(1, 301):
        now = float(second)
        events.progress(second / 400, f"at {second} s")
    events.warning("careful")
    *lines, last = stream.getvalue().splitlines()
    # after 5 s, then 10, 20 and 40 s later, then once a minute
    assert [int(line.split()[-2]) for line in lines] == [5, 15, 35, 75, 135, 195, 255]
    assert lines[0] == "  1.2 %, 6:35 left  at 5 s"
    assert last == "warning: careful"


def test_a_terminal_gets_a_line_that_is_drawn_over():
    stream = Terminal()
    events = ConsoleEvents(stream)
    events.started -= 10.0
    events.progress(0.5, "half")
    events.warning("careful")
    events.progress(1.0, "done")
    text = stream.getvalue()
    assert re.search(r"\r 50\.0 %, 0:(09|10|11) left  half", text)
    assert "\r \r" not in text
    assert text.index("warning: careful\n") < text.index("100.0 %")
    assert text.endswith("done\n")


def test_quiet_still_warns():
    stream = io.StringIO()
    events = QuietEvents(stream)
    events.progress(1.0, "done")
    events.emit("preview", path="a.png")
    events.warning("axes are turned.")
    assert stream.getvalue() == "warning: axes are turned.\n"


def test_tee_passes_on_to_all():
    one, two = io.StringIO(), io.StringIO()
    TeeEvents(JsonEvents(one), JsonEvents(two)).warning("x")
    assert one.getvalue() == two.getvalue() != ""
