"""The Run folder: lock, stop, events."""

import json
import os
import platform
import subprocess
import sys

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.training.run import Run, RunEvents


def test_a_second_trainer_is_refused_while_the_first_lives(tmp_path):
    run = Run(tmp_path / "run")
    with pytest.raises(MedGANSynthError, match=f"process {os.getpid()} is training there"):
        Run(tmp_path / "run")
    run.close()
    Run(tmp_path / "run").close()


def test_the_lock_of_a_killed_trainer_does_not_hold(tmp_path):
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    )
    (tmp_path / "lock").write_text(f"{child.stdout.strip()}\n{platform.node()}")
    Run(tmp_path).close()


def test_whether_a_trainer_of_another_computer_lives_is_not_known(tmp_path):
    (tmp_path / "lock").write_text("7\nelsewhere")
    with pytest.raises(MedGANSynthError, match="7 of the computer elsewhere is training there"):
        Run(tmp_path)
    (tmp_path / "lock").unlink()
    Run(tmp_path).close()


def test_leftovers_of_a_killed_trainer_are_removed(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / ".tmp-1-ab-last.pt").write_bytes(b"half")
    Run(tmp_path).close()
    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_a_file_named_stop_is_seen_once(tmp_path):
    run = Run(tmp_path)
    assert not run.wants_stop()
    (tmp_path / "stop").touch()
    assert run.wants_stop()
    assert not (tmp_path / "stop").exists()
    run.close()


def test_events_are_json_lines_with_a_time(tmp_path):
    events = RunEvents(tmp_path)
    events.warning("few people")
    events.emit("metric", values={"cycle": 0.5})
    events.emit("preview", path=str(tmp_path / "previews" / "4.png"))
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["warning", "metric", "preview"]
    assert lines[1]["values"] == {"cycle": 0.5}
    assert lines[2]["path"] == "previews/4.png"
    assert all(line["time"] > 1.7e9 for line in lines)
    assert "few people" in (tmp_path / "log.txt").read_text()


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(MedGANSynthError, match="holds other files and is no Run"):
        Run(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_nothing_is_left_of_a_run_that_did_not_begin(tmp_path):
    Run(tmp_path / "new").close()
    assert list(tmp_path.iterdir()) == []
    Run(tmp_path).close()  # was there before
    assert tmp_path.is_dir()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_is_answered_before_the_step_ends(tmp_path):
    code = (
        "import os, pathlib, signal, time\n"
        "from MedGANSynthLib.training.run import Run\n"
        f"run = Run(pathlib.Path({str(tmp_path / 'run')!r})); run.catch_signals()\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
        "os.write(2, b'the step goes on'); assert run.wants_stop(); run.close()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("\nstopping after this step, with a checkpoint;")
    assert done.stderr.endswith("the step goes on")


def test_an_unusable_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MedGANSynthError, match="cannot be made a Run folder"):
        Run(tmp_path / "file" / "run")


def test_a_loss_that_joins_late_adds_a_column(tmp_path):
    run = Run(tmp_path)
    run.record("metrics", 2, {"paired": 0.5})
    run.record("metrics", 4, {"paired": 0.25, "adversarial": 1.0})
    run.record("metrics", 6, {"paired": 0.125, "adversarial": 2.0})
    run.close()
    lines = (tmp_path / "metrics.csv").read_text().splitlines()
    assert lines == ["images,paired,adversarial", "2,0.5,", "4,0.25,1", "6,0.125,2"]


def test_a_row_that_was_cut_short_is_dropped_on_resume(tmp_path):
    """By a disk that was full: "4" is what is left of "400,0.25"."""
    run = Run(tmp_path / "run")
    try:
        for images, loss in ((200, 0.5), (300, 0.25)):
            run.record("metrics", images, {"loss": loss})
        table = tmp_path / "run" / "metrics.csv"
        whole = table.read_text()
        table.write_text(whole + "4")
        run.rewind(300)
        assert table.read_text() == whole == "images,loss\n200,0.5\n300,0.25\n"
    finally:
        run.close()
